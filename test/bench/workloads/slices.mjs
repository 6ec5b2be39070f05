/** Calls `add` for each, `size` in one go, and awaits them before the next: what is in flight stays small, and the event loop has its turn. */
export async function inSlices(all, size, add) {
  for (let start = 0; start < all.length; start += size) await Promise.all(all.slice(start, start + size).map(add))
}
