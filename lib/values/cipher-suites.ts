/** Cipher suites of IEEE 802.1AE. The kernel has two numbers for the first, and reports the second of them. */
export const CIPHER_SUITES = {
  'gcm-aes-128': [0x0080_c200_0100_0001n, 0x0080_0200_0100_0001n],
  'gcm-aes-256': [0x0080_c200_0100_0002n],
  'gcm-aes-xpn-128': [0x0080_c200_0100_0003n],
  'gcm-aes-xpn-256': [0x0080_c200_0100_0004n],
} as const
