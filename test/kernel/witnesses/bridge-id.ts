/** As `ip` prints a bridge's identity: priority in hex, then the address, whose bytes it does not pad. */
export function formatBridgeId({ priority, address }: { priority: number; address: string }): string {
  const bytes = address.split(':').map(byte => Number.parseInt(byte, 16).toString(16))
  return `${priority.toString(16)}.${bytes.join(':')}`
}
