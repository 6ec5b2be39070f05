/** What a caller's listener throws is an uncaught exception, and no reason to keep from others what comes behind it. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
