/** AF_* by the names that `ip` prints. */
export const FAMILIES = { inet: 2, inet6: 10 } as const

export const AF_INET = FAMILIES.inet
export const AF_INET6 = FAMILIES.inet6
/** Messages about bridges. */
export const AF_BRIDGE = 7

/** Bytes of an address of the family. */
export function addressLength(family: number): 4 | 16 {
  return family === AF_INET ? 4 : 16
}
