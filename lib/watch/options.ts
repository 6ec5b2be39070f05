import { invalidType, invalidValue, outOfRange, unknownOption } from '../errors.ts'
import { isNamespaceHandle, type NamespaceHandle } from '../protocol/namespace-reference.ts'
import { checkObject } from '../schema/check-options.ts'
import { type FilterOf, type ObjectKey, watchedObjects } from './objects.ts'

/** What to watch: `true` for all of a kind, or a filter. At least one. */
export type WatchedKinds = { readonly [K in ObjectKey]?: boolean | FilterOf<K> | undefined }

/** Options of `watch`, beside what to watch. */
export interface WatchSettings {
  /** Begins with all objects as they are: events of type `'new'` with `snapshot: true`, then `'synced'`. Default `false`. */
  snapshot?: boolean | undefined
  /** Ends the watch with the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * Also what happens in every other namespace that has an id in this one: `event.namespace` says which. One that has a name under /run/netns, or that a handle
   * given here is of, is read as this one is; of any other only what the kernel tells is known. Needs CAP_NET_BROADCAST. Default `false`.
   */
  allNamespaces?: boolean | readonly NamespaceHandle[] | undefined
  /**
   * Events that are kept for a slow reader. Beyond it those about one object become one, so that memory is bounded by the number of objects.
   * Default 65536.
   */
  queueLimit?: number | undefined
  /** Bytes asked of the kernel for messages that were not read yet. Default 32 MiB where the process may have it, else what net.core.rmem_max allows. */
  receiveBuffer?: number | undefined
  /** Bytes of messages that are kept while JavaScript is busy, before that buffer fills. Default 32 MiB. */
  backlog?: number | undefined
}

export type WatchOptions = WatchedKinds & WatchSettings

/** Options of `mirror`. */
export type MirrorOptions = WatchedKinds & Omit<WatchSettings, 'snapshot' | 'queueLimit' | 'allNamespaces'>

/** What a mirror shows unless it is told what. */
export const MIRRORED = { links: true, addresses: true, routes: true } as const

const SETTINGS: readonly string[] = [
  'snapshot',
  'allNamespaces',
  'signal',
  'queueLimit',
  'receiveBuffer',
  'backlog',
] satisfies (keyof WatchSettings)[]
const KINDS = Object.keys(watchedObjects) as ObjectKey[]
const DEFAULT_QUEUE_LIMIT = 65_536

/** Options that were checked, with a filter for each kind that is watched. */
export interface Checked {
  readonly kinds: ReadonlyMap<ObjectKey, object>
  readonly snapshot: boolean
  /** Undefined: only this namespace. */
  readonly others: readonly NamespaceHandle[] | undefined
  readonly signal: AbortSignal | undefined
  readonly queueLimit: number
  readonly receiveBuffer: number | undefined
  readonly backlog: number | undefined
}

export function checkWatchOptions(operation: string, options: WatchOptions): Checked {
  checkObject(operation, options)
  options.signal?.throwIfAborted?.()
  for (const key of Object.keys(options)) {
    if (!KINDS.includes(key as ObjectKey) && !SETTINGS.includes(key)) throw unknownOption(operation, key, [...KINDS, ...SETTINGS])
  }
  const { snapshot = false, signal } = options
  if (typeof snapshot !== 'boolean') throw invalidType(operation, 'snapshot', 'true or false', snapshot)
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidType(operation, 'signal', 'an AbortSignal', signal)
  return {
    kinds: checkKinds(operation, options),
    snapshot,
    signal,
    others: checkOthers(operation, options.allNamespaces),
    queueLimit: checkWhole(operation, 'queueLimit', options.queueLimit, 1) ?? DEFAULT_QUEUE_LIMIT,
    receiveBuffer: checkWhole(operation, 'receiveBuffer', options.receiveBuffer, 0),
    backlog: checkWhole(operation, 'backlog', options.backlog, 0),
  }
}

function checkKinds(operation: string, options: WatchOptions): Map<ObjectKey, object> {
  const kinds = new Map<ObjectKey, object>()
  for (const key of KINDS) {
    const wanted: unknown = options[key]
    if (wanted === undefined || wanted === false) continue
    if (wanted !== true && (typeof wanted !== 'object' || wanted === null))
      throw invalidType(operation, key, 'true, false, or a filter', wanted)
    kinds.set(key, wanted === true ? {} : wanted)
  }
  if (kinds.size === 0) throw invalidValue(operation, '', `say what to watch: ${KINDS.map(key => `"${key}"`).join(', ')}`)
  return kinds
}

function checkOthers(operation: string, value: unknown): readonly NamespaceHandle[] | undefined {
  if (value === undefined || value === false) return undefined
  if (value === true) return []
  if (!Array.isArray(value) || !value.every(isNamespaceHandle))
    throw invalidType(operation, 'allNamespaces', 'true, false, or handles of namespaces', value)
  return value
}

function checkWhole(operation: string, option: string, value: unknown, min: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw invalidType(operation, option, 'a whole number', value)
  if (!Number.isInteger(value) || value < min || value > 0x3fff_ffff)
    throw outOfRange(operation, option, `a whole number from ${min} to ${0x3fff_ffff}`, value)
  return value
}
