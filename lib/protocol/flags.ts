/** NLM_F_* of <linux/netlink.h>. NLM_F_REQUEST is the addon's. */
export const NLM_F_ACK = 0x4
export const NLM_F_ECHO = 0x8
export const NLM_F_DUMP = 0x300
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
/** On a deletion: of all that match, not of one. The same bit as NLM_F_EXCL. */
export const NLM_F_BULK = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800
