import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const NAME = '07 00 03 00  78 30 00 00   # IFLA_IFNAME = "x0"'
const PARENT = '08 00 05 00  03 00 00 00   # IFLA_LINK = 3'

/** IFLA_LINKINFO with nothing but the kind. `ip` sends the same but for NLA_F_NESTED and the NUL, and so Linux 6.12 reports it but for NLA_F_NESTED. */
const INFO = {
  dummy: `
    10 00 12 80   # IFLA_LINKINFO
      0a 00 01 00  64 75 6d 6d 79 00 00 00   # IFLA_INFO_KIND = "dummy"`,
  ifb: `
    0c 00 12 80   # IFLA_LINKINFO
      08 00 01 00  69 66 62 00   # IFLA_INFO_KIND = "ifb"`,
  nlmon: `
    10 00 12 80   # IFLA_LINKINFO
      0a 00 01 00  6e 6c 6d 6f 6e 00 00 00   # IFLA_INFO_KIND = "nlmon"`,
  team: `
    10 00 12 80   # IFLA_LINKINFO
      09 00 01 00  74 65 61 6d 00 00 00 00   # IFLA_INFO_KIND = "team"`,
  vcan: `
    10 00 12 80   # IFLA_LINKINFO
      09 00 01 00  76 63 61 6e 00 00 00 00   # IFLA_INFO_KIND = "vcan"`,
  virt_wifi: `
    14 00 12 80   # IFLA_LINKINFO
      0e 00 01 00  76 69 72 74 5f 77 69 66 69 00 00 00   # IFLA_INFO_KIND = "virt_wifi"`,
  vsockmon: `
    14 00 12 80   # IFLA_LINKINFO
      0d 00 01 00  76 73 6f 63 6b 6d 6f 6e 00 00 00 00   # IFLA_INFO_KIND = "vsockmon"`,
} as const

describe('kinds without data on the wire', () => {
  it.each(['dummy', 'ifb', 'nlmon', 'team', 'vcan', 'vsockmon'] as const)('sends the words of ip for the kind %s', kind => {
    expect(lines(encodeLink({ name: 'x0', kind }))).toEqual(lines(newLink(`${NAME}\n${INFO[kind]}`)))
  })

  it('sends the words of ip for a virt_wifi', () => {
    const bytes = newLink(`${PARENT}\n${NAME}\n${INFO.virt_wifi}`)
    expect(lines(encodeLink({ link: 3, name: 'x0', kind: 'virt_wifi' }))).toEqual(lines(bytes))
  })

  it.each(Object.keys(INFO) as (keyof typeof INFO)[])('reads the kind %s', kind => {
    const data = kind === 'virt_wifi' ? { virtWifi: {} } : { [kind]: {} }
    expect(decodeNewLink(newLink(`${NAME}\n${INFO[kind]}`))).toMatchObject({ name: 'x0', kind, ...data })
  })

  it('reads that a link is a port of a team', () => {
    const port = newLink(`${NAME}
      1c 00 12 00   # IFLA_LINKINFO
        0a 00 01 00  64 75 6d 6d 79 00 00 00   # IFLA_INFO_KIND = "dummy"
        09 00 04 00  74 65 61 6d 00 00 00 00   # IFLA_INFO_SLAVE_KIND = "team"`)
    expect(given(decodeNewLink(port).port)).toEqual({ kind: 'team' })
  })

  it.each([15, 17, 71, 73, 75, 2061])('refuses %i as the mtu of a vcan, which the kernel would take on creation', mtu => {
    const refusal = { name: 'RangeError', option: 'mtu', message: expect.stringContaining('allowed is 16, 72, 76 to 2060') }
    expect(() => encodeLink({ kind: 'vcan', mtu })).toThrow(expect.objectContaining(refusal))
  })

  it.each([16, 72, 76, 2060])('takes %i as the mtu of a vcan', mtu => {
    expect(() => encodeLink({ kind: 'vcan', mtu })).not.toThrow()
  })

  it('refuses a hardware address for an nlmon', () => {
    const refusal = { code: 'ERR_INVALID_ARG_VALUE', option: 'address', message: expect.stringContaining('kind: "nlmon"') }
    expect(() => encodeLink({ kind: 'nlmon', address: '02:00:00:00:00:01' })).toThrow(expect.objectContaining(refusal))
  })

  it('misses the link that a virt_wifi stands on', () => {
    expect(() => encodeLink({ kind: 'virt_wifi' })).toThrow(expect.objectContaining({ option: 'link' }))
  })
})
