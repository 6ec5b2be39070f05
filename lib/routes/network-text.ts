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
  return beginnings[slot] + ending(length, bytes[at + 3])
}

function ending(length: number, last: number): string {
  // biome-ignore lint/suspicious/noAssignInExpressions: the table fills itself
  return (endings[(length << 8) | last] ??= `.${last}/${length}`)
}

export function formatIpv6Network(bytes: Uint8Array, at: number, length: number): string {
  return `${formatIpv6(bytes, at)}/${length}`
}
