import { didYouMean, invalidValue, missingOption } from '../errors.ts'
import { checkText } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import type { Phase } from '../schema/table.ts'
import { givenKinds } from './given-kinds.ts'
import type { LinkKind, PortKind } from './kind.ts'
import { linkKinds } from './kinds.ts'
import { findLinkKind, findPortKind, INFO_DATA, INFO_KIND, INFO_PORT_DATA, INFO_PORT_KIND, linkInfo } from './link-info.ts'
import { linkTable } from './link-table.ts'
import { checkMtu } from './mtu.ts'
import { lowerWhole } from './whole.ts'

/** The longest name of a kind that the kernel takes (MODULE_NAME_LEN is longer; rtnetlink cuts at 56). */
const LONGEST_KIND = 55

type Options = Readonly<Record<string, unknown>>

/** What the parts of a link's options are about. */
interface Split {
  readonly options: Options
  /** Options that are no common rows. */
  readonly passOver: ReadonlySet<string>
  readonly kind: LinkKind | undefined
  readonly kernelKind: string | undefined
  readonly data: unknown
  readonly port: unknown
  /** Data of the link that is there, of a kind that `changesWhole`. */
  readonly now: Options | undefined
}

/** What became of the options. */
export interface Lowered {
  /** Some are left for the message behind the one that creates. */
  readonly rest: boolean
  /** The message carries data of the kind or of the port. */
  readonly info: boolean
}

/**
 * Writes one message of a link: the common rows, and the nest with the kind's data. `now`: the data of the link that is there, of a kind
 * that `changesWhole`.
 */
export function lowerLink(program: Program, options: object, phase: Phase, now?: Options): Lowered {
  const split = splitOptions(program, options as Options, phase, now)
  const rest = linkTable.lower(program, options, phase, split.passOver)
  const ignored = lowerIgnored(program, split, phase)
  const start = program.length
  const portLater = hasPortLater(split.options, phase)
  if (phase !== 'afterCreation') lowerInfo(program, split, phase, portLater)
  else if (portLater) lowerPortLater(program, split.port)
  return { rest: rest || ignored || portLater, info: program.length > start }
}

/** What the kernel ignores in the message that creates a link of that kind. Answers whether there is something of it to send behind. */
function lowerIgnored(program: Program, { kind, options }: Split, phase: Phase): boolean {
  const given = kind?.afterCreation?.filter(key => options[key] !== undefined) ?? []
  if (given.length === 0 || phase === 'change') return false
  if (phase === 'create') return true
  return linkTable.lower(program, Object.fromEntries(given.map(key => [key, options[key]])), 'change')
}

/** Those of the options that stand in the message behind the one that creates. */
export function optionsBehind(options: Options): object {
  const ignored = findLinkKind(String(options.kind))?.afterCreation ?? []
  const isBehind = (key: string) => key === 'port' || ignored.includes(key) || linkTable.field(key)?.afterCreation === true
  return Object.fromEntries(Object.entries(options).filter(([key]) => isBehind(key)))
}

/**
 * The kernel brings a link up before it gives it a master (rtnl_newlink_create() and do_setlink() in net/core/rtnetlink.c), and a bond or
 * a team takes no port that is up. So whoever wants both sends `up` behind, unless `port` says that the master is one that does.
 */
export function hasUpLater(options: Options, phase: Phase): boolean {
  return options.up === true && getsMaster(options, phase) && portKindOf(options)?.joinsUp !== true
}

/** Data of a port means something only once the link has its master, which the kernel sets last of all. A `kind` alone says what the master is, and is not sent. */
export function hasPortLater(options: Options, phase: Phase): boolean {
  return options.port !== undefined && !namesOnlyMaster(options) && (phase !== 'change' || getsMaster(options, phase))
}

function namesOnlyMaster(options: Options): boolean {
  return portKindOf(options) !== undefined && Object.keys(options.port as object).length === 1
}

function portKindOf({ port }: Options): PortKind | undefined {
  const kind = typeof port === 'object' && port !== null ? (port as Options).kind : undefined
  return typeof kind === 'string' ? findPortKind(kind) : undefined
}

/** Whether messages can follow once the link has its master: not where it goes to another namespace first. */
function getsMaster({ master, netns }: Options, phase: Phase): boolean {
  return master !== undefined && master !== null && (phase !== 'change' || netns === undefined)
}

const OWN_KEYS = ['kind', 'kernelKind', 'data', 'port']
const passOverOf = new Map<LinkKind | undefined, PassOver>()
const passOverOfPorts = new Map<LinkKind | undefined, PassOver>()

type PassOver = Readonly<Record<Phase, ReadonlySet<string>>>

/** Kept for each kind: links are made by the thousand. Alternative names of a new link are the business of who creates it. */
function passOver(kind: LinkKind | undefined, phase: Phase, upBehind: boolean): ReadonlySet<string> {
  const cache = upBehind ? passOverOfPorts : passOverOf
  let known = cache.get(kind)
  if (known === undefined) {
    const change = new Set([...OWN_KEYS, ...(kind === undefined ? [] : [kind.key]), ...(upBehind ? ['up'] : [])])
    const create = new Set([...change, ...(kind?.afterCreation ?? []), 'altNames'])
    known = { create, afterCreation: create, change }
    cache.set(kind, known)
  }
  return known[phase]
}

