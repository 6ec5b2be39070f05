const hex = byte => byte.toString(16).padStart(2, '0')

/** The first `count` hardware addresses from 02:00:00:00:00:00 on as text. */
export const hardwareAddresses = count =>
  Array.from({ length: count }, (_, i) => `02:00:${[i >> 24, (i >> 16) & 255, (i >> 8) & 255, i & 255].map(hex).join(':')}`)
