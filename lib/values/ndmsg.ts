/** Bytes of `struct ndmsg`, which messages about neighbors and about forwarding entries of bridges start with. */
export const NDMSG_SIZE = 12

/** Fields of `struct ndmsg`: the word in a record's header, and the byte offset in the struct. */
export const NDMSG = {
  family: { word: 0, offset: 0 },
  index: { word: 1, offset: 4 },
  state: { word: 2, offset: 8, size: 2 },
  flags: { word: 3, offset: 10, size: 1 },
  type: { word: 4, offset: 11 },
} as const

/** NTF_*: bits of ndm_flags. */
export const NTF = {
  use: 0x01,
  self: 0x02,
  master: 0x04,
  proxy: 0x08,
  externLearned: 0x10,
  offloaded: 0x20,
  sticky: 0x40,
  router: 0x80,
} as const

/** NTF_EXT_*: bits of NDA_FLAGS_EXT. */
export const NTF_EXT = { managed: 0x1, locked: 0x2, externValidated: 0x4 } as const

/** NUD_*. */
export const NEIGHBOR_STATES = {
  none: 0,
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const
