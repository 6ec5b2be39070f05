import { invalidValue } from '../errors.ts'
import { Failure } from './failure.ts'

/** Refuses to mean everything for want of a condition. */
export function checkConditions(operation: string, conditions: object, example: string): void {
  if (Object.values(conditions).every(condition => condition === undefined))
    throw invalidValue(operation, '', `give at least one condition, such as "${example}"`)
}

/**
 * Deletes what was listed, all in one tick, and answers how many there were. What the kernel says `gone` of went by itself meanwhile, as with
 * another that it depended on, and is not counted; another refusal goes to `settle`, which throws.
 */
export async function deleteAll<T>(
  items: readonly T[],
  remove: (item: T) => Promise<undefined | Failure>,
  gone: number,
  settle: (outcome: undefined | Failure, item: T) => void,
): Promise<number> {
  const outcomes = await Promise.all(items.map(remove))
  let deleted = 0
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome instanceof Failure && outcome.errno === gone) continue
    settle(outcome, items[i])
    deleted++
  }
  return deleted
}
