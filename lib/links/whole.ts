import { isDeepStrictEqual } from 'node:util'
import { invalidValue } from '../errors.ts'
import type { UnknownAttribute } from '../schema/infer.ts'
import type { Program } from '../schema/program.ts'
import { givenKinds } from './given-kinds.ts'
import type { LinkKind } from './kind.ts'
import type { Link } from './link.ts'
import { findLinkKind } from './link-info.ts'

type Options = Readonly<Record<string, unknown>>

/** The kind whose data a change gives, where its driver wants all of that at once. */
export function kindChangedWhole(options: object): LinkKind | undefined {
  return givenKinds(options as Options).find(({ changesWhole }) => changesWhole !== undefined)
}

/** And the kind that a creation names, which may find the link there. */
export function kindReplacedWhole({ kind: name }: { readonly kind?: unknown }): LinkKind | undefined {
  const kind = typeof name === 'string' ? findLinkKind(name) : undefined
  return kind?.changesWhole === undefined ? undefined : kind
}

/** The data of a link, if it is of that kind. */
export function dataOf({ kind, key }: LinkKind, link: Link): Options | undefined {
  return link.kind === kind ? (link as unknown as Record<string, Options>)[key] : undefined
}

/** Writes the data of a kind that `changesWhole`: what is given, and the rest as the link has it `now`. */
export function lowerWhole(program: Program, kind: LinkKind, given: Options, now: Options): void {
  const changes = changesOf(program, kind, given, now)
  kind.table.lower(program, changes, 'change')
  for (const [key, value] of Object.entries(now)) {
    if (value === undefined || !isSentAlong(kind, key, changes)) continue
    program.at(key)
    kind.table.field(key)?.lower(program, value)
  }
  for (const { type, bytes } of (now.unknown as readonly UnknownAttribute[] | undefined) ?? []) program.octets(type, bytes)
}

/** What is given, with the parts that stay; without what only creation takes and the link has. */
function changesOf(program: Program, { table }: LinkKind, given: Options, now: Options): Options {
  const changes: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const field = table.field(key)
    const merged = field?.merge === undefined ? value : field.merge(now[key], value)
    if (field?.access !== 'create' && field?.access !== 'fixed') changes[key] = merged
    else if (!isDeepStrictEqual(merged, now[key] ?? false)) {
      program.at(key)
      throw invalidValue(program.operation, program.option, 'can only be given on creation')
    }
  }
  return changes
}

function isSentAlong({ table, changesWhole }: LinkKind, key: string, changes: Options): boolean {
  const { repeats = [], keeps = [] } = changesWhole ?? {}
  if (changes[key] !== undefined) return false
  if (keeps.includes(key)) return keeps.some(other => changes[other] !== undefined)
  const access = table.field(key)?.access
  return access === 'readWrite' || access === 'required' || repeats.includes(key)
}

/** The mtu to send along, where the driver would choose another one at a change that has nothing to do with it. */
export function keptMtu({ key, changesWhole }: LinkKind, options: Options, mtu: number | undefined): Options {
  const { resizedBy } = changesWhole ?? {}
  const data = (options[key] ?? {}) as Options
  if (resizedBy === undefined || options.mtu !== undefined || resizedBy.some(other => data[other] !== undefined)) return options
  return { ...options, mtu }
}
