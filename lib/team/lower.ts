import { missingOption } from '../errors.ts'
import type { Field } from '../schema/field.ts'
import { bytes, string } from '../schema/octets.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { flag, s32, u32 } from '../schema/scalars.ts'
import type { Table } from '../schema/table.ts'
import { OPTION_DATA, teamMessage, teamOption } from './messages.ts'
import { isOfEachHash, loadBalanceTable, type OtherTeamOption, optionTable, portOptionTable } from './option-rows.ts'

/** NLA_* of the kernel's <net/netlink.h>, by the wire form of a row. */
export const TYPES: Readonly<Record<string, number>> = { u32: 3, string: 5, flag: 6, bytes: 11, s32: 14 }
/** The same, as users write them for options that have no row. */
export const TYPE_NAMES = { u32: 3, string: 5, bool: 6, binary: 11, s32: 14 } as const

const { options: optionList } = teamMessage.rows
const TEAM_ATTR_ITEM_OPTION = 1
const HASHES = 256

type Given = Readonly<Record<string, unknown>>

/** One message of a change: the driver says nothing of what it minds, so each option has its own. */
export interface Step {
  /** The option. */
  readonly path: string
  /** The port that it belongs to, as the caller's options have it. */
  readonly portPath?: string
  /** The driver's name of the option, for what its refusals mean. */
  readonly name: string
  readonly write: (program: Program) => void
}

/** Writes the team that a message is about. */
export function lowerTeam(program: Program, link: LinkReference): void {
  program.at('link')
  putLinkIndex(program, teamMessage.rows.link.number, linkNameOrIndex(program, link))
}

/** The messages of a change, the mode first: it decides which options there are. Unknown and misspelt options end here. */
export function stepsOf(program: Program, options: object): Step[] {
  const { other, ...given } = options as Given
  optionTable.checkKeys(program, given)
  return [
    ...ownSteps(program, optionTable, given, ''),
    ...loadBalanceSteps(program, given.loadBalance),
    ...portSteps(program, given.ports),
    ...otherSteps(program, other),
  ]
}

/** The options of a table that are given, in its order. */
function ownSteps(program: Program, table: Table<any>, given: Given, above: string, port?: PortPlace): Step[] {
  return (Object.entries(table.rows) as [string, Field][])
    .filter(([key, row]) => given[key] !== undefined && row.nested === undefined && row.access !== 'readOnly' && key !== 'link')
    .flatMap(([key, row]) => {
      const path = `${above}${key}`
      if (isOfEachHash(row)) return hashSteps(program, row, given[key], path)
      return [stepOf(row, path, given[key], port === undefined ? {} : { port })]
    })
}

interface PortPlace {
  readonly link: LinkReference
  readonly path: string
}

function hashSteps(program: Program, row: Field, values: unknown, path: string): Step[] {
  program.at(path)
  if (!Array.isArray(values)) program.expected('an array with a link for each hash', values)
  if (values.length > HASHES) program.outOfRange(`at most ${HASHES} entries`, values.length)
  return [...values.entries()]
    .filter(([, value]) => value !== undefined)
    .map(([index, value]) => stepOf(row, `${path}.${index}`, value, { index }))
}

function stepOf(row: Field, path: string, value: unknown, { port, index }: { port?: PortPlace; index?: number }): Step {
  return {
    path,
    ...(port === undefined ? {} : { portPath: port.path }),
    name: row.constant,
    write: program => {
      openItem(program, row.constant, () => program.at(port?.path ?? path), { port: port?.link, index })
      teamOption.rows.type.lower(program, TYPES[row.wire.split(' ', 1)[0] as string])
      program.at(path)
      row.lower(program, value)
      closeItem(program)
    },
  }
}

function loadBalanceSteps(program: Program, value: unknown): Step[] {
  if (value === undefined) return []
  program.at('loadBalance')
  if (typeof value !== 'object' || value === null) program.expected('an object', value)
  program.enter()
  loadBalanceTable.checkKeys(program, value)
  program.leave()
  return ownSteps(program, loadBalanceTable, value as Given, 'loadBalance.')
}

function portSteps(program: Program, value: unknown): Step[] {
  if (value === undefined) return []
  program.at('ports')
  if (!Array.isArray(value)) program.expected('an array with the options of each port', value)
  return value.flatMap((port, i) => {
    program.at(`ports.${i}`)
    if (typeof port !== 'object' || port === null) program.expected('an object', port)
    program.enter()
    portOptionTable.checkKeys(program, port)
    if (port.link === undefined) throw missingOption(program.operation, `ports.${i}.link`)
    program.leave()
    return ownSteps(program, portOptionTable, port, `ports.${i}.`, { link: port.link, path: `ports.${i}.link` })
  })
}

function otherSteps(program: Program, value: unknown): Step[] {
  if (value === undefined) return []
  program.at('other')
  if (!Array.isArray(value)) program.expected('an array of options', value)
  return (value as OtherTeamOption[]).map((option, i) => ({
    name: option.name,
    path: `other.${i}`,
    portPath: `other.${i}.port`,
    write: into => writeOther(into, option, `other.${i}`),
  }))
}

/** Opens the nests of one option and says which it is. `standOnPort` names the port in the caller's words. */
function openItem(
  program: Program,
  name: string,
  standOnPort: () => void,
  { port, index }: { port?: LinkReference | undefined; index?: number | undefined },
): void {
  const { rows } = teamOption
  program.nest(optionList.number)
  program.nest(TEAM_ATTR_ITEM_OPTION)
  rows.name.lower(program, name)
  standOnPort()
  if (port !== undefined) rows.port.lower(program, port)
  if (index !== undefined) rows.index.lower(program, index)
}

function closeItem(program: Program): void {
  program.end()
  program.end()
}

/** Values of options without a row, by their type: the vocabulary, without a name of its own. */
const VALUES: Readonly<Record<number, Field>> = {
  [TYPE_NAMES.u32]: u32(OPTION_DATA, 'value'),
  [TYPE_NAMES.s32]: s32(OPTION_DATA, 'value'),
  [TYPE_NAMES.string]: string(OPTION_DATA, 'value'),
  [TYPE_NAMES.bool]: flag(OPTION_DATA, 'value'),
}
const BYTES = bytes(OPTION_DATA, 'value')

function writeOther(program: Program, { name, type, value, port, index }: OtherTeamOption, path: string): void {
  const number = typeof type === 'number' ? type : TYPE_NAMES[type]
  program.at(`${path}.type`)
  if (number === undefined) program.expected(`one of ${Object.keys(TYPE_NAMES).join(', ')}`, type)
  program.at(`${path}.name`)
  openItem(program, name, () => program.at(`${path}.port`), { port, index })
  program.at(`${path}.type`)
  teamOption.rows.type.lower(program, number)
  program.at(`${path}.value`)
  const row = VALUES[number] ?? BYTES
  row.lower(program, value as never)
  closeItem(program)
}
