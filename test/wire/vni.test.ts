import { describe, expect, it } from 'vitest'
import { Message } from '../../lib/schema/message.ts'
import { VniMatcher } from '../../lib/vnis/filter.ts'
import { lowerIdentity, lowerVni } from '../../lib/vnis/lower.ts'
import type { VniOptions } from '../../lib/vnis/vni.ts'
import { decodeVnis, vniLocator } from '../../lib/vnis/vni-table.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function add(options: object): string[] {
  const program = begin('tunnel', 'vnis.add')
  lowerVni(program, options as VniOptions)
  return encodedLines('newTunnel', program)
}

describe('the ids of a vxlan on the wire', () => {
  it('sends what bridge sends for one id', () => {
    expect(add({ link: 5, vni: 13, remote: '10.0.0.9' })).toEqual(
      hexLines(`
      07 00 00 00  05 00 00 00   # struct tunnel_msg: AF_BRIDGE, flags, reserved, index
      14 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  0d 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 13
        08 00 03 00  0a 00 00 09   # VXLAN_VNIFILTER_ENTRY_GROUP = 10.0.0.9`),
    )
  })

  it('sends what bridge sends for a range', () => {
    expect(add({ link: 5, vni: 100, lastVni: 199, remote: 'ff05::1' })).toEqual(
      hexLines(`
      07 00 00 00  05 00 00 00   # struct tunnel_msg: AF_BRIDGE, flags, reserved, index
      28 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  64 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 100
        08 00 02 00  c7 00 00 00   # VXLAN_VNIFILTER_ENTRY_END = 199
        14 00 04 00  ff 05 00 00 00 00 00 00 00 00 00 00 00 00 00 01   # VXLAN_VNIFILTER_ENTRY_GROUP6 = ff05::1`),
    )
  })

  it('deletes what was listed by its ids alone', () => {
    const program = begin('tunnel', 'vnis.delete')
    const listed = { link: 5, vni: 100, lastVni: 199, remote: '10.0.0.9', statistics: { rxBytes: 7 }, unknown: [] }
    lowerIdentity(program, listed)
    expect(encodedLines('deleteTunnel', program)).toEqual(
      hexLines(`
      07 00 00 00  05 00 00 00   # struct tunnel_msg: AF_BRIDGE, flags, reserved, index
      14 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  64 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 100
        08 00 02 00  c7 00 00 00   # VXLAN_VNIFILTER_ENTRY_END = 199`),
    )
  })

  it.each([
    [{}, false, '07 00 00 00  00 00 00 00'],
    [{ link: 5 }, false, '07 00 00 00  05 00 00 00'],
    [{ link: 5, statistics: true }, false, '07 01 00 00  05 00 00 00   # TUNNEL_MSG_FLAG_STATS'],
    [{ link: 5, statistics: true }, true, '07 01 00 00  00 00 00 00   # TUNNEL_MSG_FLAG_STATS'],
  ])('lists %j (loosely: %j)', (filter, loose, bytes) => {
    const program = begin('tunnel', 'vnis.list')
    new VniMatcher(program, filter).lower(program, loose)
    expect(encodedLines('getTunnel', program)).toEqual(hexLines(bytes))
  })

  it('reads several entries of one message, as Linux 6.18 reports them', () => {
    const message = `
      07 00 00 00  05 00 00 00   # struct tunnel_msg: AF_BRIDGE, flags, reserved, index
      14 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  0a 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 10
        08 00 02 00  0c 00 00 00   # VXLAN_VNIFILTER_ENTRY_END = 12
      14 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  14 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 20
        08 00 03 00  ef 01 01 01   # VXLAN_VNIFILTER_ENTRY_GROUP = 239.1.1.1
      20 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  1e 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 30
        14 00 04 00  ff 05 00 00 00 00 00 00 00 00 00 00 00 00 00 01   # VXLAN_VNIFILTER_ENTRY_GROUP6 = ff05::1`
    expect(decoded(decodeVnis, message)).toEqual([
      { link: 5, vni: 10, lastVni: 12 },
      { link: 5, vni: 20, remote: '239.1.1.1' },
      { link: 5, vni: 30, remote: 'ff05::1' },
    ])
  })

  it('reads the counters of an id', () => {
    const message = `
      07 00 00 00  05 00 00 00   # struct tunnel_msg: AF_BRIDGE, flags, reserved, index
      78 00 01 80   # VXLAN_VNIFILTER_ENTRY
        08 00 01 00  14 00 00 00   # VXLAN_VNIFILTER_ENTRY_START = 20
        08 00 03 00  ef 01 01 01   # VXLAN_VNIFILTER_ENTRY_GROUP = 239.1.1.1
        64 00 05 80   # VXLAN_VNIFILTER_ENTRY_STATS
          0c 00 01 00  01 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_RX_BYTES = 1
          0c 00 02 00  02 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_RX_PKTS = 2
          0c 00 03 00  03 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_RX_DROPS = 3
          0c 00 04 00  04 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_RX_ERRORS = 4
          0c 00 05 00  05 00 00 00 01 00 00 00   # VNIFILTER_ENTRY_STATS_TX_BYTES = 2^32 + 5
          0c 00 06 00  06 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_TX_PKTS = 6
          0c 00 07 00  07 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_TX_DROPS = 7
          0c 00 08 00  08 00 00 00 00 00 00 00   # VNIFILTER_ENTRY_STATS_TX_ERRORS = 8`
    const rx = { rxBytes: 1, rxPackets: 2, rxDropped: 3, rxErrors: 4 }
    const tx = { txBytes: 2 ** 32 + 5, txPackets: 6, txDropped: 7, txErrors: 8 }
    expect(decoded(decodeVnis, message)).toEqual([{ link: 5, vni: 20, remote: '239.1.1.1', statistics: { ...rx, ...tx } }])
  })

  it('keeps what a newer kernel says of an id', () => {
    const message = '07 00 00 00  05 00 00 00  14 00 01 80  08 00 01 00  14 00 00 00  08 00 09 00  01 02 03 04'
    const unknown = [{ type: 9, bytes: Uint8Array.of(1, 2, 3, 4) }]
    expect(decoded(decodeVnis, message)).toEqual([{ link: 5, vni: 20, unknown }])
  })

  it.each([
    ['link', { vni: 5 }, 'ERR_MISSING_OPTION'],
    ['vni', { link: 5 }, 'ERR_MISSING_OPTION'],
    ['vni', { link: 5, vni: 0x100_0000 }, 'ERR_OUT_OF_RANGE'],
    ['lastVni', { link: 5, vni: 1, lastVni: 0x100_0000 }, 'ERR_OUT_OF_RANGE'],
    ['lastVni', { link: 5, vni: 20, lastVni: 10 }, 'ERR_OUT_OF_RANGE'],
    ['vni', { link: 5, vni: 0 }, 'ERR_INVALID_ARG_VALUE'],
    ['vni', { link: 5, vni: 0, lastVni: 0 }, 'ERR_INVALID_ARG_VALUE'],
    ['remote', { link: 5, vni: 1, remote: 'nowhere' }, 'ERR_INVALID_ARG_TYPE'],
    ['group', { link: 5, vni: 1, group: '239.1.1.1' }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in %j', (option, options, code) => {
    expect(() => add(options)).toThrow(expect.objectContaining({ option, code, operation: 'vnis.add' }))
  })

  it('takes a range from 0', () => {
    expect(() => add({ link: 5, vni: 0, lastVni: 1 })).not.toThrow()
  })

  it('refuses an unknown option where ids are named', () => {
    const refused = { code: 'ERR_UNKNOWN_OPTION', option: 'edn' }
    expect(() => lowerIdentity(begin('tunnel'), { link: 5, vni: 1, edn: 4 } as never)).toThrow(expect.objectContaining(refused))
  })

  it.each([
    ['the index in the header', 4, 'link'],
    ['the entry', 8, 'vni'],
    ['an attribute of the entry', 20, 'remote'],
  ])('names the option that the kernel means by %s', (_, target, option) => {
    const bytes = hex('07 00 00 00  05 00 00 00  14 00 01 80  08 00 01 00  0d 00 00 00  08 00 03 00  0a 00 00 09')
    expect(vniLocator.locate(new Message(bytes), 0, bytes.length, target)).toBe(option)
  })
})
