import { describe, expect, it } from 'vitest'
import { decodeFdbEntry, fdbLocator } from '../../lib/fdb/fdb-table.ts'
import { FdbMatcher } from '../../lib/fdb/filter.ts'
import { type FdbFlush, lowerFlush } from '../../lib/fdb/flush.ts'
import { lowerDeletion, lowerEntry, lowerLookup } from '../../lib/fdb/lower.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function sent(options: object, lower: typeof lowerEntry = lowerEntry): string[] {
  const program = begin('neighbor', 'fdb.add')
  lower(program, options)
  return encodedLines(lower === lowerLookup ? 'getNeighbor' : lower === lowerEntry ? 'newNeighbor' : 'deleteNeighbor', program)
}

const here = { link: 4, macAddress: '02:00:00:00:00:01' }
const MAC = '0a 00 02 00  02 00 00 00 00 01 00 00   # NDA_LLADDR'
const off = { self: false, sticky: false, externLearned: false, router: false, offloaded: false, locked: false }

describe('an entry of a forwarding table on the wire', () => {
  it.each([
    [
      'a static one of a bridge, as bridge sends it',
      { ...here, state: 'static' },
      '42 00 04 00   # REACHABLE | NOARP, NTF_MASTER',
    ],
    ['a permanent one of a bridge', here, 'c0 00 04 00   # NOARP | PERMANENT, NTF_MASTER'],
    [
      'a dynamic one that is sticky',
      { ...here, state: 'dynamic', sticky: true },
      '02 00 44 00   # REACHABLE, NTF_STICKY | NTF_MASTER',
    ],
    ['a stale one, which becomes dynamic', { ...here, state: 'stale' }, '02 00 04 00   # REACHABLE, NTF_MASTER'],
    ["one in the link's own table", { ...here, self: true }, 'c0 00 02 00   # NOARP | PERMANENT, NTF_SELF'],
    ['one in both tables', { ...here, self: true, master: true }, 'c0 00 06 00   # NTF_SELF | NTF_MASTER'],
    ['one that a program learned', { ...here, externLearned: true }, 'c0 00 14 00   # NTF_EXT_LEARNED | NTF_MASTER'],
    ['one as if seen', { ...here, use: true }, 'c0 00 05 00   # NTF_USE | NTF_MASTER'],
    ["a listed one of a bridge's port", { ...here, master: 2 }, 'c0 00 04 00   # NTF_MASTER'],
    ['a listed one of the bridge itself', { ...here, master: 4 }, 'c0 00 02 00   # NTF_SELF'],
  ])('adds %s', (_, options, flags) => {
    expect(sent(options)).toEqual(hexLines(`07 00 00 00  04 00 00 00  ${flags}\n ${MAC}`))
  })

  it('adds the other end of a vxlan with everything, as bridge sends it', () => {
    const tunnel = { remote: '192.0.2.9', port: 4799, vni: 7, via: 4, srcVni: 100 }
    expect(sent({ link: 5, macAddress: '02:00:00:00:00:05', ...tunnel, router: true })).toEqual(
      hexLines(`
      07 00 00 00  05 00 00 00  c0 00 82 00   # AF_BRIDGE, index 5, NOARP | PERMANENT, NTF_ROUTER | NTF_SELF
      0a 00 02 00  02 00 00 00 00 05 00 00   # NDA_LLADDR
      08 00 01 00  c0 00 02 09   # NDA_DST = 192.0.2.9
      06 00 06 00  12 bf 00 00   # NDA_PORT = 4799, network order
      08 00 07 00  07 00 00 00   # NDA_VNI = 7, host order
      08 00 08 00  04 00 00 00   # NDA_IFINDEX = 4
      08 00 0b 00  64 00 00 00   # NDA_SRC_VNI = 100`),
    )
  })

  it('adds one by a nexthop object, and one that is watched', () => {
    const activity = { notify: ['notify', 'inactive'], dontRefresh: true }
    expect(sent({ ...here, nexthopId: 11 })).toEqual(
      hexLines(`07 00 00 00  04 00 00 00  c0 00 02 00   # NTF_SELF
       ${MAC}
       08 00 0d 00  0b 00 00 00   # NDA_NH_ID = 11`),
    )
    expect(sent({ ...here, vlan: 10, state: 'dynamic', activity })).toEqual(
      hexLines(`07 00 00 00  04 00 00 00  02 00 04 00   # REACHABLE, NTF_MASTER
       ${MAC}
       06 00 05 00  0a 00 00 00   # NDA_VLAN = 10
       10 00 0e 80   # NDA_FDB_EXT_ATTRS
         05 00 01 00  03 00 00 00   # NFEA_ACTIVITY_NOTIFY = FDB_NOTIFY_BIT | FDB_NOTIFY_INACTIVE_BIT
         04 00 02 00   # NFEA_DONT_REFRESH`),
    )
  })

  it('deletes what was listed by what it is known by', () => {
    const listed = { ...here, ...off, state: 'stale', master: 2, vlan: 10, cacheInfo: {}, unknown: [] }
    expect(sent(listed, lowerDeletion)).toEqual(
      hexLines(`07 00 00 00  04 00 00 00  c0 00 04 00   # NOARP | PERMANENT, NTF_MASTER
       ${MAC}
       06 00 05 00  0a 00 00 00   # NDA_VLAN = 10`),
    )
  })

  it('looks up the network id that an entry is for by the attribute that the kernel reads there', () => {
    expect(sent({ ...here, self: true, srcVni: 100 }, lowerLookup)).toEqual(
      hexLines(`07 00 00 00  04 00 00 00  00 00 02 00   # NTF_SELF
       ${MAC}
       08 00 07 00  64 00 00 00   # NDA_VNI = 100`),
    )
  })

  it('reads what Linux 6.18 reports of a bridge', () => {
    const message = `
      07 00 00 00  04 00 00 00  02 00 50 00   # AF_BRIDGE, index 4, NUD_REACHABLE, NTF_STICKY | NTF_EXT_LEARNED
      0a 00 02 00  02 00 00 00 00 02 00 00   # NDA_LLADDR
      08 00 09 00  02 00 00 00   # NDA_MASTER = 2
      08 00 0f 00  02 00 00 00   # NDA_FLAGS_EXT = NTF_EXT_LOCKED
      14 00 03 00  00 00 00 00 3f 00 00 00 40 00 00 00 00 00 00 00   # NDA_CACHEINFO
      06 00 05 00  0a 00 00 00   # NDA_VLAN = 10
      0c 00 0e 00   # NDA_FDB_EXT_ATTRS
        05 00 01 00  01 00 00 00   # NFEA_ACTIVITY_NOTIFY = FDB_NOTIFY_BIT`
    expect(decoded(decodeFdbEntry, message)).toEqual({
      ...off,
      link: 4,
      macAddress: '02:00:00:00:00:02',
      state: 'dynamic',
      sticky: true,
      externLearned: true,
      locked: true,
      master: 2,
      vlan: 10,
      activity: { notify: ['notify'] },
      cacheInfo: { confirmed: 0, used: 63, updated: 64, references: 0 },
    })
  })

  it('reads what Linux 6.18 reports of a vxlan, and keeps what it does not know', () => {
    const message = `
      07 00 00 00  05 00 00 00  c0 00 02 01   # AF_BRIDGE, index 5, NOARP | PERMANENT, NTF_SELF, RTN_UNICAST
      0a 00 02 00  02 00 00 00 00 05 00 00   # NDA_LLADDR
      08 00 0a 00  03 00 00 00   # NDA_LINK_NETNSID = 3
      08 00 01 00  c0 00 02 09   # NDA_DST
      06 00 06 00  12 bf 00 00   # NDA_PORT = 4799
      08 00 07 00  07 00 00 00   # NDA_VNI
      08 00 08 00  04 00 00 00   # NDA_IFINDEX
      08 00 0b 00  64 00 00 00   # NDA_SRC_VNI
      08 00 63 00  01 02 03 04   # 99`
    expect(decoded(decodeFdbEntry, message)).toEqual({
      ...off,
      link: 5,
      macAddress: '02:00:00:00:00:05',
      state: 'permanent',
      self: true,
      remote: '192.0.2.9',
      port: 4799,
      vni: 7,
      via: 4,
      srcVni: 100,
      linkNamespaceId: 3,
      unknown: [{ type: 99, bytes: Uint8Array.of(1, 2, 3, 4) }],
    })
  })

  it.each([
    ['40 00', 'static'],
    ['04 00', 'stale'],
    ['80 00', 'permanent'],
    ['00 01', 256],
  ])('reads the state %s as %j', (bytes, state) => {
    const message = `07 00 00 00  04 00 00 00  ${bytes} 00 00  ${MAC}`
    expect(decoded(decodeFdbEntry, message)).toEqual({ ...off, ...here, state })
  })

  it.each([
    [{}, false, ''],
    [{ link: 5, state: 'static' }, false, '08 00 08 00  05 00 00 00   # NDA_IFINDEX = 5'],
    [{ link: 5 }, true, ''],
    [{ master: 2 }, false, '08 00 09 00  02 00 00 00   # NDA_MASTER = 2'],
  ])('lists %j (loosely: %j)', (filter, loose, bytes) => {
    const program = begin('neighbor', 'fdb.list')
    new FdbMatcher(program, filter as object).lower(program, loose)
    expect(encodedLines('getNeighbor', program)).toEqual(hexLines(`07 00 00 00  00 00 00 00  00 00 00 00\n ${bytes}`))
  })

  it.each([
    [{ link: 4 }, '00 00 04 00   # NTF_MASTER', ''],
    [{ link: 2, self: true, vlan: 10 }, '00 00 02 00   # NTF_SELF', '06 00 05 00  0a 00 00 00   # NDA_VLAN = 10'],
    [{ link: 2, self: true, bridgePort: 4 }, '00 00 02 00', '08 00 08 00  04 00 00 00   # NDA_IFINDEX = 4'],
    [
      { link: 4, permanent: false, sticky: true, addedByUser: true },
      '00 00 45 00   # NTF_STICKY | NTF_USE | NTF_MASTER',
      `06 00 10 00  80 00 00 00   # NDA_NDM_STATE_MASK = NUD_PERMANENT
       05 00 11 00  41 00 00 00   # NDA_NDM_FLAGS_MASK = NTF_STICKY | NTF_USE`,
    ],
    [{ link: 4, dynamic: true }, '00 00 04 00', '06 00 10 00  c0 00 00 00   # NDA_NDM_STATE_MASK = NUD_PERMANENT | NUD_NOARP'],
    [{ link: 4, static: true }, '40 00 04 00   # NUD_NOARP', '06 00 10 00  40 00 00 00   # NDA_NDM_STATE_MASK = NUD_NOARP'],
    [
      { link: 5, remote: '192.0.2.9', port: 4799, vni: 7, srcVni: 9, nexthopId: 3 },
      '00 00 02 00   # NTF_SELF',
      `08 00 01 00  c0 00 02 09   # NDA_DST
       06 00 06 00  12 bf 00 00   # NDA_PORT
       08 00 07 00  07 00 00 00   # NDA_VNI
       08 00 0b 00  09 00 00 00   # NDA_SRC_VNI
       08 00 0d 00  03 00 00 00   # NDA_NH_ID`,
    ],
  ])('flushes %j', (flush, flags, attributes) => {
    const program = begin('neighbor', 'fdb.flush')
    lowerFlush(program, flush as FdbFlush)
    const index = `0${flush.link}`
    expect(encodedLines('deleteNeighbor', program)).toEqual(hexLines(`07 00 00 00  ${index} 00 00 00  ${flags}\n ${attributes}`))
  })

  it.each([
    ['link', { macAddress: here.macAddress }, 'ERR_MISSING_OPTION'],
    ['macAddress', { link: 4 }, 'ERR_MISSING_OPTION'],
    ['macAddress', { link: 4, macAddress: '10.0.0.1' }, 'ERR_INVALID_ARG_TYPE'],
    ['vlan', { ...here, vlan: 4095 }, 'ERR_OUT_OF_RANGE'],
    ['sticky', { ...here, sticky: true }, 'ERR_INVALID_ARG_VALUE'],
    ['remote', { ...here, nexthopId: 3, remote: '192.0.2.9' }, 'ERR_INVALID_ARG_VALUE'],
    ['state', { ...here, state: 'reachable' }, 'ERR_INVALID_ARG_VALUE'],
    ['master', { ...here, master: 'br0' }, 'ERR_INVALID_ARG_TYPE'],
    ['dst', { ...here, dst: '192.0.2.9' }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in %j', (option, options, code) => {
    expect(() => sent(options)).toThrow(expect.objectContaining({ option, code, operation: 'fdb.add' }))
  })

  it.each([
    ['dynamic', { link: 4, dynamic: true, permanent: true }, 'ERR_INVALID_ARG_VALUE'],
    ['dynamic', { link: 4, dynamic: false }, 'ERR_INVALID_ARG_TYPE'],
    ['link', { self: true }, 'ERR_MISSING_OPTION'],
    ['vid', { link: 4, vid: 3 }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in a flush by %j', (option, flush, code) => {
    const program = begin('neighbor', 'fdb.flush')
    expect(() => lowerFlush(program, flush as never)).toThrow(expect.objectContaining({ option, code, operation: 'fdb.flush' }))
  })

  it.each([
    ['the index in the header', 4, 'link'],
    ['an attribute', 12, 'macAddress'],
  ])('names the option that the kernel means by %s', (_, target, option) => {
    const bytes = hex(`07 00 00 00  04 00 00 00  80 00 00 00\n ${MAC}`)
    expect(fdbLocator.locate(new Message(bytes), 0, bytes.length, target)).toBe(option)
  })
})
