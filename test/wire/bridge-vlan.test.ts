import { describe, expect, it } from 'vitest'
import { bridgeVlanLocator, decodeBridgeVlans } from '../../lib/bridge-vlans/bridge-vlan-table.ts'
import { lowerBridgeVlan, lowerFilter, lowerIdentity } from '../../lib/bridge-vlans/lower.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

const MSG = '07 00 00 00  04 00 00 00   # struct br_vlan_msg: AF_BRIDGE, ifindex 4\n'

function sent(lower: (program: ReturnType<typeof begin>) => void, call = 'newBridgeVlan'): string[] {
  const program = begin('bridgeVlan', 'bridgeVlans.add')
  lower(program)
  return encodedLines(call, program)
}

const add = (options: object) => sent(program => lowerBridgeVlan(program, options, 'create'))
const set = (options: object) => sent(program => lowerBridgeVlan(program, options, 'change'))

describe('bridgeVlans on the wire', () => {
  it('adds one VLAN with its flags', () => {
    expect(add({ link: 4, vlan: 20, pvid: true, untagged: true })).toEqual(
      hexLines(`${MSG}
        0c 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  06 00 14 00   # BRIDGE_VLANDB_ENTRY_INFO = PVID | UNTAGGED, vid 20`),
    )
  })

  it('adds a range', () => {
    expect(add({ link: 4, vlan: 10, lastVlan: 12 })).toEqual(
      hexLines(`${MSG}
        14 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  00 00 0a 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 10
          06 00 02 00  0c 00 00 00   # BRIDGE_VLANDB_ENTRY_RANGE = 12`),
    )
  })

  it('takes a range of one for one', () => {
    expect(add({ link: 4, vlan: 10, lastVlan: 10, pvid: true })).toEqual(add({ link: 4, vlan: 10, pvid: true }))
  })

  it('sends what bridge(8) sends to set options', () => {
    expect(set({ link: 4, vlan: 2, lastVlan: 4, state: 'blocking', multicastRouter: 'permanent' })).toEqual(
      hexLines(`${MSG}
        24 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  40 00 02 00   # BRIDGE_VLANDB_ENTRY_INFO = ONLY_OPTS, vid 2
          06 00 02 00  04 00 00 00   # BRIDGE_VLANDB_ENTRY_RANGE = 4
          05 00 03 00  04 00 00 00   # BRIDGE_VLANDB_ENTRY_STATE = 4
          05 00 06 00  02 00 00 00   # BRIDGE_VLANDB_ENTRY_MCAST_ROUTER = 2`),
    )
  })

  it('sends what is newer than bridge(8) 6.1', () => {
    expect(set({ link: 4, vlan: 2, multicastMaxGroups: 9, neighborSuppress: true })).toEqual(
      hexLines(`${MSG}
        1c 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  40 00 02 00   # BRIDGE_VLANDB_ENTRY_INFO = ONLY_OPTS, vid 2
          08 00 08 00  09 00 00 00   # BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS = 9
          05 00 09 00  01 00 00 00   # BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS = 1`),
    )
  })

  it('turns nothing off that is off when it adds', () => {
    expect(add({ link: 4, vlan: 2, neighborSuppress: false })).toEqual(add({ link: 4, vlan: 2 }))
    expect(set({ link: 4, vlan: 2, neighborSuppress: false })).not.toEqual(set({ link: 4, vlan: 2 }))
  })

  it.each<[number | null, string]>([
    [
      5000,
      `1c 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  00 00 02 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 2
          14 00 04 80   # BRIDGE_VLANDB_ENTRY_TUNNEL_INFO
            08 00 01 00  88 13 00 00   # BRIDGE_VLANDB_TINFO_ID = 5000
            08 00 02 00  13 00 00 00   # BRIDGE_VLANDB_TINFO_CMD = RTM_SETLINK`,
    ],
    [
      null,
      `18 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  00 00 02 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 2
          0c 00 04 80   # BRIDGE_VLANDB_ENTRY_TUNNEL_INFO
            08 00 02 00  11 00 00 00   # BRIDGE_VLANDB_TINFO_CMD = RTM_DELLINK`,
    ],
  ])('maps to the tunnel %j', (tunnelId, entry) => {
    const length = hex(entry).length.toString(16).padStart(2, '0')
    expect(add({ link: 4, vlan: 2, tunnelId })).toEqual(hexLines(MSG + entry.replace(/^../, length)))
  })

  it('deletes by link and range, whatever else was listed', () => {
    const listed = { link: 4, vlan: 10, lastVlan: 12, pvid: false, untagged: true, state: 'forwarding', unknown: undefined }
    expect(sent(program => lowerIdentity(program, listed), 'deleteBridgeVlan')).toEqual(
      hexLines(`${MSG}
        14 00 01 80   # BRIDGE_VLANDB_ENTRY
          08 00 01 00  00 00 0a 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 10
          06 00 02 00  0c 00 00 00   # BRIDGE_VLANDB_ENTRY_RANGE = 12`),
    )
  })

  it('asks for one link, with counters', () => {
    expect(sent(program => lowerFilter(program, { link: 4, statistics: true }), 'getBridgeVlan')).toEqual(
      hexLines(`${MSG}
        08 00 01 00  01 00 00 00   # BRIDGE_VLANDB_DUMP_FLAGS = STATS`),
    )
  })

  it('reads the entries of a link, as Linux 6.12 reports them', () => {
    const text = `${MSG}
      24 00 01 80   # BRIDGE_VLANDB_ENTRY
        08 00 01 00  04 00 01 00   # BRIDGE_VLANDB_ENTRY_INFO = UNTAGGED, vid 1
        05 00 03 00  03 00 00 00   # BRIDGE_VLANDB_ENTRY_STATE = 3
        05 00 09 00  00 00 00 00   # BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS = 0
        05 00 06 00  01 00 00 00   # BRIDGE_VLANDB_ENTRY_MCAST_ROUTER = 1
      2c 00 01 80   # BRIDGE_VLANDB_ENTRY
        08 00 01 00  00 00 0a 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 10
        06 00 02 00  0c 00 00 00   # BRIDGE_VLANDB_ENTRY_RANGE = 12
        05 00 03 00  04 00 00 00   # BRIDGE_VLANDB_ENTRY_STATE = 4
        05 00 09 00  01 00 00 00   # BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS = 1
        05 00 06 00  02 00 00 00   # BRIDGE_VLANDB_ENTRY_MCAST_ROUTER = 2
      28 00 01 80   # BRIDGE_VLANDB_ENTRY
        08 00 01 00  02 00 14 00   # BRIDGE_VLANDB_ENTRY_INFO = PVID, vid 20
        0c 00 04 80   # BRIDGE_VLANDB_ENTRY_TUNNEL_INFO
          08 00 01 00  88 13 00 00   # BRIDGE_VLANDB_TINFO_ID = 5000
        08 00 07 00  02 00 00 00   # BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS = 2
        08 00 08 00  09 00 00 00   # BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS = 9`
    const common = { link: 4, pvid: false, untagged: false }
    expect(decoded(decodeBridgeVlans, text)).toEqual([
      { ...common, vlan: 1, untagged: true, state: 'forwarding', neighborSuppress: false, multicastRouter: 'automatic' },
      { ...common, vlan: 10, lastVlan: 12, state: 'blocking', neighborSuppress: true, multicastRouter: 'permanent' },
      { ...common, vlan: 20, pvid: true, tunnelId: 5000, multicastGroups: 2, multicastMaxGroups: 9 },
    ])
  })

  it('reads counters between their padding', () => {
    const text = `${MSG}
      50 00 01 80   # BRIDGE_VLANDB_ENTRY
        08 00 01 00  00 00 0a 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 10
        44 00 05 80   # BRIDGE_VLANDB_ENTRY_STATS
          04 00 05 00  0c 00 01 00  01 00 00 00 00 00 00 00   # PAD, RX_BYTES = 1
          04 00 05 00  0c 00 02 00  02 00 00 00 00 00 00 00   # PAD, RX_PACKETS = 2
          04 00 05 00  0c 00 03 00  03 00 00 00 00 00 00 00   # PAD, TX_BYTES = 3
          04 00 05 00  0c 00 04 00  04 00 00 00 00 00 00 00   # PAD, TX_PACKETS = 4`
    expect(decoded(decodeBridgeVlans, text)).toMatchObject([
      { vlan: 10, statistics: { rxBytes: 1, rxPackets: 2, txBytes: 3, txPackets: 4 } },
    ])
  })

  it('keeps what a newer kernel adds', () => {
    const text = `${MSG}
      14 00 01 80   # BRIDGE_VLANDB_ENTRY
        08 00 01 00  00 00 0a 00   # BRIDGE_VLANDB_ENTRY_INFO = vid 10
        08 00 63 00  01 02 03 04   # 99`
    expect(decoded(decodeBridgeVlans, text)).toMatchObject([{ unknown: [{ type: 99, bytes: Uint8Array.of(1, 2, 3, 4) }] }])
  })

  it('finds the option that the kernel minds', () => {
    const text = `${MSG}
      1c 00 01 80   # BRIDGE_VLANDB_ENTRY, at 8
        08 00 01 00  00 00 0a 00   # BRIDGE_VLANDB_ENTRY_INFO, at 12
        06 00 02 00  0c 00 00 00   # BRIDGE_VLANDB_ENTRY_RANGE, at 20
        05 00 03 00  04 00 00 00   # BRIDGE_VLANDB_ENTRY_STATE, at 28`
    const bytes = hex(text)
    const at = (target: number) => bridgeVlanLocator.locate(new Message(bytes), 0, bytes.length, target)
    expect([4, 12, 20, 28].map(at)).toEqual(['link', 'vlan', 'lastVlan', 'state'])
  })
})

