import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { lowerCommand } from '../../lib/generic/family.ts'
import { HEADER_WORDS } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { Message } from '../../lib/schema/message.ts'
import { Program } from '../../lib/schema/program.ts'
import { deviceTable } from '../../lib/wireguard/device.ts'
import { family } from '../../lib/wireguard/family.ts'
import { given, hex, lines, NLMSGHDR } from '../support/wire.ts'

/** 32 bytes of one value, as text: `AQEB…`, `AgIC…` and so on. */
const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64')
const bytesOf = (byte: string) => Array<string>(32).fill(byte).join(' ')

/** What `wg set wg0 private-key … listen-port 51820 fwmark 0x10 peer … preshared-key … endpoint … persistent-keepalive 25 allowed-ips …` sends, by hand. */
const REQUEST = `
    01 01 00 00   # struct genlmsghdr: WG_CMD_SET_DEVICE, version 1
    08 00 01 00  07 00 00 00   # WGDEVICE_A_IFINDEX = 7
    24 00 03 00  ${bytesOf('01')}   # WGDEVICE_A_PRIVATE_KEY
    06 00 06 00  6c ca 00 00   # WGDEVICE_A_LISTEN_PORT = 51820
    08 00 07 00  10 00 00 00   # WGDEVICE_A_FWMARK = 0x10
    08 00 05 00  01 00 00 00   # WGDEVICE_A_FLAGS = WGDEVICE_F_REPLACE_PEERS
    10 01 08 80   # WGDEVICE_A_PEERS
      98 00 00 80   # a peer
        24 00 01 00  ${bytesOf('02')}   # WGPEER_A_PUBLIC_KEY
        24 00 02 00  ${bytesOf('03')}   # WGPEER_A_PRESHARED_KEY
        08 00 03 00  02 00 00 00   # WGPEER_A_FLAGS = WGPEER_F_REPLACE_ALLOWEDIPS
        14 00 04 00  02 00 ca 6c c0 00 02 01 00 00 00 00 00 00 00 00   # WGPEER_A_ENDPOINT = 192.0.2.1, port 51820 in network order
        06 00 05 00  19 00 00 00   # WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL = 25
        20 00 09 80   # WGPEER_A_ALLOWEDIPS
          1c 00 00 80
            06 00 01 00  02 00 00 00   # WGALLOWEDIP_A_FAMILY = AF_INET
            08 00 02 00  0a 00 00 00   # WGALLOWEDIP_A_IPADDR = 10.0.0.0
            05 00 03 00  08 00 00 00   # WGALLOWEDIP_A_CIDR_MASK = 8
        08 00 0a 00  01 00 00 00   # WGPEER_A_PROTOCOL_VERSION = 1
      74 00 00 80   # another
        24 00 01 00  ${bytesOf('04')}
        20 00 04 00  0a 00 00 01  00 00 00 00  fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01  05 00 00 00   # [fe80::1], port 1, scope 5
        2c 00 09 80
          28 00 00 80
            06 00 01 00  0a 00 00 00   # AF_INET6
            14 00 02 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
            05 00 03 00  80 00 00 00`

function encode(options: object): Uint8Array {
  const program = lowerCommand(new Program().begin('wireguard.set', HEADER_WORDS.generic), family, 'set')
  deviceTable.lower(program, options, 'change')
  return loadAddon().encode('generic', program.words, program.length).subarray(NLMSGHDR)
}