function splitOptions(program: Program, options: Options, phase: Phase, now: Options | undefined): Split {
  const { kind: name, kernelKind, data, port } = options
  const kind = name === undefined ? kindByKey(program, options) : kindByName(program, name)
  if (phase === 'create' && name === undefined) {
    program.at('kind')
    throw missingOption(program.operation, 'kind')
  }
  const split = { options, passOver: passOver(kind, phase, hasUpLater(options, phase)), kind, port, now }
  if (name === 'other') return { ...split, kernelKind: checkKernelKind(program, kernelKind), data }
  if (kernelKind !== undefined) throw invalidValue(program.operation, 'kernelKind', ONLY_OTHER)
  if (data !== undefined) throw invalidValue(program.operation, 'data', ONLY_OTHER)
  if (kind === undefined) return { ...split, kernelKind: undefined, data: undefined }
  refuseOtherKinds(program, kind, options)
  if (phase === 'create' && kind.requiresLink && options.link === undefined)
    throw missingOption(program.operation, 'link', ` with kind: "${kind.kind}"`)
  checkMtu(program, kind.mtu, options.mtu)
  return { ...split, kernelKind: kind.kind, data: options[kind.key] }
}

const ONLY_OTHER = 'goes only with kind: "other"'

function kindByName(program: Program, name: unknown): LinkKind | undefined {
  program.at('kind')
  if (typeof name !== 'string') program.expected('the name of a kind of link', name)
  const kind = findLinkKind(name)
  if (kind !== undefined || name === 'other') return kind
  const hint =
    didYouMean(name, [...linkKinds.map(known => known.kind), 'other']) ||
    '; for a kind without rows here give kind: "other", kernelKind and data'
  throw invalidValue(program.operation, 'kind', `${JSON.stringify(name)} is no known kind of link${hint}`)
}

/** A change names the kind by the data that it carries. */
function kindByKey(program: Program, options: Options): LinkKind | undefined {
  const [found, other] = givenKinds(options)
  if (found !== undefined && other !== undefined)
    throw invalidValue(program.operation, other.key, `a link is of one kind, and "${found.key}" is given too`)
  return found
}

function refuseOtherKinds(program: Program, kind: LinkKind, options: Options): void {
  const other = givenKinds(options).find(given => given !== kind)
  if (other !== undefined) throw invalidValue(program.operation, other.key, `does not go with kind: "${kind.kind}"`)
}

function checkKernelKind(program: Program, value: unknown): string {
  program.at('kernelKind')
  if (value === undefined) throw missingOption(program.operation, 'kernelKind', ' with kind: "other"')
  checkText(program, value, LONGEST_KIND)
  if (value === '') throw invalidValue(program.operation, 'kernelKind', 'is empty')
  return value
}

function lowerInfo(program: Program, split: Split, phase: Phase, portLater: boolean): void {
  const port = portLater || namesOnlyMaster(split.options) ? undefined : split.port
  const hasData = split.data !== undefined || (split.kernelKind !== undefined && phase === 'create')
  if (!hasData && port === undefined) return
  program.nest(linkInfo.number)
  if (hasData) lowerKind(program, split, phase)
  if (port !== undefined) lowerPort(program, port)
  program.end()
}

/** Writes what follows once the link has its master. */
export function lowerPortLater(program: Program, port: unknown): void {
  program.nest(linkInfo.number)
  lowerPort(program, port)
  program.end()
}

/** KIND before DATA: the kernel reads them in that order. */
function lowerKind(program: Program, split: Split, phase: Phase): void {
  program.string(INFO_KIND, split.kernelKind as string)
  if (split.kind === undefined) lowerBytes(program, 'data', INFO_DATA, split.data)
  else lowerKindData(program, split, split.kind, phase)
}

function lowerKindData(program: Program, { data: given, options, now }: Split, kind: LinkKind, phase: Phase): void {
  const { key, table, check, complete, requiresData, changesWhole } = kind
  program.at(key)
  const asked = given ?? {}
  if (typeof asked !== 'object') program.expected(`an object of ${key} options`, asked)
  const data = (complete?.(asked, now) ?? asked) as Options
  program.enter()
  // Whether a change fits what the link has can be seen only then.
  if (changesWhole === undefined || phase === 'create' || now !== undefined) check?.(program, data, phase, options, now)
  if (given !== undefined || requiresData) program.nest(INFO_DATA)
  if (now === undefined) table.lower(program, data, phase)
  else lowerWhole(program, kind, data, now)
  if (given !== undefined || requiresData) program.end()
  program.leave()
}

function lowerBytes(program: Program, key: string, number: number, value: unknown): void {
  if (value === undefined) return
  program.at(key)
  if (!(value instanceof Uint8Array)) program.expected('a Uint8Array', value)
  program.octets(number | 0x8000, value)
}

function lowerPort(program: Program, value: unknown): void {
  program.at('port')
  if (typeof value !== 'object' || value === null) program.expected('an object with the kind of the master', value)
  const { kind: name, kernelKind, data, ...options } = value as Options
  program.enter()
  program.at('kind')
  if (typeof name !== 'string') throw missingOption(program.operation, program.option)
  const kind = findPortKind(name)
  if (kind === undefined && name !== 'other')
    throw invalidValue(program.operation, program.option, `${JSON.stringify(name)} has no port options`)
  program.string(INFO_PORT_KIND, kind?.kind ?? checkKernelKind(program, kernelKind))
  if (kind === undefined) {
    lowerBytes(program, 'data', INFO_PORT_DATA, data)
  } else {
    program.nest(INFO_PORT_DATA)
    kind.table.lower(program, options, 'change')
    program.end()
  }
  program.leave()
}
