import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

/** Options of one on link 1. */
const add = (macsec: object, more: object = {}) => encodeLink({ link: 1, kind: 'macsec', macsec, ...more })

describe('macsec on the wire', () => {
  it('sends what ip sends', () => {
    const macsec = {
      sci: { address: '02:00:00:00:00:01', port: 7 },
      encrypt: true,
      sendSci: true,
      protect: true,
      validation: 'strict',
      offload: 'off',
      cipherSuite: 'gcm-aes-256',
      icvLength: 12,
      window: 64,
      replayProtect: true,
      encodingSa: 2,
    }
    const bytes = newLink(`
      08 00 05 00  01 00 00 00   # IFLA_LINK = 1
      08 00 03 00  6d 73 30 00   # IFLA_IFNAME = "ms0"
      74 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  6d 61 63 73 65 63 00 00   # IFLA_INFO_KIND = "macsec"
        64 00 02 80   # IFLA_INFO_DATA
          0c 00 01 00  02 00 00 00 00 01 00 07   # IFLA_MACSEC_SCI = 02:00:00:00:00:01, port 7, network order
          05 00 07 00  01 00 00 00   # IFLA_MACSEC_ENCRYPT = 1
          05 00 09 00  01 00 00 00   # IFLA_MACSEC_INC_SCI = 1
          05 00 08 00  01 00 00 00   # IFLA_MACSEC_PROTECT = 1
          05 00 0d 00  02 00 00 00   # IFLA_MACSEC_VALIDATION = 2
          05 00 0f 00  00 00 00 00   # IFLA_MACSEC_OFFLOAD = 0
          0c 00 04 00  02 00 00 01 00 c2 80 00   # IFLA_MACSEC_CIPHER_SUITE = 0x0080c20001000002
          05 00 03 00  0c 00 00 00   # IFLA_MACSEC_ICV_LEN = 12
          08 00 05 00  40 00 00 00   # IFLA_MACSEC_WINDOW = 64
          05 00 0c 00  01 00 00 00   # IFLA_MACSEC_REPLAY_PROTECT = 1
          05 00 06 00  02 00 00 00   # IFLA_MACSEC_ENCODING_SA = 2`)
    expect(lines(encodeLink({ link: 1, name: 'ms0', kind: 'macsec', macsec }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an end station', () => {
    const macsec = {
      port: 11,
      endStation: true,
      singleCopyBroadcast: false,
      sendSci: false,
      cipherSuite: 0x0080_0200_0100_0001n,
    }
    const bytes = newLink(`
      08 00 05 00  01 00 00 00   # IFLA_LINK = 1
      08 00 03 00  6d 73 31 00   # IFLA_IFNAME = "ms1"
      40 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  6d 61 63 73 65 63 00 00   # IFLA_INFO_KIND = "macsec"
        30 00 02 80   # IFLA_INFO_DATA
          06 00 02 00  00 0b 00 00   # IFLA_MACSEC_PORT = 11, network order
          05 00 0a 00  01 00 00 00   # IFLA_MACSEC_ES = 1
          05 00 0b 00  00 00 00 00   # IFLA_MACSEC_SCB = 0
          05 00 09 00  00 00 00 00   # IFLA_MACSEC_INC_SCI = 0
          0c 00 04 00  01 00 00 01 00 02 80 00   # IFLA_MACSEC_CIPHER_SUITE = 0x0080020001000001`)
    expect(lines(encodeLink({ link: 1, name: 'ms1', kind: 'macsec', macsec }))).toEqual(lines(bytes))
  })

  it('sends the mtu behind: the kernel chooses one on creation', () => {
    const options = { link: 1, kind: 'macsec', mtu: 1400 }
    expect(lines(encodeLink(options, 'create'))).toEqual(lines(encodeLink({ link: 1, kind: 'macsec' })))
    const behind = newLink('08 00 04 00  78 05 00 00   # IFLA_MTU = 1400')
    expect(lines(encodeLink(options, 'afterCreation'))).toEqual(lines(behind))
    expect(lines(encodeLink({ mtu: 1400 }, 'change'))).toEqual(lines(behind))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3
      88 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  6d 61 63 73 65 63 00 00   # IFLA_INFO_KIND = "macsec"
        78 00 02 00   # IFLA_INFO_DATA
          0c 00 01 00  02 00 00 00 00 01 00 07   # IFLA_MACSEC_SCI = 02:00:00:00:00:01, port 7, network order
          05 00 03 00  0c 00 00 00   # IFLA_MACSEC_ICV_LEN = 12
          04 00 0e 00   # IFLA_MACSEC_PAD
          0c 00 04 00  02 00 00 01 00 c2 80 00   # IFLA_MACSEC_CIPHER_SUITE = 0x0080c20001000002
          05 00 06 00  02 00 00 00   # IFLA_MACSEC_ENCODING_SA = 2
          05 00 07 00  01 00 00 00   # IFLA_MACSEC_ENCRYPT = 1
          05 00 08 00  01 00 00 00   # IFLA_MACSEC_PROTECT = 1
          05 00 09 00  01 00 00 00   # IFLA_MACSEC_INC_SCI = 1
          05 00 0a 00  00 00 00 00   # IFLA_MACSEC_ES = 0
          05 00 0b 00  00 00 00 00   # IFLA_MACSEC_SCB = 0
          05 00 0c 00  01 00 00 00   # IFLA_MACSEC_REPLAY_PROTECT = 1
          05 00 0d 00  02 00 00 00   # IFLA_MACSEC_VALIDATION = 2
          05 00 0f 00  00 00 00 00   # IFLA_MACSEC_OFFLOAD = 0
          08 00 05 00  40 00 00 00   # IFLA_MACSEC_WINDOW = 64`)
    const link = given(decodeNewLink(bytes)) as { macsec?: object }
    expect(link.macsec).toEqual({
      sci: { address: '02:00:00:00:00:01', port: 7 },
      icvLength: 12,
      cipherSuite: 'gcm-aes-256',
      encodingSa: 2,
      encrypt: true,
      protect: true,
      sendSci: true,
      endStation: false,
      singleCopyBroadcast: false,
      replayProtect: true,
      validation: 'strict',
      offload: 'off',
      window: 64,
    })
  })

  it.each([
    ['01 00 00 01 00 02 80 00', 'gcm-aes-128'],
    ['01 00 00 01 00 c2 80 00', 'gcm-aes-128'],
    ['04 00 00 01 00 c2 80 00', 'gcm-aes-xpn-256'],
    ['09 00 00 01 00 c2 80 00', 0x0080_c200_0100_0009n],
  ])('reads the cipher suite %s', (suite, cipherSuite) => {
    const bytes = newLink(`
      20 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  6d 61 63 73 65 63 00 00   # IFLA_INFO_KIND = "macsec"
        10 00 02 00   # IFLA_INFO_DATA
          0c 00 04 00  ${suite}   # IFLA_MACSEC_CIPHER_SUITE`)
    expect(decodeNewLink(bytes)).toMatchObject({ macsec: { cipherSuite } })
  })

  const sci = { address: '02:00:00:00:00:01', port: 1 }

  it.each([
    ['port', { sci, port: 2 }],
    ['sendSci', { sci, sendSci: false }],
    ['endStation', { sendSci: true, endStation: true }],
    ['singleCopyBroadcast', { sendSci: true, singleCopyBroadcast: true }],
    ['singleCopyBroadcast', { endStation: true, singleCopyBroadcast: true }],
    ['cipherSuite', { cipherSuite: 'gcm-aes-512' }],
  ])('refuses %s in %j', (option, macsec) => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', option: `macsec.${option}` }
    expect(() => add(macsec)).toThrow(expect.objectContaining(refused))
  })

  it.each([
    ['icvLength', { icvLength: 9 }],
    ['icvLength', { icvLength: 17 }],
    ['port', { port: 0 }],
    ['encodingSa', { encodingSa: 4 }],
    ['window', { window: 2 ** 30, cipherSuite: 'gcm-aes-xpn-128' }],
    ['window', { window: 2 ** 30, cipherSuite: 0x0080_c200_0100_0004n }],
    ['cipherSuite', { cipherSuite: -1n }],
  ])('refuses %s out of range in %o', (option, macsec) => {
    expect(() => add(macsec)).toThrow(expect.objectContaining({ name: 'RangeError', option: `macsec.${option}` }))
  })

  it.each([8, 12, 16])('takes %i as the length of the check value', icvLength => {
    expect(() => add({ icvLength, window: 2 ** 30, cipherSuite: 'gcm-aes-128' })).not.toThrow()
  })

  it.each([
    ['window', { replayProtect: true }],
    ['sci.port', { sci: { address: sci.address } }],
    ['sci.address', { sci: { port: 1 } }],
  ])('misses %s in %j', (option, macsec) => {
    const missing = { code: 'ERR_MISSING_OPTION', option: `macsec.${option}` }
    expect(() => add(macsec)).toThrow(expect.objectContaining(missing))
  })

  it('misses the window in a change, too', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'macsec.window' }
    expect(() => encodeLink({ macsec: { replayProtect: true } }, 'change')).toThrow(expect.objectContaining(missing))
  })

  it('misses the link that it stands on', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'link' }
    expect(() => encodeLink({ kind: 'macsec' })).toThrow(expect.objectContaining(missing))
  })
})