describe('wireguard on the wire', () => {
  const options = {
    link: 7,
    privateKey: keyOf(1),
    listenPort: 51_820,
    fwmark: 16,
    flags: ['replacePeers'],
    peers: [
      {
        publicKey: keyOf(2),
        presharedKey: keyOf(3),
        flags: ['replaceAllowedIps'],
        endpoint: '192.0.2.1:51820',
        persistentKeepalive: 25,
        allowedIps: ['10.0.0.0/8'],
        protocolVersion: 1,
      },
      { publicKey: keyOf(4), endpoint: '[fe80::1%5]:1', allowedIps: ['2001:db8::1'] },
    ],
  }

  it('sends every option', () => {
    expect(lines(encode(options))).toEqual(lines(hex(REQUEST)))
  })

  it('sends zeros for a key that is taken away', () => {
    expect(lines(encode({ privateKey: null }))).toEqual(lines(hex(`01 01 00 00  24 00 03 00  ${bytesOf('00')}`)))
  })

  it('sends what is to be removed with a flag', () => {
    const bytes = encode({ peers: [{ publicKey: keyOf(2), allowedIps: [{ remove: '10.0.0.2' }] }] })
    expect(lines(bytes).slice(12)).toEqual(
      lines(
        hex(`
        28 00 09 80
          24 00 00 80
            06 00 01 00  02 00 00 00
            08 00 02 00  0a 00 00 02
            05 00 03 00  20 00 00 00
            08 00 04 00  01 00 00 00   # WGALLOWEDIP_A_FLAGS = WGALLOWEDIP_F_REMOVE_ME`),
      ),
    )
  })

  it('reads every property', () => {
    const bytes = hex(`
      00 01 00 00   # struct genlmsghdr
      06 00 06 00  6c ca 00 00   # WGDEVICE_A_LISTEN_PORT
      08 00 07 00  10 00 00 00   # WGDEVICE_A_FWMARK
      08 00 01 00  07 00 00 00   # WGDEVICE_A_IFINDEX
      08 00 02 00  77 67 30 00   # WGDEVICE_A_IFNAME = "wg0"
      24 00 03 00  ${bytesOf('01')}   # WGDEVICE_A_PRIVATE_KEY
      24 00 04 00  ${bytesOf('05')}   # WGDEVICE_A_PUBLIC_KEY
      c0 00 08 80   # WGDEVICE_A_PEERS
        bc 00 00 80
          24 00 01 00  ${bytesOf('02')}
          24 00 02 00  ${bytesOf('00')}   # WGPEER_A_PRESHARED_KEY: none
          14 00 06 00  02 00 00 00 00 00 00 00  40 42 0f 00 00 00 00 00   # WGPEER_A_LAST_HANDSHAKE_TIME = 2 s, 1,000,000 ns
          06 00 05 00  19 00 00 00
          0c 00 08 00  09 00 00 00 00 00 00 00   # WGPEER_A_TX_BYTES
          0c 00 07 00  00 00 00 00 01 00 00 00   # WGPEER_A_RX_BYTES = 2^32
          08 00 0a 00  01 00 00 00
          14 00 04 00  02 00 ca 6c c0 00 02 01 00 00 00 00 00 00 00 00
          20 00 09 80
            1c 00 00 80
              05 00 03 00  08 00 00 00
              06 00 01 00  02 00 00 00
              08 00 02 00  0a 00 00 00`)
    const device = deviceTable.decode(new Message(bytes), 0, bytes.length)
    expect(given(device)).toEqual({
      link: 7,
      name: 'wg0',
      publicKey: keyOf(5),
      listenPort: 51_820,
      fwmark: 16,
      peers: [
        {
          publicKey: keyOf(2),
          endpoint: '192.0.2.1:51820',
          persistentKeepalive: 25,
          lastHandshake: 2001,
          receivedBytes: 2 ** 32,
          transmittedBytes: 9,
          allowedIps: ['10.0.0.0/8'],
          protocolVersion: 1,
        },
      ],
    })
    expect(device.privateKey).toBe(keyOf(1))
    expect(device.peers![0].presharedKey).toBeUndefined()
    expect(inspect(device, { depth: null })).not.toContain(keyOf(1))
  })

  it.each([
    [{ privateKey: 'secret' }, /option "privateKey": expected a key: 44 characters of base64/],
    [{ privateKey: Buffer.alloc(32).toString('hex') }, /option "privateKey"/],
    [{ listenPort: 65_536 }, /option "listenPort": allowed is a whole number from 0 to 65535/],
    [
      { peers: [{ publicKey: keyOf(1), endpoint: 'vpn.example.com:51820' }] },
      /option "peers.0.endpoint": expected an address and a port/,
    ],
    [{ peers: [{ publicKey: keyOf(1), endpoint: '192.0.2.1' }] }, /option "peers.0.endpoint"/],
    [{ peers: [{ publicKey: keyOf(1), endpoint: '192.0.2.1:0' }] }, /option "peers.0.endpoint"/],
    [{ peers: [{ publicKey: keyOf(1), endpoint: '[::1%eth0]:1' }] }, /option "peers.0.endpoint"/],
    [
      { peers: [{ publicKey: keyOf(1), allowedIps: ['10.0.0.0/33'] }] },
      /option "peers.0.allowedIps.0": allowed is a prefix length up to 32/,
    ],
    [{ peers: [{ publicKey: keyOf(1), allowedIps: ['10.0.0'] }] }, /option "peers.0.allowedIps.0": expected a network/],
    [{ peers: [{ publicKey: keyOf(1), allowedIp: [] }] }, /unknown option "peers.0.allowedIp" \(did you mean "allowedIps"\?\)/],
  ])('refuses %j', (options, message) => {
    expect(() => encode(options)).toThrow(message)
  })

  it('quotes no key that it refuses', () => {
    const almost = keyOf(1).slice(1)
    for (const options of [{ privateKey: almost }, { peers: [{ publicKey: keyOf(1), presharedKey: almost }] }])
      expect(() => encode(options)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(almost) }))
  })
})
