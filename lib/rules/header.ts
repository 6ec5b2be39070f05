/** Bytes of `struct fib_rule_hdr`. */
export const RULE_SIZE = 12

/** Fields of `struct fib_rule_hdr`: the word in a record's header, and the byte offset in the struct. */
export const RULE = {
  family: { word: 0, offset: 0 },
  toLength: { word: 1, offset: 1 },
  fromLength: { word: 2, offset: 2 },
  tos: { word: 3, offset: 3 },
  table: { word: 4, offset: 4 },
  action: { word: 5, offset: 7 },
  flags: { word: 6, offset: 8 },
} as const
