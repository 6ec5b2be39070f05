/** Bytes of `struct tunnel_msg`. */
export const TUNNEL_SIZE = 8

/** Fields of `struct tunnel_msg`: the word in a record's header, and the byte offset in the struct. */
export const TUNNEL = {
  family: { word: 0, offset: 0 },
  flags: { word: 1, offset: 1 },
  index: { word: 2, offset: 4 },
} as const
