/** The first `count` host addresses of 10.0.0.0/8 as text. */
export const destinations = count =>
  Array.from({ length: count }, (_, i) => `10.${((i + 1) >> 16) & 255}.${((i + 1) >> 8) & 255}.${(i + 1) & 255}/32`)
