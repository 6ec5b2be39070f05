import { GENERIC_HEADER } from '../generic/family.ts'
import { flagsOf } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { listOf, nest } from '../schema/nests.ts'
import { linkName, linkReference } from '../schema/references.ts'
import { u16, u32, u64 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'
import { allowedIp } from './allowed-ip.ts'
import { endpoint } from './endpoint.ts'
import { key } from './key.ts'

/** struct __kernel_timespec: seconds and nanoseconds, 8 bytes each; zeros for never. */
const handshakeTime = new Field<unknown, number | undefined, 'readOnly', 'sometimes'>(
  'attribute',
  6,
  'WGPEER_A_LAST_HANDSHAKE_TIME',
  { access: 'readOnly', unit: 'ms since 1970' },
  {
    wire: 'struct __kernel_timespec',
    minLength: 16,
    lower: () => {},
    decode: (message, offset) => {
      const milliseconds = message.u64(offset) * 1000 + Math.floor(message.u64(offset + 8) / 1_000_000)
      return milliseconds === 0 ? undefined : milliseconds
    },
  },
)

/** Rows of one peer (<linux/wireguard.h>: enum wgpeer_attribute). */
export const peerTable = new Table('wireguardPeer', {
  /** Public key of the peer, by which it is known. Base64. */
  publicKey: key(1, 'WGPEER_A_PUBLIC_KEY', { access: 'required' }),
  /** Key that both share beside their own, against quantum computers of the future. Base64; `null` takes it away. Reported, and not enumerable. */
  presharedKey: key(2, 'WGPEER_A_PRESHARED_KEY', { secret: true }),
  /** `'remove'` takes the peer away, `'updateOnly'` passes over a peer that is not there, `'replaceAllowedIps'` takes its networks away first. `wireguard.set` has a boolean for each. */
  flags: flagsOf(3, 'WGPEER_A_FLAGS', 'u32', { remove: 1, replaceAllowedIps: 2, updateOnly: 4 }, { access: 'writeOnly' }),
  /** Where the peer is: `'192.0.2.1:51820'`, `'[2001:db8::1]:51820'`. It follows the peer when that roams. Without one, packets wait for the peer to come. */
  endpoint: endpoint(4, 'WGPEER_A_ENDPOINT'),
  /** Seconds between packets that keep mappings of NAT open; 0 for none. Default 0. */
  persistentKeepalive: u16(5, 'WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL', { unit: 's' }),
  /** When keys were last agreed on, in milliseconds since 1970; undefined for never. */
  lastHandshake: handshakeTime,
  /** Bytes received from the peer. */
  receivedBytes: u64(7, 'WGPEER_A_RX_BYTES', { access: 'readOnly' }),
  /** Bytes sent to the peer. */
  transmittedBytes: u64(8, 'WGPEER_A_TX_BYTES', { access: 'readOnly' }),
  /** Networks whose packets go to this peer, and which it may send from: `'10.0.0.2/32'`. A network belongs to one peer: giving it takes it from another. */
  allowedIps: listOf(9, 'WGPEER_A_ALLOWEDIPS', allowedIp),
  /** Version of the protocol. 1 is the only one, and what is used without it. */
  protocolVersion: u32(10, 'WGPEER_A_PROTOCOL_VERSION'),
})

/** Rows of a device (<linux/wireguard.h>: enum wgdevice_attribute). */
export const deviceTable = new Table(
  'wireguardDevice',
  {
    /** Index of the link. */
    link: linkReference(1, 'WGDEVICE_A_IFINDEX'),
    /** Name of the link. */
    name: linkName(2, 'WGDEVICE_A_IFNAME', { access: 'readOnly' }),
    /** Private key, base64; `null` takes it away, and with it all traffic. Reported, and not enumerable. A peer with the public key of the device goes. */
    privateKey: key(3, 'WGDEVICE_A_PRIVATE_KEY', { secret: true }),
    /** Public key of the private one. */
    publicKey: key(4, 'WGDEVICE_A_PUBLIC_KEY', { access: 'readOnly' }),
    /** `'replacePeers'` takes all peers away first. `wireguard.set` has a boolean for it. */
    flags: flagsOf(5, 'WGDEVICE_A_FLAGS', 'u32', { replacePeers: 1 }, { access: 'writeOnly' }),
    /** UDP port to listen on, 0–65535; 0 lets the kernel choose when the link comes up. Default 0. It is a port of the namespace that the link was made in. */
    listenPort: u16(6, 'WGDEVICE_A_LISTEN_PORT'),
    /** Mark of the packets that carry the tunnel, for policy routing; 0 for none. Default 0. */
    fwmark: u32(7, 'WGDEVICE_A_FWMARK'),
    /** The peers. Those given are added or changed; others stay unless `replacePeers` is true. */
    peers: listOf(8, 'WGDEVICE_A_PEERS', nest(0, 'WGDEVICE_A_UNSPEC', peerTable)),
  },
  { headerLength: GENERIC_HEADER },
)