const MISSING = 'ERR_MISSING_OPTION'
const RANGE = 'ERR_OUT_OF_RANGE'

describe('bridgeVlans refuses', () => {
  it.each<[string, object, string, string]>([
    ['no link', { vlan: 2 }, 'link', MISSING],
    ['no VLAN', { link: 4 }, 'vlan', MISSING],
    ['VLAN 0', { link: 4, vlan: 0 }, 'vlan', RANGE],
    ['VLAN 4095', { link: 4, vlan: 4095 }, 'vlan', RANGE],
    ['a range that ends before it begins', { link: 4, vlan: 10, lastVlan: 9 }, 'lastVlan', RANGE],
    ['a range that ends too late', { link: 4, vlan: 10, lastVlan: 4095 }, 'lastVlan', RANGE],
    ['a range as pvid', { link: 4, vlan: 10, lastVlan: 12, pvid: true }, 'pvid', 'ERR_INVALID_ARG_VALUE'],
    ['a pvid that is no boolean', { link: 4, vlan: 10, pvid: 1 }, 'pvid', 'ERR_INVALID_ARG_TYPE'],
    ['an unknown option', { link: 4, vlan: 10, taged: true }, 'taged', 'ERR_UNKNOWN_OPTION'],
    ['an unknown state', { link: 4, vlan: 10, state: 'open' }, 'state', 'ERR_INVALID_ARG_VALUE'],
    ['a tunnel beyond 24 bits', { link: 4, vlan: 10, tunnelId: 0x100_0000 }, 'tunnelId', RANGE],
  ])('%s', (_, options, option, code) => {
    expect(() => add(options)).toThrow(expect.objectContaining({ option, code }))
  })

  it('other flags in a change', () => {
    expect(() => set({ link: 4, vlan: 10, pvid: true })).toThrow(expect.objectContaining({ option: 'pvid' }))
  })
})
