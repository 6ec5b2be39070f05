/** `address/length`, or `default` where the length is 0. */
export function formatNetwork(address: string | undefined, length: number): string {
  return length === 0 ? 'default' : `${address}/${length}`
}
