import { describe, expect, it } from 'vitest'
import type { TeamChanges } from '../../lib/index.ts'
import { Message } from '../../lib/schema/message.ts'
import { lowerTeam, stepsOf } from '../../lib/team/lower.ts'
import { teamFamily, teamMessage } from '../../lib/team/messages.ts'
import { readOptions } from '../../lib/team/read.ts'
import { decoded, hexLines } from '../support/encode.ts'
import { command, genericLines } from '../support/generic.ts'
import { given, hex } from '../support/wire.ts'

const TEAM = 2

/** Each message of a change, in order. */
function sent(options: TeamChanges): string[][] {
  return stepsOf(command(teamFamily, 'setOptions'), options).map(step => {
    const program = command(teamFamily, 'setOptions')
    lowerTeam(program, TEAM)
    step.write(program)
    return genericLines(program)
  })
}

/** What one message brings. */
function read(bytes: string) {
  const octets = hex(bytes)
  const { options = [] } = teamMessage.decode(new Message(octets), 0, octets.length)
  return given(readOptions(options))
}

describe('an option of a team on the wire', () => {
  it('is sent as `teamnl team0 setoption activeport 3` sends it, but for the version', () => {
    const bytes = `
      01 01 00 00               # TEAM_CMD_OPTIONS_SET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      28 00 02 80               # TEAM_ATTR_LIST_OPTION
        24 00 01 80             # TEAM_ATTR_ITEM_OPTION
          0f 00 01 00  61 63 74 69 76 65 70 6f 72 74 00 00   # TEAM_ATTR_OPTION_NAME = "activeport"
          05 00 03 00  03 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_U32
          08 00 04 00  03 00 00 00   # TEAM_ATTR_OPTION_DATA = 3
    `
    expect(sent({ activePort: 3 })).toEqual([hexLines(bytes)])
  })

  it('is sent as `teamnl -p d0 team0 setoption priority -5` sends it', () => {
    const bytes = `
      01 01 00 00               # TEAM_CMD_OPTIONS_SET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      30 00 02 80               # TEAM_ATTR_LIST_OPTION
        2c 00 01 80             # TEAM_ATTR_ITEM_OPTION
          0d 00 01 00  70 72 69 6f 72 69 74 79 00 00 00 00   # TEAM_ATTR_OPTION_NAME = "priority"
          08 00 06 00  03 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 3
          05 00 03 00  0e 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_S32
          08 00 04 00  fb ff ff ff   # TEAM_ATTR_OPTION_DATA = -5
    `
    expect(sent({ ports: [{ link: 3, priority: -5 }] })).toEqual([hexLines(bytes)])
  })

  it('is off without data, as `teamnl -p d0 team0 setoption enabled false` sends it', () => {
    const bytes = `
      01 01 00 00               # TEAM_CMD_OPTIONS_SET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      24 00 02 80               # TEAM_ATTR_LIST_OPTION
        20 00 01 80             # TEAM_ATTR_ITEM_OPTION
          0c 00 01 00  65 6e 61 62 6c 65 64 00   # TEAM_ATTR_OPTION_NAME = "enabled"
          08 00 06 00  03 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 3
          05 00 03 00  06 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_FLAG
    `
    expect(sent({ ports: [{ link: 3, enabled: false }] })).toEqual([hexLines(bytes)])
  })

  it('that is an array has a message for each entry', () => {
    const entry = (index: string, port: string) => `
      01 01 00 00               # TEAM_CMD_OPTIONS_SET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      40 00 02 80               # TEAM_ATTR_LIST_OPTION
        3c 00 01 80             # TEAM_ATTR_ITEM_OPTION
          1f 00 01 00  6c 62 5f 74 78 5f 68 61 73 68 5f 74 6f 5f 70 6f 72 74 5f 6d 61 70 70 69 6e 67 00 00   # TEAM_ATTR_OPTION_NAME = "lb_tx_hash_to_port_mapping"
          08 00 07 00  ${index}      # TEAM_ATTR_OPTION_ARRAY_INDEX
          05 00 03 00  03 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_U32
          08 00 04 00  ${port}       # TEAM_ATTR_OPTION_DATA
    `
    const expected = [entry('00 00 00 00', '03 00 00 00'), entry('02 00 00 00', '04 00 00 00')]
    expect(sent({ loadBalance: { hashToPort: [3, undefined, 4] } })).toEqual(expected.map(hexLines))
  })

  it('that the library does not know is sent as it is given', () => {
    const bytes = `
      01 01 00 00               # TEAM_CMD_OPTIONS_SET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      2c 00 02 80               # TEAM_ATTR_LIST_OPTION
        28 00 01 80             # TEAM_ATTR_ITEM_OPTION
          0b 00 01 00  6c 61 74 65 72 5f 00 00   # TEAM_ATTR_OPTION_NAME = "later_"
          08 00 06 00  03 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 3
          05 00 03 00  05 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_STRING
          07 00 04 00  6f 6e 00 00   # TEAM_ATTR_OPTION_DATA = "on"
    `
    expect(sent({ other: [{ name: 'later_', type: 'string', value: 'on', port: 3 }] })).toEqual([hexLines(bytes)])
  })

  it('goes out in a message of its own, the mode first', () => {
    const options = { ports: [{ link: 3, priority: 1, enabled: true }], notifyPeersCount: 1, mode: 'activebackup' } as const
    const names = sent(options).map(
      lines =>
        Buffer.from(hex(lines.slice(6).join('')))
          .toString('latin1')
          .split('\0')[0],
    )
    expect(names).toEqual(['mode', 'notify_peers_count', 'enabled', 'priority'])
  })
})

