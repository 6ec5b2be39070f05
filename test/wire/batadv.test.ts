import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('batadv on the wire', () => {
  // iproute2 6.1 knows no algorithm; the policy in net/batman-adv/soft-interface.c wants a NUL behind it.
  it('sends the algorithm', () => {
    const bytes = newLink(`
      09 00 03 00  62 61 74 30 00 00 00 00   # IFLA_IFNAME = "bat0"
      24 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  62 61 74 61 64 76 00 00   # IFLA_INFO_KIND = "batadv"
        14 00 02 80   # IFLA_INFO_DATA
          0d 00 01 00  42 41 54 4d 41 4e 5f 56 00 00 00 00   # IFLA_BATADV_ALGO_NAME = "BATMAN_V"`)
    expect(lines(encodeLink({ name: 'bat0', kind: 'batadv', batadv: { algorithm: 'BATMAN_V' } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports: no data', () => {
    const bytes = newLink(`
      09 00 03 00  62 61 74 30 00 00 00 00   # IFLA_IFNAME = "bat0"
      10 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  62 61 74 61 64 76 00 00   # IFLA_INFO_KIND = "batadv"`)
    expect(decodeNewLink(bytes)).toMatchObject({ name: 'bat0', kind: 'batadv', batadv: {} })
  })
})
