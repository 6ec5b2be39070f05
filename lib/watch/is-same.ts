/** What changes all the time, or without a word: counters, ages, timers, and the settings of families on a link. No difference. */
const PASSING = new Set([
  'families',
  'statistics',
  'xstats',
  'cacheInfo',
  'event',
  'validLifetime',
  'preferredLifetime',
  'expires',
  'timer',
  'created',
  'updated',
  'confirmed',
  'used',
  'probes',
  'referenceCount',
  'fdbLearned',
  'multicastGroups',
  'multicastEhtHostsCount',
])

/** Whether two objects of the kernel's say the same, but for what passes. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b)
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]))
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const key in left) if (!isPassing(key) && !isSame(left[key], right[key])) return false
  for (const key in right) if (right[key] !== undefined && !(key in left) && !isPassing(key)) return false
  return true
}

function isPassing(key: string): boolean {
  return PASSING.has(key) || key.endsWith('Timer')
}
