/** Bytes of `struct rtmsg`. */
export const RTMSG_SIZE = 12

/** Fields of `struct rtmsg`: the word in a record's header, and the byte offset in the struct. */
export const RTMSG = {
  family: { word: 0, offset: 0 },
  toLength: { word: 1, offset: 1 },
  fromLength: { word: 2, offset: 2 },
  tos: { word: 3, offset: 3 },
  table: { word: 4, offset: 4 },
  protocol: { word: 5, offset: 5 },
  scope: { word: 6, offset: 6 },
  type: { word: 7, offset: 7 },
  flags: { word: 8, offset: 8 },
} as const

export const RTM_F_CLONED = 0x200
export const RTM_F_LOOKUP_TABLE = 0x1000
export const RTM_F_FIB_MATCH = 0x2000
