import { describe, expect, it } from 'vitest'
import { BucketMatcher, NexthopMatcher } from '../../lib/nexthops/filter.ts'
import { lowerNexthop, lowerReference } from '../../lib/nexthops/lower.ts'
import { decodeBucket, decodeNexthop, nexthopLocator } from '../../lib/nexthops/nexthop-table.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function sent(options: object): string[] {
  const program = begin('nexthop', 'nexthops.add')
  lowerNexthop(program, options)
  return encodedLines('newNexthop', program)
}

describe('a nexthop object on the wire', () => {
  it.each([
    [
      'a router, as ip sends it',
      { id: 1, via: '10.0.0.2', link: 3 },
      `02 00 00 00  00 00 00 00   # AF_INET
       08 00 01 00  01 00 00 00   # NHA_ID
       08 00 06 00  0a 00 00 02   # NHA_GATEWAY
       08 00 05 00  03 00 00 00   # NHA_OIF`,
    ],
    [
      'an IPv6 router on a link, whatever the addresses say',
      { id: 4, via: 'fd00::2', link: 3, onLink: true, protocol: 'static' },
      `0a 00 04 00  04 00 00 00   # AF_INET6, RTPROT_STATIC, RTNH_F_ONLINK
       08 00 01 00  04 00 00 00   # NHA_ID
       14 00 06 00  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02   # NHA_GATEWAY
       08 00 05 00  03 00 00 00   # NHA_OIF`,
    ],
    [
      'a blackhole of IPv6, whose id the kernel chooses',
      { family: 'inet6', blackhole: true },
      '0a 00 00 00  00 00 00 00  04 00 04 00   # NHA_BLACKHOLE',
    ],
    [
      'an end of a tunnel, as ip sends it',
      { id: 7, via: 'fd00::2', fdb: true },
      `0a 00 00 00  00 00 00 00   # AF_INET6
       08 00 01 00  07 00 00 00   # NHA_ID
       14 00 06 00  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02   # NHA_GATEWAY
       04 00 0b 00   # NHA_FDB`,
    ],
    [
      'one that puts packets into MPLS',
      { id: 8, link: 3, encapType: 'mpls', encap: Uint8Array.of(8, 0, 1, 0, 0, 6, 65, 255) },
      `02 00 00 00  00 00 00 00   # AF_INET
       08 00 01 00  08 00 00 00   # NHA_ID
       08 00 05 00  03 00 00 00   # NHA_OIF
       06 00 07 00  01 00 00 00   # NHA_ENCAP_TYPE = LWTUNNEL_ENCAP_MPLS
       0c 00 08 80  08 00 01 00 00 06 41 ff   # NHA_ENCAP`,
    ],
    [
      'a group with weights, as ip sends it',
      { id: 5, group: [{ id: 1, weight: 3 }, 4, { id: 6, weight: 65_535 }] },
      `00 00 00 00  00 00 00 00   # AF_UNSPEC
       08 00 01 00  05 00 00 00   # NHA_ID
       1c 00 02 00   # NHA_GROUP
         01 00 00 00  02 00 00 00   # id 1, weight 3 - 1
         04 00 00 00  00 00 00 00   # id 4, weight 1 - 1
         06 00 00 00  fe ff 00 00   # id 6, weight 65535 - 1 in two bytes`,
    ],
    [
      'a resilient group',
      { id: 6, group: [1], resilient: { buckets: 8, idleTimer: 60, unbalancedTimer: 0.5 }, hardwareStatistics: true },
      `00 00 00 00  00 00 00 00   # AF_UNSPEC
       08 00 01 00  06 00 00 00   # NHA_ID
       0c 00 02 00  01 00 00 00  00 00 00 00   # NHA_GROUP
       1c 00 0c 80   # NHA_RES_GROUP
         06 00 01 00  08 00 00 00   # NHA_RES_GROUP_BUCKETS = 8
         08 00 02 00  70 17 00 00   # NHA_RES_GROUP_IDLE_TIMER = 6000/100 s
         08 00 03 00  32 00 00 00   # NHA_RES_GROUP_UNBALANCED_TIMER = 50/100 s
       08 00 10 00  01 00 00 00   # NHA_HW_STATS_ENABLE
       06 00 03 00  01 00 00 00   # NHA_GROUP_TYPE = NEXTHOP_GRP_TYPE_RES`,
    ],
  ])('adds %s', (_, options, bytes) => {
    expect(sent(options)).toEqual(hexLines(bytes))
  })

  it('reads a router as Linux 6.18 reports it', () => {
    const message = `
      02 fd 04 00  04 00 00 00   # AF_INET, RT_SCOPE_LINK, RTPROT_STATIC, RTNH_F_ONLINK
      08 00 01 00  04 00 00 00   # NHA_ID
      08 00 05 00  03 00 00 00   # NHA_OIF
      08 00 06 00  0a 00 00 03   # NHA_GATEWAY`
    const nexthop = { family: 'inet', id: 4, link: 3, via: '10.0.0.3', onLink: true, protocol: 'static', scope: 'link' }
    expect(decoded(decodeNexthop, message)).toEqual({ ...nexthop, flags: ['onlink'] })
  })

  it('reads a resilient group with counters as Linux 6.18 reports it, and keeps what it does not know', () => {
    const message = `
      00 00 00 00  00 00 00 00   # AF_UNSPEC
      08 00 01 00  06 00 00 00   # NHA_ID
      06 00 03 00  01 00 00 00   # NHA_GROUP_TYPE = NEXTHOP_GRP_TYPE_RES
      14 00 02 00  01 00 00 00 02 00 00 00  04 00 00 00 fe ff 00 00   # NHA_GROUP: id 1 weight 3, id 4 weight 65535
      28 00 0c 80   # NHA_RES_GROUP
        06 00 01 00  08 00 00 00   # NHA_RES_GROUP_BUCKETS
        08 00 02 00  70 17 00 00   # NHA_RES_GROUP_IDLE_TIMER
        08 00 03 00  b8 0b 00 00   # NHA_RES_GROUP_UNBALANCED_TIMER
        0c 00 04 00  05 00 00 00 00 00 00 00   # NHA_RES_GROUP_UNBALANCED_TIME
      08 00 10 00  01 00 00 00   # NHA_HW_STATS_ENABLE
      08 00 11 00  00 00 00 00   # NHA_HW_STATS_USED
      20 00 0f 80   # NHA_GROUP_STATS
        1c 00 01 80   # NHA_GROUP_STATS_ENTRY
          08 00 01 00  01 00 00 00   # NHA_GROUP_STATS_ENTRY_ID
          08 00 02 00  07 00 00 00   # NHA_GROUP_STATS_ENTRY_PACKETS
          08 00 03 00  02 00 00 00   # NHA_GROUP_STATS_ENTRY_PACKETS_HW
      08 00 0e 00  00 00 00 80   # NHA_OP_FLAGS
      05 00 63 00  01 00 00 00   # 99`
    expect(decoded(decodeNexthop, message)).toEqual({
      id: 6,
      groupType: 'resilient',
      group: [
        { id: 1, weight: 3 },
        { id: 4, weight: 65_535 },
      ],
      resilient: { buckets: 8, idleTimer: 60, unbalancedTimer: 30, unbalancedTime: 0.05 },
      hardwareStatistics: true,
      hardwareStatisticsUsed: false,
      statistics: [{ id: 1, packets: 7, hardwarePackets: 2 }],
      onLink: false,
      protocol: 'unspec',
      scope: 'global',
      flags: [],
      unknown: [{ type: 99, bytes: Uint8Array.of(1) }],
    })
  })

  it('reads a bucket as Linux 6.18 reports it', () => {
    const message = `
      00 00 00 00  08 00 00 00   # RTNH_F_OFFLOAD
      08 00 01 00  06 00 00 00   # NHA_ID
      20 00 0d 80   # NHA_RES_BUCKET
        06 00 01 00  02 00 00 00   # NHA_RES_BUCKET_INDEX
        08 00 03 00  04 00 00 00   # NHA_RES_BUCKET_NH_ID
        0c 00 02 00  34 00 00 00 00 00 00 00   # NHA_RES_BUCKET_IDLE_TIME`
    expect(decoded(decodeBucket, message)).toEqual({ id: 6, index: 2, nexthopId: 4, idleTime: 0.52, flags: ['offload'] })
  })

  it.each([
    [{}, '00 00 00 00  00 00 00 00'],
    [
      { family: 'inet6', link: 3, fdb: true },
      '0a 00 00 00  00 00 00 00  08 00 05 00  03 00 00 00  04 00 0b 00   # NHA_OIF, NHA_FDB',
    ],
    [{ groups: true, master: 5 }, '00 00 00 00  00 00 00 00  08 00 0a 00  05 00 00 00  04 00 09 00   # NHA_MASTER, NHA_GROUPS'],
    [{ statistics: true }, '00 00 00 00  00 00 00 00  08 00 0e 00  01 00 00 00   # NHA_OP_FLAG_DUMP_STATS'],
    [{ hardwareStatistics: true }, '00 00 00 00  00 00 00 00  08 00 0e 00  03 00 00 00   # DUMP_STATS | DUMP_HW_STATS'],
  ])('lists %j', (filter, bytes) => {
    const program = begin('nexthop', 'nexthops.list')
    new NexthopMatcher(program, filter as object).lower(program)
    expect(encodedLines('getNexthop', program)).toEqual(hexLines(bytes))
  })

  it.each([
    [{}, ''],
    [{ id: 6, link: 3 }, '08 00 01 00  06 00 00 00  08 00 05 00  03 00 00 00   # NHA_ID, NHA_OIF'],
    [
      { nexthopId: 4, master: 5 },
      '08 00 0a 00  05 00 00 00   0c 00 0d 80  08 00 03 00  04 00 00 00   # NHA_MASTER; NHA_RES_BUCKET_NH_ID',
    ],
  ])('lists buckets by %j', (filter, bytes) => {
    const program = begin('nexthop', 'nexthops.listBuckets')
    new BucketMatcher(program, filter).lower(program)
    expect(encodedLines('getNexthopBucket', program)).toEqual(hexLines(`00 00 00 00  00 00 00 00  ${bytes}`))
  })

  it('knows an object by its id, or by anything that has it', () => {
    for (const reference of [5, { id: 5, group: [], flags: [] }]) {
      const program = begin('nexthop', 'nexthops.delete')
      lowerReference(program, reference)
      expect(encodedLines('deleteNexthop', program)).toEqual(
        hexLines('00 00 00 00  00 00 00 00  08 00 01 00  05 00 00 00   # NHA_ID'),
      )
    }
    const refused = expect.objectContaining({ option: 'id', code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => lowerReference(begin('nexthop'), '5')).toThrow(refused)
  })

  it.each([
    ['link', { id: 1, via: '10.0.0.2' }, 'ERR_MISSING_OPTION'],
    ['via', { id: 1, link: 3, onLink: true }, 'ERR_MISSING_OPTION'],
    ['via', { id: 1, group: [2], via: '10.0.0.2' }, 'ERR_INVALID_ARG_VALUE'],
    ['family', { id: 1, group: [2], family: 'inet' }, 'ERR_INVALID_ARG_VALUE'],
    ['resilient', { id: 1, link: 3, resilient: {} }, 'ERR_INVALID_ARG_VALUE'],
    ['link', { id: 1, blackhole: true, link: 3 }, 'ERR_INVALID_ARG_VALUE'],
    ['link', { id: 1, fdb: true, via: '10.0.0.2', link: 3 }, 'ERR_INVALID_ARG_VALUE'],
    ['group', { id: 1, group: [] }, 'ERR_OUT_OF_RANGE'],
    ['group.1.weight', { id: 1, group: [2, { id: 3, weight: 65_536 }] }, 'ERR_OUT_OF_RANGE'],
    ['group.0', { id: 1, group: ['2'] }, 'ERR_INVALID_ARG_TYPE'],
    ['id', { id: 0, link: 3 }, 'ERR_OUT_OF_RANGE'],
    ['resilient.idleTimer', { id: 1, group: [2], resilient: { idleTimer: -1 } }, 'ERR_OUT_OF_RANGE'],
    ['gateway', { id: 1, link: 3, gateway: '10.0.0.2' }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in %j', (option, options, code) => {
    expect(() => sent(options)).toThrow(expect.objectContaining({ option, code, operation: 'nexthops.add' }))
  })

  it('names the option that the kernel means', () => {
    const bytes = hex('02 00 00 00  00 00 00 00  08 00 01 00  01 00 00 00  08 00 06 00  0a 00 00 02')
    expect(nexthopLocator.locate(new Message(bytes), 0, bytes.length, 16)).toBe('via')
    expect(nexthopLocator.locate(new Message(bytes), 0, bytes.length, 0)).toBe('family')
  })
})
