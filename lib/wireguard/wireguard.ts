import { DumpInterruptedError, invalidType, missingOption, NetlinkError } from '../errors.ts'
import { beginCommand, familyLocator } from '../generic/family.ts'
import { RecordFlag } from '../native/binding.ts'
import { addToMessage } from '../protocol/add-to-message.ts'
import { Failure, type Locator } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { Reports } from '../schema/infer.ts'
import type { Message } from '../schema/message.ts'
import type { LinkReference } from '../schema/references.ts'
import type { AllowedIp } from './allowed-ip.ts'
import { deviceTable, type peerTable } from './device.ts'
import { family } from './family.ts'
import { fragment, type PeerFragment } from './fragments.ts'

/** A peer of a WireGuard device, as it is. `presharedKey` is not enumerable: no log shows it by accident. */
export type WireguardPeer = Omit<Reports<(typeof peerTable)['rows']>, 'publicKey'> & { readonly publicKey: string }

/** A WireGuard device, as it is. `privateKey` is not enumerable: no log shows it by accident. */
export type WireguardDevice = Omit<Reports<(typeof deviceTable)['rows']>, 'peers' | 'link'> & {
  readonly link: number
  readonly peers: readonly WireguardPeer[]
}

/** A peer to add or change. What is not given stays as it is. */
export interface WireguardPeerOptions {
  /** Public key, by which the peer is known. Base64. */
  publicKey: string
  /** Takes the peer away. */
  remove?: boolean | undefined
  /** Changes the peer if it is there, and does not add it. */
  updateOnly?: boolean | undefined
  /** Key that both share beside their own. Base64; `null` takes it away. */
  presharedKey?: string | null | undefined
  /** `'192.0.2.1:51820'`, `'[2001:db8::1]:51820'`. Names are not looked up. */
  endpoint?: string | undefined
  /** Seconds between packets that keep mappings of NAT open; 0 for none. */
  persistentKeepalive?: number | undefined
  /** Networks to give to the peer, beside those that it has. */
  allowedIps?: readonly string[] | undefined
  /** Takes all networks from the peer first. */
  replaceAllowedIps?: boolean | undefined
  /** Networks to take from the peer. Needs Linux 6.16. */
  removeAllowedIps?: readonly string[] | undefined
  protocolVersion?: number | undefined
}

/** What to change of a device. What is not given stays as it is. */
export interface WireguardOptions {
  /** Private key, base64; `null` takes it away. */
  privateKey?: string | null | undefined
  /** UDP port to listen on; 0 lets the kernel choose. */
  listenPort?: number | undefined
  /** Mark of the packets that carry the tunnel; 0 for none. */
  fwmark?: number | undefined
  /** Peers to add, change or remove. */
  peers?: readonly WireguardPeerOptions[] | undefined
  /** Takes all peers away first, so that those given are all. */
  replacePeers?: boolean | undefined
}

const locator = familyLocator(family, deviceTable)

/**
 * WireGuard devices: keys, peers and the networks behind them, through the family `wireguard` of generic netlink. The link itself is made by `links.add({ kind: 'wireguard' })`.
 * Same as `wg`.
 */
export class Wireguard {
  readonly #session: Session

  /** The session is that of generic netlink. */
  constructor(session: Session) {
    this.#session = session
  }

