/** Of `struct ifreq`, for TUNSETIFF. */
export const IFF_TUN = 0x0001
export const IFF_TAP = 0x0002
export const IFF_MULTI_QUEUE = 0x0100
export const IFF_NO_PI = 0x1000
export const IFF_VNET_HDR = 0x4000
export const IFF_TUN_EXCL = 0x8000

/** What of an ioctl's request is the same on every processor: type and number. */
export const REQUEST_MASK = 0xffff
export const TUNSETIFF = 0x54ca
export const TUNSETPERSIST = 0x54cb
export const TUNSETOWNER = 0x54cc
export const TUNSETGROUP = 0x54ce
export const TUNSETOFFLOAD = 0x54d0
export const TUNSETVNETHDRSZ = 0x54d8
export const TUNSETQUEUE = 0x54d9
export const TUNSETIFINDEX = 0x54da

/** Work on packets that the program takes over from the kernel, with its bits of TUNSETOFFLOAD. */
export const offloads = {
  checksum: 0x01,
  tso4: 0x02,
  tso6: 0x04,
  tsoEcn: 0x08,
  ufo: 0x10,
  /** Both bits: the driver takes them only together. */
  uso: 0x20 | 0x40,
} as const
