import { describe, expect, it } from 'vitest'
import { lowerBits, type NamedBits } from '../../lib/ethtool/bit-set.ts'
import { decodeDriver } from '../../lib/ethtool/driver.ts'
import { ethtoolFamily } from '../../lib/ethtool/family.ts'
import { toFeatures } from '../../lib/ethtool/features.ts'
import { ETHTOOL } from '../../lib/ethtool/link-ioctl.ts'
import {
  channelTable,
  eeeTable,
  featureTable,
  fecTable,
  linkStateTable,
  modeTable,
  ringTable,
  wakeOnLanTable,
} from '../../lib/ethtool/tables.ts'
import { Message } from '../../lib/schema/message.ts'
import { decoded, hexLines } from '../support/encode.ts'
import { command, genericLines } from '../support/generic.ts'
import { readKernelHeaders } from '../support/kernel-headers.ts'
import { hex } from '../support/wire.ts'

function sentFeatures(features: NamedBits): string[] {
  const program = command(ethtoolFamily, 'setFeatures')
  featureTable.lower(program, { link: 5 }, 'change')
  lowerBits(program, featureTable.rows.requested.number, features)
  return genericLines(program)
}

describe('ethtool on the wire', () => {
  it('asks about a link by its index', () => {
    const program = command(ethtoolFamily, 'getLinkState')
    linkStateTable.lower(program, { link: { index: 5 } }, 'change')
    expect(genericLines(program)).toEqual(
      hexLines(`
        06 01 00 00               # ETHTOOL_MSG_LINKSTATE_GET, version 1
        0c 00 01 80               # ETHTOOL_A_LINKSTATE_HEADER, nested
        08 00 01 00  05 00 00 00  #   ETHTOOL_A_HEADER_DEV_INDEX = 5
      `),
    )
  })

  it('sets what is given of the rings, and nothing else', () => {
    const program = command(ethtoolFamily, 'setRings')
    ringTable.lower(program, { link: 5, rx: 512, txPush: true }, 'change')
    expect(genericLines(program)).toEqual(
      hexLines(`
        10 01 00 00               # ETHTOOL_MSG_RINGS_SET
        0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_RINGS_HEADER
        08 00 06 00  00 02 00 00  # ETHTOOL_A_RINGS_RX = 512
        05 00 0d 00  01 00 00 00  # ETHTOOL_A_RINGS_TX_PUSH = 1
      `),
    )
  })

  it('passes over what was only read, so that what was read can be written', () => {
    const program = command(ethtoolFamily, 'setChannels')
    channelTable.lower(program, { link: 5, rxMax: 8, rx: 2, unknown: [] }, 'change')
    expect(genericLines(program)).toEqual(
      hexLines(`
        12 01 00 00               # ETHTOOL_MSG_CHANNELS_SET
        0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_CHANNELS_HEADER
        08 00 06 00  02 00 00 00  # ETHTOOL_A_CHANNELS_RX_COUNT = 2
      `),
    )
  })

  it('sets encodings of forward error correction by their names', () => {
    const program = command(ethtoolFamily, 'setFec')
    fecTable.lower(program, { link: 5, modes: { RS: true, None: false }, auto: false, active: 'None' }, 'change')
    expect(genericLines(program)).toEqual(
      hexLines(`
        1e 01 00 00               # ETHTOOL_MSG_FEC_SET
        0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_FEC_HEADER
        28 00 02 80               # ETHTOOL_A_FEC_MODES, nested
        24 00 03 80               #   ETHTOOL_A_BITSET_BITS, nested
        10 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
        07 00 02 00  52 53 00 00  #       ETHTOOL_A_BITSET_BIT_NAME = "RS"
        04 00 03 00               #       ETHTOOL_A_BITSET_BIT_VALUE
        10 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
        09 00 02 00  4e 6f 6e 65  00 00 00 00  # "None", and no value
        05 00 03 00  00 00 00 00  # ETHTOOL_A_FEC_AUTO = 0
      `),
    )
  })

  it('reads encodings of forward error correction: a list of those that may be used', () => {
    const bytes = `
      1e 01 00 00               # ETHTOOL_MSG_FEC_GET_REPLY
      0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_FEC_HEADER
      28 00 02 80               # ETHTOOL_A_FEC_MODES, nested
      04 00 01 00               #   ETHTOOL_A_BITSET_NOMASK
      08 00 02 00  79 00 00 00  #   ETHTOOL_A_BITSET_SIZE = 121
      18 00 03 80               #   ETHTOOL_A_BITSET_BITS, nested
      14 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
      08 00 01 00  32 00 00 00  #       ETHTOOL_A_BITSET_BIT_INDEX = 50
      07 00 02 00  52 53 00 00  #       ETHTOOL_A_BITSET_BIT_NAME = "RS"
      05 00 03 00  00 00 00 00  # ETHTOOL_A_FEC_AUTO = 0
      08 00 04 00  32 00 00 00  # ETHTOOL_A_FEC_ACTIVE = ETHTOOL_LINK_MODE_FEC_RS_BIT
    `
    expect(decoded((...where) => fecTable.decode(...where), bytes)).toEqual({
      link: 5,
      modes: { RS: true },
      auto: false,
      active: 'RS',
    })
  })

  it('sets what is given of energy-efficient Ethernet', () => {
    const program = command(ethtoolFamily, 'setEee')
    eeeTable.lower(program, { link: 5, active: true, enabled: true, txLowPowerIdle: false, txLowPowerIdleTimer: 17 }, 'change')
    expect(genericLines(program)).toEqual(
      hexLines(`
        18 01 00 00               # ETHTOOL_MSG_EEE_SET
        0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_EEE_HEADER
        05 00 05 00  01 00 00 00  # ETHTOOL_A_EEE_ENABLED = 1
        05 00 06 00  00 00 00 00  # ETHTOOL_A_EEE_TX_LPI_ENABLED = 0
        08 00 07 00  11 00 00 00  # ETHTOOL_A_EEE_TX_LPI_TIMER = 17
      `),
    )
  })

  it('reads energy-efficient Ethernet: modes with a mask', () => {
    const bytes = `
      18 01 00 00               # ETHTOOL_MSG_EEE_GET_REPLY
      0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_EEE_HEADER
      34 00 02 80               # ETHTOOL_A_EEE_MODES_OURS, nested
      08 00 02 00  79 00 00 00  #   ETHTOOL_A_BITSET_SIZE = 121
      28 00 03 80               #   ETHTOOL_A_BITSET_BITS, nested
      24 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
      08 00 01 00  05 00 00 00  #       ETHTOOL_A_BITSET_BIT_INDEX = 5
      13 00 02 00  31 30 30 30  62 61 73 65  54 2f 46 75  6c 6c 00 00  # ETHTOOL_A_BITSET_BIT_NAME = "1000baseT/Full"
      04 00 03 00               #       ETHTOOL_A_BITSET_BIT_VALUE
      05 00 04 00  01 00 00 00  # ETHTOOL_A_EEE_ACTIVE = 1
      05 00 05 00  01 00 00 00  # ETHTOOL_A_EEE_ENABLED = 1
      08 00 07 00  11 00 00 00  # ETHTOOL_A_EEE_TX_LPI_TIMER = 17
    `
    expect(decoded((...where) => eeeTable.decode(...where), bytes)).toEqual({
      link: 5,
      modes: { '1000baseT/Full': true },
      active: true,
      enabled: true,
      txLowPowerIdleTimer: 17,
    })
  })

  it('sets what wakes the machine, with a password of six bytes', () => {
    const program = command(ethtoolFamily, 'setWakeOnLan')
    wakeOnLanTable.lower(program, { link: 5, modes: { magicsecure: true }, password: '01:02:03:04:05:06' }, 'change')
    expect(genericLines(program)).toEqual(
      hexLines(`
        0a 01 00 00               # ETHTOOL_MSG_WOL_SET
        0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_WOL_HEADER
        20 00 02 80               # ETHTOOL_A_WOL_MODES, nested
        1c 00 03 80               #   ETHTOOL_A_BITSET_BITS, nested
        18 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
        10 00 02 00  6d 61 67 69  63 73 65 63  75 72 65 00  # ETHTOOL_A_BITSET_BIT_NAME = "magicsecure"
        04 00 03 00               #       ETHTOOL_A_BITSET_BIT_VALUE
        0a 00 03 00  01 02 03 04  05 06 00 00  # ETHTOOL_A_WOL_SOPASS
      `),
    )
  })

  it('turns features by their names: with a value they are on', () => {
    expect(sentFeatures({ 'rx-gro': true, 'tx-gso-list': false, 'rx-all': undefined })).toEqual(
      hexLines(`
        0c 01 00 00               # ETHTOOL_MSG_FEATURES_SET
        0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_FEATURES_HEADER
        30 00 03 80               # ETHTOOL_A_FEATURES_WANTED, nested
        2c 00 03 80               #   ETHTOOL_A_BITSET_BITS, nested
        14 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
        0b 00 02 00  72 78 2d 67  72 6f 00 00  # ETHTOOL_A_BITSET_BIT_NAME = "rx-gro"
        04 00 03 00               #       ETHTOOL_A_BITSET_BIT_VALUE
        14 00 01 80               #     ETHTOOL_A_BITSET_BITS_BIT, nested
        10 00 02 00  74 78 2d 67  73 6f 2d 6c  69 73 74 00  # "tx-gso-list", and no value
      `),
    )
  })

  it('reads features: all with a mask, and lists of those that are on', () => {
    const bytes = `
      0b 01 00 00               # ETHTOOL_MSG_FEATURES_GET_REPLY
      20 00 01 80               # ETHTOOL_A_FEATURES_HEADER
      08 00 01 00  05 00 00 00  #   ETHTOOL_A_HEADER_DEV_INDEX = 5
      07 00 02 00  76 65 30 00  #   ETHTOOL_A_HEADER_DEV_NAME
      0c 00 63 00  00 00 00 00  00 00 00 00  # something newer
      44 00 02 80               # ETHTOOL_A_FEATURES_HW
      08 00 02 00  40 00 00 00  #   ETHTOOL_A_BITSET_SIZE = 64
      38 00 03 80               #   ETHTOOL_A_BITSET_BITS
      1c 00 01 80  08 00 01 00  01 00 00 00  # a bit, number 1
      0b 00 02 00  72 78 2d 67  72 6f 00 00  # "rx-gro"
      04 00 03 00               #       can be changed
      18 00 01 80  08 00 01 00  02 00 00 00  # a bit, number 2
      0a 00 02 00  72 78 2d 61  6c 00 00 00  # "rx-al", which cannot
      2c 00 04 80               # ETHTOOL_A_FEATURES_ACTIVE
      04 00 01 00               #   ETHTOOL_A_BITSET_NOMASK
      08 00 02 00  40 00 00 00  #   ETHTOOL_A_BITSET_SIZE = 64
      1c 00 03 80               #   ETHTOOL_A_BITSET_BITS
      18 00 01 80  08 00 01 00  02 00 00 00
      0a 00 02 00  72 78 2d 61  6c 00 00 00  # "rx-al"
    `
    const raw = hex(bytes)
    const reported = featureTable.decode(new Message(raw), 0, raw.length)
    expect(toFeatures(reported)).toEqual({
      'rx-gro': { active: false, requested: false, available: true, neverChanged: false },
      'rx-al': { active: true, requested: false, available: false, neverChanged: false },
    })
  })

  it('reads speed and duplex, also unknown ones', () => {
    const bytes = `
      04 01 00 00               # ETHTOOL_MSG_LINKMODES_GET_REPLY
      0c 00 01 80  08 00 01 00  05 00 00 00  # ETHTOOL_A_LINKMODES_HEADER
      05 00 02 00  01 00 00 00  # ETHTOOL_A_LINKMODES_AUTONEG = 1
      08 00 05 00  ff ff ff ff  # ETHTOOL_A_LINKMODES_SPEED = SPEED_UNKNOWN
      05 00 06 00  01 00 00 00  # ETHTOOL_A_LINKMODES_DUPLEX = DUPLEX_FULL
    `
    expect(decoded((...where) => modeTable.decode(...where), bytes)).toEqual({
      link: 5,
      autonegotiation: true,
      speed: 'unknown',
      duplex: 'full',
    })
  })

  const found = readKernelHeaders(['ethtool.h', 'sockios.h'])

  it('has the numbers of the headers', context => {
    if (found === undefined)
      return context.skip('the kernel headers are not installed (on Debian: linux-libc-dev, which g++ brings)')
    const theirs = Object.keys(ETHTOOL).map(name => [name, found.constants.get(name)])
    expect(ETHTOOL).toEqual(Object.fromEntries(theirs))
  })

  it('reads struct ethtool_drvinfo', () => {
    const struct = new Uint8Array(196)
    struct[0] = 3
    for (const [offset, text] of [
      [4, 'veth'],
      [36, '1.0'],
      [100, '0000:02:00.0'],
    ] as const)
      struct.set(Buffer.from(text), offset)
    for (const [offset, number] of [
      [176, 1],
      [180, 2],
      [184, 3],
      [188, 4],
      [192, 5],
    ] as const)
      struct[offset] = number
    expect(decoded(decodeDriver, struct)).toEqual({
      name: 'veth',
      version: '1.0',
      bus: '0000:02:00.0',
      privateFlags: 1,
      statistics: 2,
      tests: 3,
      eepromLength: 4,
      registerDumpLength: 5,
    })
  })
})
