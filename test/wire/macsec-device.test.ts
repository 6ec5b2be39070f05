import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { family } from '../../lib/macsec/family.ts'
import { deviceTable } from '../../lib/macsec/tables.ts'
import { Message } from '../../lib/schema/message.ts'
import { command, genericLines } from '../support/generic.ts'
import { given, hex, lines } from '../support/wire.ts'

const KEY = '000102030405060708090a0b0c0d0e0f'

function encode(options: object): string[] {
  const program = command(family, 'addReceiveAssociation')
  deviceTable.lower(program, options, 'change')
  return genericLines(program)
}

describe('macsec keys and channels on the wire', () => {
  it('sends every option', () => {
    const options = {
      link: 5,
      channel: { sci: { address: '02:00:00:00:00:02', port: 7 }, active: true },
      association: {
        number: 1,
        active: true,
        packetNumber: 9,
        key: KEY,
        salt: '0c0c0c0c0c0c0c0c0c0c0c0c',
      },
      offload: { type: 'mac' },
    }
    const bytes = hex(`
      07 01 00 00   # struct genlmsghdr: MACSEC_CMD_ADD_RXSA, version 1
      08 00 01 00  05 00 00 00   # MACSEC_ATTR_IFINDEX
      18 00 02 80   # MACSEC_ATTR_RXSC_CONFIG
        0c 00 01 00  02 00 00 00 00 02 00 07   # MACSEC_RXSC_ATTR_SCI: address, and port in network order
        05 00 02 00  01 00 00 00   # MACSEC_RXSC_ATTR_ACTIVE
      40 00 03 80   # MACSEC_ATTR_SA_CONFIG
        05 00 01 00  01 00 00 00   # MACSEC_SA_ATTR_AN
        05 00 02 00  01 00 00 00   # MACSEC_SA_ATTR_ACTIVE
        08 00 03 00  09 00 00 00   # MACSEC_SA_ATTR_PN, of four bytes
        14 00 04 00  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f   # MACSEC_SA_ATTR_KEY
        10 00 09 00  0c 0c 0c 0c 0c 0c 0c 0c 0c 0c 0c 0c   # MACSEC_SA_ATTR_SALT
      0c 00 09 80   # MACSEC_ATTR_OFFLOAD
        05 00 01 00  02 00 00 00   # MACSEC_OFFLOAD_ATTR_TYPE = MACSEC_OFFLOAD_MAC`)
    expect(encode(options)).toEqual(lines(bytes))
  })

  it('sends a packet number of eight bytes for a bigint', () => {
    expect(encode({ association: { number: 0, packetNumber: 2n ** 32n + 1n } }).slice(4)).toEqual(
      lines(hex('0c 00 03 00  01 00 00 00 01 00 00 00')),
    )
  })

  it('reads a device', () => {
    const bytes = hex(`
      00 01 00 00   # struct genlmsghdr
      08 00 01 00  05 00 00 00   # MACSEC_ATTR_IFINDEX
      24 00 04 00   # MACSEC_ATTR_SECY
        0c 00 01 00  02 00 00 00 00 01 00 01   # MACSEC_SECY_ATTR_SCI
        0c 00 04 00  01 00 00 01 00 02 80 00   # MACSEC_SECY_ATTR_CIPHER_SUITE: the number that was given out first for gcm-aes-128
        05 00 08 00  01 00 00 00   # MACSEC_SECY_ATTR_OPER
      3c 00 05 00   # MACSEC_ATTR_TXSA_LIST
        38 00 01 00   # the first
          05 00 01 00  02 00 00 00   # MACSEC_SA_ATTR_AN
          0c 00 03 00  01 00 00 00 01 00 00 00   # MACSEC_SA_ATTR_PN, of eight bytes
          14 00 05 00  0a 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # MACSEC_SA_ATTR_KEYID
          0c 00 08 00  00 00 12 34 00 00 00 00   # MACSEC_SA_ATTR_SSCI, longer than this library knows
      10 00 07 00   # MACSEC_ATTR_TXSC_STATS
        0c 00 02 00  07 00 00 00 00 00 00 00   # MACSEC_TXSC_STATS_ATTR_OUT_PKTS_ENCRYPTED`)
    expect(given(deviceTable.decode(new Message(bytes), 0, bytes.length))).toEqual({
      link: 5,
      secy: { sci: { address: '02:00:00:00:00:01', port: 1 }, cipherSuite: 'gcm-aes-128', operational: true },
      transmitAssociations: [
        { number: 2, packetNumber: 2n ** 32n + 1n, keyId: '0a000000000000000000000000000000', ssci: 0x1234 },
      ],
      transmitStatistics: { encryptedPackets: 7 },
    })
  })

  it('quotes no key', () => {
    const key = KEY.slice(2)
    let error: unknown
    try {
      encode({ association: { number: 0, key } })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ option: 'association.key' })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(key)
  })
})
