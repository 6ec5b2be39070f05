import { type AllowedIp, allowedIpSize } from './allowed-ip.ts'

/** What goes into one message: far below the 65,535 bytes that a nest holds. */
const LARGEST = 32_768
/** More than everything of a peer but its networks takes. */
const PEER = 160

/** A peer, or a part of its networks. */
export interface PeerFragment {
  readonly options: object
  /** Which of the caller's peers it is. */
  readonly peer: number
  /** How many of its networks stand in messages before. */
  readonly skipped: number
}

type Peer = Readonly<Record<string, unknown>> & { readonly allowedIps?: readonly AllowedIp[] }

/**
 * Spreads peers over messages. A peer whose networks do not fit into the rest of one goes on in the next: with its key, and without what has
 * been said of it already. Where it must not be made anew, every part says so.
 */
export function fragment(peers: readonly Peer[], largest = LARGEST): PeerFragment[][] {
  const messages: PeerFragment[][] = [[]]
  let size = 0
  const next = () => {
    messages.push([])
    size = 0
  }
  peers.forEach((options, peer) => {
    const networks = options.allowedIps ?? []
    let skipped = 0
    do {
      if (size > 0 && size + PEER + sizeOf(networks, skipped, 1) > largest) next()
      const count = howManyFit(networks, skipped, largest - size - PEER)
      messages[messages.length - 1].push({ options: part(options, networks, skipped, count), peer, skipped })
      size += PEER + sizeOf(networks, skipped, count)
      skipped += count
      if (skipped < networks.length) next()
    } while (skipped < networks.length)
  })
  return messages
}

/** At least one, so that it ends. */
function howManyFit(networks: readonly AllowedIp[], from: number, room: number): number {
  let used = 0
  let count = 0
  while (from + count < networks.length) {
    used += sizeAt(networks, from + count)
    if (used > room && count > 0) break
    count++
  }
  return count
}

function sizeOf(networks: readonly AllowedIp[], from: number, count: number): number {
  let size = 0
  for (let i = from; i < Math.min(from + count, networks.length); i++) size += sizeAt(networks, i)
  return size
}

/** What is no network at all is refused when it is written. */
function sizeAt(networks: readonly AllowedIp[], at: number): number {
  const network = networks[at]
  return typeof network === 'string' || typeof network?.remove === 'string' ? allowedIpSize(network) : 0
}

function part(options: Peer, networks: readonly AllowedIp[], from: number, count: number): object {
  if (from === 0 && count === networks.length) return options
  const allowedIps = networks.slice(from, from + count)
  if (from === 0) return { ...options, allowedIps }
  const flags = (options.flags as readonly string[] | undefined)?.filter(flag => flag === 'updateOnly')
  return { publicKey: options.publicKey, flags, allowedIps }
}
