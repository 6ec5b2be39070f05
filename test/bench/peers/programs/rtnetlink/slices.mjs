/**
 * Calls `add` for each number below `count`, so many in one go, and awaits them before the next: what is in flight stays small, and the event loop has its turn.
 * @param {(i: number) => unknown} add a promise, or several
 */
export async function inSlices(count, size, add) {
  for (let start = 0; start < count; start += size) {
    const calls = Array.from({ length: Math.min(size, count - start) }, (_, i) => add(start + i))
    await Promise.all(calls.flat())
  }
}