  /**
   * The device with all its peers. Same as `wg show wg0`. Needs CAP_NET_ADMIN.
   * @throws {NetlinkError} `ENODEV` when there is no such link, `EOPNOTSUPP` when it is no WireGuard device, `ENOENT` when this kernel lacks WireGuard.
   */
  async get(link: LinkReference, call?: CallOptions): Promise<WireguardDevice> {
    const program = beginCommand(this.#session, 'wireguard.get', family, 'get')
    deviceTable.lower(program, { link }, 'change')
    const outcome = unwrap(await this.#session.dump('generic', program, decode, call), locator, { link }, hint)
    const device = assemble(outcome.items)
    if (outcome.interrupted) throw new DumpInterruptedError('wireguard.get', [device])
    return device
  }

  /**
   * Changes a device and its peers. Same as `wg set wg0 …`, and with `replacePeers: true` as `wg setconf`. Peers with more networks than one message
   * holds are spread over several; should a later one fail, the error says how many peers the kernel has taken. Needs CAP_NET_ADMIN.
   * @throws {NetlinkError} `ENODEV`, `EOPNOTSUPP`, `ENOENT` as `get`; `EADDRINUSE` when the port is taken.
   */
  async set(link: LinkReference, options: WireguardOptions, call?: CallOptions): Promise<void> {
    const { peers, ...device } = toRows('wireguard.set', checkObject('wireguard.set', options))
    const messages = fragment(peers)
    const given = { link, ...options }
    // A caller's mistake must show before anything is sent.
    if (messages.length > 1) messages.forEach((fragments, i) => void this.#lower(link, device, fragments, i))
    const outcomes = messages.map((fragments, i) => {
      const program = this.#lower(link, device, fragments, i)
      return this.#session.acknowledge('generic', program, 0, i === 0 ? 0 : RecordFlag.linked, call)
    })
    for (const [i, outcome] of (await Promise.all(outcomes)).entries()) {
      if (outcome instanceof Failure) throw failed(outcome, messages, i, given)
    }
  }

  #lower(link: LinkReference, device: object, fragments: readonly PeerFragment[], message: number) {
    const program = beginCommand(this.#session, 'wireguard.set', family, 'set')
    const peers = fragments.length === 0 ? undefined : fragments.map(({ options }) => options)
    deviceTable.lower(program, message === 0 ? { link, ...device, peers } : { link, peers }, 'change')
    return program
  }
}

/** Booleans are flags on the wire. */
function toRows(operation: string, { peers, replacePeers, ...device }: WireguardOptions) {
  if (peers !== undefined && !Array.isArray(peers)) throw invalidType(operation, 'peers', 'an array of peers', peers)
  return {
    ...device,
    ...flags(operation, '', { replacePeers }),
    peers: (peers ?? []).map((peer, i) => peerRows(operation, peer, i)),
  }
}

function peerRows(operation: string, peer: WireguardPeerOptions, i: number) {
  if (typeof peer !== 'object' || peer === null) throw invalidType(operation, `peers.${i}`, 'an object', peer)
  const { remove, updateOnly, replaceAllowedIps, removeAllowedIps, ...rows } = peer
  if (rows.publicKey === undefined || rows.publicKey === null) throw missingOption(operation, `peers.${i}.publicKey`)
  return {
    ...rows,
    ...flags(operation, `peers.${i}.`, { remove, replaceAllowedIps, updateOnly }),
    ...networks(operation, i, rows.allowedIps, removeAllowedIps),
  }
}

function networks(operation: string, i: number, add: unknown, remove: unknown): { allowedIps?: readonly AllowedIp[] } {
  const given = Object.entries({ allowedIps: add, removeAllowedIps: remove }).filter(([, list]) => list !== undefined)
  for (const [key, list] of given)
    if (!Array.isArray(list)) throw invalidType(operation, `peers.${i}.${key}`, 'an array of networks', list)
  if (given.length === 0) return {}
  const toRemove = ((remove as readonly string[] | undefined) ?? []).map(network => ({ remove: network }))
  return { allowedIps: [...((add as readonly string[] | undefined) ?? []), ...toRemove] }
}

function flags(operation: string, path: string, switches: Readonly<Record<string, unknown>>): { flags?: string[] } {
  for (const [key, on] of Object.entries(switches))
    if (on !== undefined && typeof on !== 'boolean') throw invalidType(operation, `${path}${key}`, 'a boolean', on)
  const names = Object.keys(switches).filter(key => switches[key])
  return names.length === 0 ? {} : { flags: names }
}

type Decoded = Reports<(typeof deviceTable)['rows']>

function decode(message: Message, start: number, end: number): Decoded {
  return deviceTable.decode(message, start, end)
}

/**
 * A device comes in several messages when it has many peers: all but the first have peers alone, and a peer whose networks did not fit goes on in the next.
 */
function assemble([first, ...rest]: readonly Decoded[]): WireguardDevice {
  const peers = [...((first?.peers ?? []) as unknown as WireguardPeer[])]
  for (const { peers: more = [] } of rest) for (const peer of more as unknown as WireguardPeer[]) append(peers, peer)
  return Object.assign(first, { peers }) as unknown as WireguardDevice
}

function append(peers: WireguardPeer[], peer: WireguardPeer): void {
  const last = peers.at(-1)
  if (last?.publicKey !== peer.publicKey) peers.push(peer)
  else Object.assign(last, { allowedIps: [...(last.allowedIps ?? []), ...(peer.allowedIps ?? [])] })
}

function failed(outcome: Failure, messages: readonly PeerFragment[][], at: number, given: object): unknown {
  const error = outcome.toError(locatorOf(messages[at]), given, hint)
  // What an AbortSignal gave as its reason is the caller's.
  if (at > 0 && error instanceof NetlinkError)
    addToMessage(error, `the kernel has taken the peers before number ${messages[at][0].peer}`)
  return error
}

/** The kernel counts peers and networks from the start of its message. */
function locatorOf(fragments: readonly PeerFragment[]): Locator {
  return {
    ...locator,
    locate: (...where) =>
      locator.locate(...where)?.replace(/^peers\.(\d+)(\.allowedIps\.(\d+))?/, (all, peer, networks, network) => {
        const found = fragments[Number(peer)]
        if (found === undefined) return all
        return `peers.${found.peer}${networks === undefined ? '' : `.allowedIps.${found.skipped + Number(network)}`}`
      }),
  }
}

const EOPNOTSUPP = 95

function hint(errno: number): string | undefined {
  return errno === EOPNOTSUPP ? 'the link is no WireGuard device' : undefined
}
