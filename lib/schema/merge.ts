/** An object whose parts stay as `now` has them where `given` does not name them; what is no object is for the row to refuse. */
export function mergeParts(now: unknown, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  const parts = Object.entries(given).filter(([, part]) => part !== undefined)
  return { ...(now as object | undefined), ...Object.fromEntries(parts) }
}
