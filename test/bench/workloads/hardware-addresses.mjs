const hex = byte => byte.toString(16).padStart(2, '0')

/** The hardware address of this number, from 02:00:00:00:00:00 on, as text. */
export const hardwareAddress = i => `02:00:${hex(i >> 24)}:${hex((i >> 16) & 255)}:${hex((i >> 8) & 255)}:${hex(i & 255)}`

/** The first `count` of them. */
export const hardwareAddresses = count => Array.from({ length: count }, (_, i) => hardwareAddress(i))
