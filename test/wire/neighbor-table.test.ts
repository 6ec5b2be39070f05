import { describe, expect, it } from 'vitest'
import { lowerTable } from '../../lib/neighbor-tables/lower.ts'
import { decodeNeighborTable, neighborTableLocator } from '../../lib/neighbor-tables/table.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function sent(options: object): string[] {
  const program = begin('neighborTable', 'neighborTables.set')
  lowerTable(program, options)
  return encodedLines('setNeighborTable', program)
}

const times = {
  baseReachableTime: 20_000,
  retransmitTime: 1,
  gcStaleTime: 2,
  delayProbeTime: 3,
  intervalProbeTime: 4,
  anycastDelay: 5,
  proxyDelay: 6,
  lockTime: 7,
}
const counts = {
  queueLength: 8,
  queueBytes: 9,
  applicationProbes: 10,
  unicastProbes: 11,
  multicastProbes: 12,
  multicastReprobes: 13,
  proxyQueueLength: 14,
}
const TIMES = `
  0c 00 04 00  20 4e 00 00 00 00 00 00   # NDTPA_BASE_REACHABLE_TIME = 20000
  0c 00 05 00  01 00 00 00 00 00 00 00   # NDTPA_RETRANS_TIME
  0c 00 06 00  02 00 00 00 00 00 00 00   # NDTPA_GC_STALETIME
  0c 00 07 00  03 00 00 00 00 00 00 00   # NDTPA_DELAY_PROBE_TIME
  0c 00 13 00  04 00 00 00 00 00 00 00   # NDTPA_INTERVAL_PROBE_TIME_MS
  0c 00 0c 00  05 00 00 00 00 00 00 00   # NDTPA_ANYCAST_DELAY
  0c 00 0d 00  06 00 00 00 00 00 00 00   # NDTPA_PROXY_DELAY
  0c 00 0f 00  07 00 00 00 00 00 00 00   # NDTPA_LOCKTIME
`
const COUNTS = `
  08 00 08 00  08 00 00 00   # NDTPA_QUEUE_LEN
  08 00 10 00  09 00 00 00   # NDTPA_QUEUE_LENBYTES
  08 00 09 00  0a 00 00 00   # NDTPA_APP_PROBES
  08 00 0a 00  0b 00 00 00   # NDTPA_UCAST_PROBES
  08 00 0b 00  0c 00 00 00   # NDTPA_MCAST_PROBES
  08 00 11 00  0d 00 00 00   # NDTPA_MCAST_REPROBES
  08 00 0e 00  0e 00 00 00   # NDTPA_PROXY_QLEN
`

