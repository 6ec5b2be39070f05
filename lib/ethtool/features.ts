import { withCallersStack } from '../callers-stack.ts'
import { NetlinkError } from '../errors.ts'
import type { Reports } from '../schema/infer.ts'
import type { featureTable } from './tables.ts'

/** One thing that a driver can do for the kernel, such as computing checksums. */
export interface LinkFeature {
  /** It is in use. */
  readonly active: boolean
  /** It was asked for. Not active all the same, where it does not go with the rest. */
  readonly requested: boolean
  /** It can be turned on and off. */
  readonly available: boolean
  /** No driver lets anybody change it. */
  readonly neverChanged: boolean
}

/** Features by the kernel's names for them. */
export type LinkFeatures = Readonly<Record<string, LinkFeature>>

type Reported = Reports<(typeof featureTable)['rows']>

/** The kernel names all features in the set of those that can be changed, and in the others those that are on. */
export function toFeatures({ available = {}, requested = {}, active = {}, neverChanged = {} }: Reported): LinkFeatures {
  return Object.fromEntries(
    Object.entries(available).map(([name, changeable]) => [
      name,
      {
        active: active[name] === true,
        requested: requested[name] === true,
        available: changeable,
        neverChanged: neverChanged[name] === true,
      },
    ]),
  )
}

const EOPNOTSUPP = 95

/** What the kernel says of a change that it made in part: what was asked for and is otherwise. */
export function notTaken(operation: string, asked: Readonly<Record<string, boolean>>): NetlinkError | undefined {
  const names = Object.keys(asked)
  if (names.length === 0) return undefined
  const [option] = names
  const all = names.map(name => `"${name}" ${asked[name] ? 'on' : 'off'}`).join(', ')
  const text = `${operation}: option "${option}": the driver did not turn ${all} (EOPNOTSUPP)`
  const next = 'it is fixed, or needs another feature that is off: see ethtool.getFeatures; the other features given were set'
  return withCallersStack(
    () => new NetlinkError(`${text}; ${next}`, { operation, code: 'EOPNOTSUPP', errno: EOPNOTSUPP, option }),
  )
}
