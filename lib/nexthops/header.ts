/** Bytes of `struct nhmsg`. */
export const NHMSG_SIZE = 8

/** Fields of `struct nhmsg`: the word in a record's header, and the byte offset in the struct. */
export const NHMSG = {
  family: { word: 0, offset: 0 },
  scope: { word: 1, offset: 1 },
  protocol: { word: 2, offset: 2 },
  flags: { word: 3, offset: 4, size: 4 },
} as const

/** RTNH_F_*, as `ip -j` prints them. */
export const NEXTHOP_FLAGS = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const
