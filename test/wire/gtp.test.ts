import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const add = (gtp: object) => encodeLink({ name: 'g0', kind: 'gtp', gtp })

describe('gtp on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      07 00 03 00  67 30 00 00   # IFLA_IFNAME = "g0"
      30 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 74 70 00   # IFLA_INFO_KIND = "gtp"
        24 00 02 80   # IFLA_INFO_DATA
          05 00 05 00  01 00 00 00   # IFLA_GTP_CREATE_SOCKETS = 1, 8 bits
          08 00 04 00  01 00 00 00   # IFLA_GTP_ROLE = 1
          08 00 03 00  40 00 00 00   # IFLA_GTP_PDP_HASHSIZE = 64
          05 00 06 00  03 00 00 00   # IFLA_GTP_RESTART_COUNT = 3, 8 bits`)
    expect(lines(add({ createSockets: true, role: 'sgsn', hashSize: 64, restartCount: 3 }))).toEqual(lines(bytes))
  })

  it('sends descriptors', () => {
    const bytes = newLink(`
      07 00 03 00  67 30 00 00   # IFLA_IFNAME = "g0"
      20 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 74 70 00   # IFLA_INFO_KIND = "gtp"
        14 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  14 00 00 00   # IFLA_GTP_FD0 = 20
          08 00 02 00  15 00 00 00   # IFLA_GTP_FD1 = 21`)
    expect(lines(add({ fd0: 20, fd1: 21 }))).toEqual(lines(bytes))
  })

  it.each([
    ['192.0.2.1', '08 00 07 00  c0 00 02 01   # IFLA_GTP_LOCAL', '1c', '10'],
    ['2001:db8::1', '14 00 08 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01   # IFLA_GTP_LOCAL6', '28', '1c'],
  ])('sends the local address %s', (local, attribute, outer, inner) => {
    const length = (hex: string) => (Number.parseInt(hex, 16) + 4).toString(16).padStart(2, '0')
    const bytes = newLink(`
      07 00 03 00  67 30 00 00   # IFLA_IFNAME = "g0"
      ${length(outer)} 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 74 70 00   # IFLA_INFO_KIND = "gtp"
        ${length(inner)} 00 02 80   # IFLA_INFO_DATA
          05 00 05 00  01 00 00 00   # IFLA_GTP_CREATE_SOCKETS = 1
          ${attribute}`)
    expect(lines(add({ createSockets: true, local }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      28 00 12 00   # IFLA_LINKINFO
        08 00 01 00  67 74 70 00   # IFLA_INFO_KIND = "gtp"
        1c 00 02 00   # IFLA_INFO_DATA
          08 00 03 00  40 00 00 00   # IFLA_GTP_PDP_HASHSIZE = 64
          08 00 04 00  01 00 00 00   # IFLA_GTP_ROLE = 1
          05 00 06 00  03 00 00 00   # IFLA_GTP_RESTART_COUNT = 3`)
    expect(given(decodeNewLink(bytes))).toMatchObject({ kind: 'gtp', gtp: { hashSize: 64, role: 'sgsn', restartCount: 3 } })
  })

  it.each<[string, object | undefined, string, string]>([
    ['no socket', {}, 'gtp.createSockets', 'ERR_MISSING_OPTION'],
    ['no data', undefined, 'gtp.createSockets', 'ERR_MISSING_OPTION'],
    ['sockets of both sorts', { createSockets: true, fd1: 3 }, 'gtp.createSockets', 'ERR_INVALID_ARG_VALUE'],
    ['an address for given sockets', { fd1: 3, local: '192.0.2.1' }, 'gtp.local', 'ERR_INVALID_ARG_VALUE'],
    ['a negative descriptor', { fd1: -1 }, 'gtp.fd1', 'ERR_OUT_OF_RANGE'],
  ])('refuses %s', (_, gtp, option, code) => {
    expect(() => encodeLink({ name: 'g0', kind: 'gtp', gtp })).toThrow(expect.objectContaining({ option, code }))
  })
})