describe('a table of neighbors on the wire', () => {
  it('sends all parameters of a link', () => {
    expect(sent({ name: 'arp_cache', link: 5, parameters: { ...times, ...counts } })).toEqual(
      hexLines(`
      00 00 00 00   # struct ndtmsg: any family
      0e 00 01 00  61 72 70 5f 63 61 63 68 65 00 00 00   # NDTA_NAME = "arp_cache"
      a4 00 06 80   # NDTA_PARMS
        08 00 01 00  05 00 00 00   # NDTPA_IFINDEX = 5
        ${TIMES} ${COUNTS}`),
    )
  })

  it('sends the settings of the table by its family', () => {
    expect(sent({ family: 'inet6', threshold1: 1, threshold2: 2, threshold3: 3, gcInterval: 4 })).toEqual(
      hexLines(`
      0a 00 00 00   # struct ndtmsg: AF_INET6
      10 00 01 00  6e 64 69 73 63 5f 63 61 63 68 65 00   # NDTA_NAME = "ndisc_cache"
      08 00 02 00  01 00 00 00   # NDTA_THRESH1
      08 00 03 00  02 00 00 00   # NDTA_THRESH2
      08 00 04 00  03 00 00 00   # NDTA_THRESH3
      0c 00 08 00  04 00 00 00 00 00 00 00   # NDTA_GC_INTERVAL
      04 00 06 80   # NDTA_PARMS`),
    )
  })

  it('reads what Linux 6.18 says of a link', () => {
    const message = `
      02 00 00 00   # struct ndtmsg: AF_INET
      0e 00 01 00  61 72 70 5f 63 61 63 68 65 00 00 00   # NDTA_NAME = "arp_cache"
      b8 00 06 00   # NDTA_PARMS
        08 00 01 00  05 00 00 00   # NDTPA_IFINDEX = 5
        08 00 02 00  01 00 00 00   # NDTPA_REFCNT
        ${COUNTS}
        0c 00 03 00  24 6a 00 00 00 00 00 00   # NDTPA_REACHABLE_TIME = 27172
        ${TIMES}`
    expect(decoded(decodeNeighborTable, message)).toEqual({
      family: 'inet',
      name: 'arp_cache',
      link: 5,
      parameters: { ...times, ...counts, reachableTime: 27_172, references: 1 },
    })
  })

  it('reads what Linux 6.18 says of the table itself', () => {
    const message = `
      0a 00 00 00   # struct ndtmsg: AF_INET6
      10 00 01 00  6e 64 69 73 63 5f 63 61 63 68 65 00   # NDTA_NAME = "ndisc_cache"
      0c 00 08 00  30 75 00 00 00 00 00 00   # NDTA_GC_INTERVAL = 30000
      08 00 02 00  80 00 00 00   # NDTA_THRESH1 = 128
      08 00 03 00  00 02 00 00   # NDTA_THRESH2 = 512
      08 00 04 00  00 04 00 00   # NDTA_THRESH3 = 1024
      24 00 05 00  04 00 50 01  02 00 00 00  a8 4f 6b 01  08 5f 01 00  01 66 66 a1  3f 00 00 00  00 00 00 00  07 00 00 00   # NDTA_CONFIG
      5c 00 07 00  01 00 00 00 00 00 00 00  02 00 00 00 00 00 00 00  03 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00  05 00 00 00 00 00 00 00  06 00 00 00 00 00 00 00
                   07 00 00 00 00 00 00 00  08 00 00 00 00 00 00 00  09 00 00 00 00 00 00 00  0a 00 00 00 00 00 00 00  0b 00 00 00 00 00 00 00   # NDTA_STATS`
    expect(decoded(decodeNeighborTable, message)).toEqual({
      family: 'inet6',
      name: 'ndisc_cache',
      gcInterval: 30_000,
      threshold1: 128,
      threshold2: 512,
      threshold3: 1024,
      config: {
        keyLength: 4,
        entrySize: 336,
        entries: 2,
        lastFlush: 23_809_960,
        lastRandom: 89_864,
        hashSeed: 0xa166_6601,
        hashMask: 63,
        hashChainGc: 0,
        proxyQueueLength: 7,
      },
      statistics: {
        allocations: 1,
        destroyed: 2,
        hashGrows: 3,
        resolutionFailures: 4,
        lookups: 5,
        hits: 6,
        multicastProbes: 7,
        unicastProbes: 8,
        periodicGcRuns: 9,
        forcedGcRuns: 10,
        tableFulls: 11,
      },
    })
  })

  it.each([
    ['family', { threshold1: 5 }, 'ERR_MISSING_OPTION'],
    ['', { family: 'inet' }, 'ERR_INVALID_ARG_VALUE'],
    ['parameters', { family: 'inet', link: 5, threshold1: 5 }, 'ERR_MISSING_OPTION'],
    ['parameters.retransTime', { family: 'inet', link: 5, parameters: { retransTime: 5 } }, 'ERR_UNKNOWN_OPTION'],
    ['parameters.intervalProbeTime', { family: 'inet', parameters: { intervalProbeTime: 0 } }, 'ERR_OUT_OF_RANGE'],
    ['treshold1', { family: 'inet', treshold1: 5 }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %j in %j', (option, options, code) => {
    expect(() => sent(options)).toThrow(expect.objectContaining({ option, code, operation: 'neighborTables.set' }))
  })

  it.each([
    [20, 'link'],
    [28, 'parameters.baseReachableTime'],
    [4, 'name'],
  ])('names the option that the kernel means by the attribute at %i', (target, option) => {
    const bytes = hex(
      '02 00 00 00  0c 00 01 00  61 72 70 5f 63 61 63 00  18 00 06 80  08 00 01 00  05 00 00 00  0c 00 04 00  20 4e 00 00 00 00 00 00',
    )
    expect(neighborTableLocator.locate(new Message(bytes), 0, bytes.length, target)).toBe(option)
  })
})