describe('what the driver reports', () => {
  it('is read as options of the team and of its ports', () => {
    const bytes = `
      02 01 00 00               # TEAM_CMD_OPTIONS_GET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      d0 00 02 00               # TEAM_ATTR_LIST_OPTION
        2c 00 01 00             # TEAM_ATTR_ITEM_OPTION
          0d 00 01 00  70 72 69 6f 72 69 74 79 00 00 00 00   # TEAM_ATTR_OPTION_NAME = "priority"
          08 00 06 00  03 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 3
          05 00 03 00  0e 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_S32
          08 00 04 00  fb ff ff ff   # TEAM_ATTR_OPTION_DATA = -5
        24 00 01 00             # TEAM_ATTR_ITEM_OPTION
          0c 00 01 00  65 6e 61 62 6c 65 64 00   # TEAM_ATTR_OPTION_NAME = "enabled"
          08 00 06 00  03 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 3
          05 00 03 00  06 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_FLAG
          04 00 04 00                # TEAM_ATTR_OPTION_DATA: on
        20 00 01 00             # TEAM_ATTR_ITEM_OPTION
          0c 00 01 00  65 6e 61 62 6c 65 64 00   # TEAM_ATTR_OPTION_NAME = "enabled"
          08 00 06 00  04 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 4
          05 00 03 00  06 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_FLAG, off
        28 00 01 00             # TEAM_ATTR_ITEM_OPTION
          0f 00 01 00  61 63 74 69 76 65 70 6f 72 74 00 00   # TEAM_ATTR_OPTION_NAME = "activeport"
          05 00 03 00  03 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_U32
          08 00 04 00  00 00 00 00   # TEAM_ATTR_OPTION_DATA = 0: none
          04 00 02 00                # TEAM_ATTR_OPTION_CHANGED
        34 00 01 00             # TEAM_ATTR_ITEM_OPTION
          09 00 01 00  6d 6f 64 65 00 00 00 00   # TEAM_ATTR_OPTION_NAME = "mode"
          05 00 03 00  05 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_STRING
          11 00 04 00  61 63 74 69 76 65 62 61 63 6b 75 70 00 00 00 00   # TEAM_ATTR_OPTION_DATA = "activebackup"
          08 00 63 00  01 00 00 00   # an attribute of a later kernel
    `
    expect(read(bytes)).toEqual({
      mode: 'activebackup',
      ports: [
        { link: 3, enabled: true, priority: -5 },
        { link: 4, enabled: false },
      ],
    })
  })

  it('is read of a team without a mode', () => {
    const bytes = `
      02 01 00 00               # TEAM_CMD_OPTIONS_GET, version 1
      2c 00 02 00               # TEAM_ATTR_LIST_OPTION
        28 00 01 00             # TEAM_ATTR_ITEM_OPTION
          09 00 01 00  6d 6f 64 65 00 00 00 00   # TEAM_ATTR_OPTION_NAME = "mode"
          05 00 03 00  05 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_STRING
          0d 00 04 00  2a 4e 4f 4d 4f 44 45 2a 00 00 00 00   # TEAM_ATTR_OPTION_DATA = "*NOMODE*"
    `
    expect(read(bytes)).toEqual({ ports: [] })
  })

  it('is kept where the library does not know it, or knows it otherwise', () => {
    const bytes = `
      02 01 00 00               # TEAM_CMD_OPTIONS_GET, version 1
      8c 00 02 00               # TEAM_ATTR_LIST_OPTION
        24 00 01 00             # TEAM_ATTR_ITEM_OPTION
          0a 00 01 00  6c 61 74 65 72 00 00 00   # TEAM_ATTR_OPTION_NAME = "later"
          08 00 06 00  03 00 00 00   # TEAM_ATTR_OPTION_PORT_IFINDEX = 3
          05 00 03 00  06 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_FLAG
          04 00 04 00                # TEAM_ATTR_OPTION_DATA: on
        28 00 01 00             # TEAM_ATTR_ITEM_OPTION
          0a 00 01 00  6c 61 74 65 72 00 00 00   # TEAM_ATTR_OPTION_NAME = "later"
          08 00 07 00  02 00 00 00   # TEAM_ATTR_OPTION_ARRAY_INDEX = 2
          05 00 03 00  0b 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_BINARY
          06 00 04 00  ab cd 00 00   # TEAM_ATTR_OPTION_DATA
        20 00 01 00             # TEAM_ATTR_ITEM_OPTION
          09 00 01 00  6d 6f 64 65 00 00 00 00   # TEAM_ATTR_OPTION_NAME = "mode"
          05 00 03 00  03 00 00 00   # TEAM_ATTR_OPTION_TYPE = NLA_U32
          08 00 04 00  07 00 00 00   # TEAM_ATTR_OPTION_DATA = 7
        1c 00 01 00             # TEAM_ATTR_ITEM_OPTION
          09 00 01 00  6d 6f 64 65 00 00 00 00   # TEAM_ATTR_OPTION_NAME = "mode"
          05 00 03 00  63 00 00 00   # TEAM_ATTR_OPTION_TYPE of a later kernel
          04 00 05 00                # TEAM_ATTR_OPTION_REMOVED
    `
    expect(read(bytes)).toEqual({
      ports: [{ link: 3 }],
      unknown: [
        { name: 'later', type: 'bool', value: true, port: 3 },
        { name: 'later', type: 'binary', value: Uint8Array.of(0xab, 0xcd), index: 2 },
        { name: 'mode', type: 'u32', value: 7 },
      ],
    })
  })

  it('is read of ports', () => {
    const bytes = `
      03 01 00 00               # TEAM_CMD_PORT_LIST_GET, version 1
      08 00 01 00  02 00 00 00  # TEAM_ATTR_TEAM_IFINDEX = 2
      44 00 03 00               # TEAM_ATTR_LIST_PORT
        24 00 01 00             # TEAM_ATTR_ITEM_PORT
          08 00 01 00  04 00 00 00   # TEAM_ATTR_PORT_IFINDEX = 4
          04 00 02 00                # TEAM_ATTR_PORT_CHANGED
          04 00 03 00                # TEAM_ATTR_PORT_LINKUP
          08 00 04 00  10 27 00 00   # TEAM_ATTR_PORT_SPEED = 10000
          05 00 05 00  01 00 00 00   # TEAM_ATTR_PORT_DUPLEX = DUPLEX_FULL
        1c 00 01 00             # TEAM_ATTR_ITEM_PORT
          08 00 01 00  03 00 00 00   # TEAM_ATTR_PORT_IFINDEX = 3
          08 00 04 00  00 00 00 00   # TEAM_ATTR_PORT_SPEED = 0
          05 00 05 00  00 00 00 00   # TEAM_ATTR_PORT_DUPLEX = DUPLEX_HALF
    `
    expect(decoded((...where) => teamMessage.decode(...where).ports, bytes)).toEqual([
      { link: 4, changed: true, linkUp: true, speed: 10_000, duplex: 'full' },
      { link: 3, speed: 0, duplex: 'half' },
    ])
  })
})
