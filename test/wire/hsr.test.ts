import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

describe('hsr on the wire', () => {
  it('sends what ip sends for the same words, and the interlink', () => {
    const hsr = { port1: 3, port2: { index: 5 }, supervision: 7, version: 1, protocol: 'hsr', interlink: 9 }
    const bytes = newLink(`
      09 00 03 00  68 73 72 30 00 00 00 00   # IFLA_IFNAME = "hsr0"
      40 00 12 80   # IFLA_LINKINFO
        08 00 01 00  68 73 72 00   # IFLA_INFO_KIND = "hsr"
        34 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  03 00 00 00   # IFLA_HSR_SLAVE1 = 3
          08 00 02 00  05 00 00 00   # IFLA_HSR_SLAVE2 = 5
          05 00 03 00  07 00 00 00   # IFLA_HSR_MULTICAST_SPEC = 7
          05 00 06 00  01 00 00 00   # IFLA_HSR_VERSION = 1
          05 00 07 00  00 00 00 00   # IFLA_HSR_PROTOCOL = 0
          08 00 08 00  09 00 00 00   # IFLA_HSR_INTERLINK = 9`)
    expect(lines(encodeLink({ name: 'hsr0', kind: 'hsr', hsr }))).toEqual(lines(bytes))
  })

  it.each([
    ['no second port', { port1: 3 }, 'ERR_MISSING_OPTION', 'port2'],
    ['version 2', { port1: 3, port2: 5, version: 2 }, 'ERR_OUT_OF_RANGE', 'version'],
    ['another protocol', { port1: 3, port2: 5, protocol: 'hrs' }, 'ERR_INVALID_ARG_VALUE', 'protocol'],
  ])('refuses %s', (_, hsr, code, option) => {
    const refusal = { code, option: `hsr.${option}` }
    expect(() => encodeLink({ kind: 'hsr', hsr })).toThrow(expect.objectContaining(refusal))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      07 00 03 00  68 31 00 00   # IFLA_IFNAME = "h1"
      3c 00 12 00   # IFLA_LINKINFO
        08 00 01 00  68 73 72 00   # IFLA_INFO_KIND = "hsr"
        30 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_HSR_SLAVE1 = 2
          08 00 02 00  04 00 00 00   # IFLA_HSR_SLAVE2 = 4
          0a 00 04 00  01 15 4e 00 01 07 00 00   # IFLA_HSR_SUPERVISION_ADDR = 01:15:4e:00:01:07
          06 00 05 00  ff fb 00 00   # IFLA_HSR_SEQ_NR = 64511
          05 00 07 00  01 00 00 00   # IFLA_HSR_PROTOCOL = 1`)
    expect(decodeNewLink(bytes)).toMatchObject({
      kind: 'hsr',
      hsr: { port1: 2, port2: 4, supervisionAddress: '01:15:4e:00:01:07', sequenceNumber: 64_511, protocol: 'prp' },
    })
  })
})
