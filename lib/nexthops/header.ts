/** Bytes of `struct nhmsg`. */
export const NHMSG_SIZE = 8

/** Fields of `struct nhmsg`: the word in a record's header, and the byte offset in the struct. */
export const NHMSG = {
  family: { word: 0, offset: 0 },
  scope: { word: 1, offset: 1 },
  protocol: { word: 2, offset: 2 },
  flags: { word: 3, offset: 4, size: 4 },
} as const
