/** Bytes of `struct ifaddrmsg`. */
export const IFADDR_SIZE = 8

/** Fields of `struct ifaddrmsg`: the word in a record's header, and the byte offset in the struct. */
export const IFADDR = {
  family: { word: 0, offset: 0 },
  prefixLength: { word: 1, offset: 1 },
  flags: { word: 2, offset: 2 },
  scope: { word: 3, offset: 3 },
  index: { word: 4, offset: 4 },
} as const
