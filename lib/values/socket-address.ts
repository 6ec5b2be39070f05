import { AF_INET, AF_INET6 } from './family.ts'

/** AF_UNIX. */
const AF_UNIX = 1
/** Bytes of `sun_path`. */
const LONGEST_PATH = 108

/** Where `struct sockaddr_in6` has its scope: the index of a link. */
export const SCOPE_OFFSET = 24

/** `struct sockaddr_in` or `sockaddr_in6`, of 4 or 16 bytes of address. */
export function internetSocketAddress(address: Uint8Array, port: number): Uint8Array {
  const v4 = address.length === 4
  const bytes = new Uint8Array(v4 ? 16 : 28)
  putFamily(bytes, v4 ? AF_INET : AF_INET6)
  bytes[2] = port >> 8
  bytes[3] = port & 0xff
  bytes.set(address, v4 ? 4 : 8)
  return bytes
}

/**
 * `struct sockaddr_un`; undefined when the path is too long. A path that starts with NUL is abstract: all its bytes count, and no NUL ends it.
 * `padded` is as long as can be, with NULs, which make it another name.
 */
export function unixSocketAddress(path: string, padded = false): Uint8Array | undefined {
  const text = Buffer.from(path)
  const length = text.length + (text[0] === 0 ? 0 : 1)
  if (length > LONGEST_PATH) return undefined
  const bytes = new Uint8Array(2 + (padded ? LONGEST_PATH : length))
  putFamily(bytes, AF_UNIX)
  bytes.set(text, 2)
  return bytes
}

/** The family starts every socket address, in host order. */
export function putFamily(bytes: Uint8Array, family: number): void {
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = family
}
