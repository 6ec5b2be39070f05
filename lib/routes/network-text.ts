import { parseCidr } from '../values/cidr.ts'
import { formatIpv6 } from '../values/ip.ts'

/** `address/length`, or `default` where there is neither. */
export function formatNetwork(address: string | undefined, length: number): string {
  return length === 0 || address === undefined ? 'default' : `${address}/${length}`
}

/** `.0/24` and the like, by prefix length × 256 + the last byte. */
const endings: string[] = []
const KEPT = 1024
const keys = new Int32Array(KEPT).fill(-1)
const beginnings: string[] = new Array<string>(KEPT).fill('')

/**
 * The text of an IPv4 network. Large tables are long runs of neighbors: of each text only its two halves are made, and shared. The
 * engine joins them when somebody looks at the text.
 */
export function formatIpv4Network(bytes: Uint8Array, at: number, length: number): string {
  const key = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]
  const slot = key & (KEPT - 1)
  if (keys[slot] !== key) {
    keys[slot] = key
    beginnings[slot] = `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}`
  }
  latest.address = (key << 8) | bytes[at + 3]
  latest.length = length
  latest.text = beginnings[slot] + ending(length, bytes[at + 3])
  return latest.text
}

/** An IPv4 network in numbers: the address as a signed whole number, which the engine keeps without an object. */
export interface Ipv4Network {
  readonly address: number
  readonly length: number
}

/** Of the text that was made or read last: who asks for the numbers of what was just decoded need not read its text, nor have its halves joined. */
const latest = { text: '', address: 0, length: 0 }
const octets = new Uint8Array(16)

/** What formatIpv4Network() wrote, or `default`, in numbers. Valid until the next call of either. */
export function ipv4Network(text: string): Ipv4Network {
  if (text === latest.text) return latest
  const parsed = text === 'default' ? 0 : parseCidr(text, octets, 0)
  latest.text = text
  latest.address = parsed <= 0 ? 0 : (octets[0] << 24) | (octets[1] << 16) | (octets[2] << 8) | octets[3]
  latest.length = parsed & 0xff
  return latest
}

function ending(length: number, last: number): string {
  // biome-ignore lint/suspicious/noAssignInExpressions: the table fills itself
  return (endings[(length << 8) | last] ??= `.${last}/${length}`)
}

export function formatIpv6Network(bytes: Uint8Array, at: number, length: number): string {
  return `${formatIpv6(bytes, at)}/${length}`
}
