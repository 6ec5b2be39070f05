import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

/** By hand: the kernel that the other fixtures come from has no 8021q. */
const BYTES = `
      0c 00 03 00  69 66 30 2e 31 30 30 00   # IFLA_IFNAME = "if0.100"
      08 00 05 00  02 00 00 00   # IFLA_LINK = 2
      5c 00 12 80   # IFLA_LINKINFO
        09 00 01 00  76 6c 61 6e 00 00 00 00   # IFLA_INFO_KIND = "vlan"
        4c 00 02 80   # IFLA_INFO_DATA
          06 00 01 00  64 00 00 00   # IFLA_VLAN_ID = 100
          06 00 05 00  88 a8 00 00   # IFLA_VLAN_PROTOCOL = 0x88a8, network order
          0c 00 02 00  02 00 00 00 03 00 00 00   # IFLA_VLAN_FLAGS = value 2, mask 3
          1c 00 03 80   # IFLA_VLAN_EGRESS_QOS
            0c 00 01 00  01 00 00 00 02 00 00 00   # IFLA_VLAN_QOS_MAPPING = from 1 to 2
            0c 00 01 00  03 00 00 00 04 00 00 00   # IFLA_VLAN_QOS_MAPPING = from 3 to 4
          10 00 04 80   # IFLA_VLAN_INGRESS_QOS
            0c 00 01 00  05 00 00 00 06 00 00 00   # IFLA_VLAN_QOS_MAPPING = from 5 to 6`

const vlan = {
  id: 100,
  protocol: '802.1ad',
  flags: { reorderHeader: false, gvrp: true },
  egressQos: [
    { from: 1, to: 2 },
    { from: 3, to: 4 },
  ],
  ingressQos: [{ from: 5, to: 6 }],
}

describe('vlan on the wire', () => {
  it('sends every option', () => {
    expect(lines(encodeLink({ name: 'if0.100', link: 2, kind: 'vlan', vlan }))).toEqual(lines(newLink(BYTES)))
  })

  it('reads every option', () => {
    const off = { looseBinding: false, mvrp: false, bridgeBinding: false }
    const link = given(decodeNewLink(newLink(BYTES)))
    expect(link).toMatchObject({ link: 2, kind: 'vlan' })
    expect((link as { vlan?: object }).vlan).toEqual({ ...vlan, flags: { ...vlan.flags, ...off } })
  })

  it.each([
    [4095, 'RangeError'],
    [-1, 'RangeError'],
    ['100', 'TypeError'],
  ])('refuses %j as id', (id, name) => {
    expect(() => encodeLink({ link: 2, kind: 'vlan', vlan: { id } })).toThrow(
      expect.objectContaining({ name, option: 'vlan.id' }),
    )
  })

  it('misses the link that it stands on', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'link', message: expect.stringContaining('kind: "vlan"') }
    expect(() => encodeLink({ kind: 'vlan', vlan })).toThrow(expect.objectContaining(missing))
  })

  it('misses the id', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'vlan.id' }
    expect(() => encodeLink({ link: 2, kind: 'vlan' })).toThrow(expect.objectContaining(missing))
  })
})
