import type { Hint } from '../protocol/failure.ts'
import { errnoName } from '../values/errno.ts'
import { givenKinds } from './given-kinds.ts'
import type { LinkKind, Refusals } from './kind.ts'
import { findLinkKind, findPortKind } from './link-info.ts'
import { UNKNOWN_KIND } from './target.ts'

const EPERM = 1
const ESRCH = 3
const ENODEV = 19
const EEXIST = 17
const EBUSY = 16
const EINVAL = 22
const EOPNOTSUPP = 95
const EADDRNOTAVAIL = 99

type Verb = 'add' | 'replace' | 'set'
type Given = Readonly<Record<string, unknown>>

/**
 * The next step for a refusal about a link; `given` are the caller's options, with the `link` that was meant where there is one.
 * In a `replace` a link of that name may be there and stay.
 */
export function linkHint(given: object, verb: Verb = 'add'): Hint {
  const options = given as Given
  return (errno, message) => {
    const refusal = message === undefined ? refusalOf(options, errno, verb) : undefined
    if (errno === EEXIST && message === undefined) return taken(options, refusal)
    if (refusal !== undefined) return refusal
    if (errno === EOPNOTSUPP) return unsupported(options, message, verb === 'replace')
    if (errno === EPERM && ENSLAVED_WHILE_UP.test(message ?? ''))
      return 'take it down first, or give "up: false" with "master": that is done in this order, and the new master brings it up'
    if (message !== undefined) return undefined
    if (errno === ENODEV) return absent(options)
    if (errno === ESRCH) return absentProcess(options)
    if (errno === EADDRNOTAVAIL && options.address !== undefined) return NOT_AN_ADDRESS
    if (errno === EBUSY) return 'some options can only be changed while the link is down'
    return undefined
  }
}

const NOT_AN_ADDRESS = 'the hardware address of a link is neither a multicast address nor all zeros'

/** Likewise for a message behind the first, with the data of a port. */
export function portHint(given: object): Hint {
  return (errno, message) => (message === undefined ? portRefusalOf(given as Given, errno) : undefined)
}

/** bond_enslave() in drivers/net/bonding/bond_main.c. */
const ENSLAVED_WHILE_UP = /can not be enslaved while up/

/** What the kernel's bare errno means for such names, and for links of that kind. */
function refusalOf(options: Given, errno: number, verb: Verb): string | undefined {
  if (errno === EINVAL && (options.name === 'all' || options.name === 'default'))
    return `the kernel takes no link named "${options.name}": its settings for every link have that name`
  const kind = kindOf(options)
  return (
    meaningOf(kind?.refusals?.[verb === 'set' ? 'set' : 'add'], errno, kind && options[kind.key]) ?? portRefusalOf(options, errno)
  )
}

/** Likewise for what a link is as a port. */
function portRefusalOf({ port }: Given, errno: number): string | undefined {
  const name = (port as Given | undefined)?.kind
  return typeof name === 'string' ? meaningOf(findPortKind(name)?.refusals, errno, port) : undefined
}

function meaningOf(refusals: Refusals | undefined, errno: number, options: unknown): string | undefined {
  const meaning = refusals?.[errnoName(errno)]
  return typeof meaning === 'function' ? meaning((options ?? {}) as Given) : meaning
}

function absent({ link }: Given): string | undefined {
  if (typeof link === 'string') return `there is no link "${link}" in this namespace`
  const index = typeof link === 'object' && link !== null ? (link as { index?: unknown }).index : link
  return index === undefined ? undefined : `there is no link with index ${index} in this namespace`
}

function absentProcess({ netns }: Given): string | undefined {
  const pid = (netns as { pid?: unknown } | null | undefined)?.pid
  return pid === undefined ? undefined : `there is no process ${pid} whose namespace "netns" could mean`
}

/** The kernel does not say which of a pair's names, or whether an index, is in use. `refusal`: or what else, for that kind. */
function taken(options: Given, refusal: string | undefined): string | undefined {
  const kind = kindOf(options)
  const peer = kind?.peer === undefined ? undefined : ((options[kind.key] as Given | undefined)?.[kind.peer] as Given | undefined)
  const names = [options.name, peer?.name].filter(name => typeof name === 'string').map(name => `"${name}"`)
  if (names.length === 0) return refusal
  const nameless = kind?.peer !== undefined && peer?.name === undefined ? NAMELESS_PEER : undefined
  const reasons = [`a link named ${names.join(' or ')} is there already`, nameless, refusal]
  return reasons.filter(reason => reason !== undefined).join(', or ')
}

const NAMELESS_PEER = 'the kernel gave that name to the other end, which is made first and was given none'

/** The kernel answers the same for a kind that it lacks, one that cannot be made this way, and a change that the kind cannot make. */
function unsupported(options: Given, message: string | undefined, replacing: boolean): string | undefined {
  const kind = kindOf(options)
  if (options.kind === undefined) return options.link === undefined ? undefined : 'a link of this kind cannot do that'
  if (kind?.notCreatable !== undefined) return kind.notCreatable
  if (kind?.module === undefined || (message !== undefined && message !== UNKNOWN_KIND)) return undefined
  if (replacing && message === undefined)
    return `a link named "${options.name}" may be there that is not of that kind or cannot be changed so`
  const { config, name } = kind.module
  const or = message === undefined && options[kind.key] !== undefined ? ' or one of the options given' : ''
  return `this kernel may lack "${kind.kind}" links${or}: they need ${config} (try: modprobe ${name})`
}

/** By its name, or in a change by the data that is given. */
function kindOf(options: Given): LinkKind | undefined {
  return typeof options.kind === 'string' ? findLinkKind(options.kind) : givenKinds(options)[0]
}
