import { invalidValue } from '../errors.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { linkNameOrIndex, putLinkIndex } from '../schema/references.ts'
import { AF_INET6, FAMILIES } from '../values/family.ts'
import { NDTMSG_FAMILY, neighborTableRows, PARAMETERS_LINK, parametersTable } from './attributes.ts'
import { neighborTableTable } from './table.ts'

type Given = Readonly<Record<string, unknown>>

const families = new Enumeration(FAMILIES)

/** Written here, ahead of the rows and behind them. */
const OWN: ReadonlySet<string> = new Set(['family', 'name', 'parameters', 'link'])
const SETTINGS = ['threshold1', 'threshold2', 'threshold3', 'gcInterval', 'parameters'] as const

/** Writes what is to change of a table. */
export function lowerTable(program: Program, options: object): void {
  const given = options as Given
  neighborTableTable.checkKeys(program, given)
  if (SETTINGS.every(key => given[key] === undefined)) throw invalidValue(program.operation, '', 'no setting to change is given')
  lowerName(program, given)
  neighborTableTable.lower(program, given, 'change', OWN)
  lowerParameters(program, given)
}

function lowerName(program: Program, { family, name }: Given): void {
  if (family === undefined && name === undefined) program.missing('family', 'or "name"')
  if (family !== undefined) {
    program.at('family')
    program.header(NDTMSG_FAMILY.word, families.toNumber(program, family, 0xff))
  }
  program.at('name')
  const own = program.headerWord(NDTMSG_FAMILY.word) === AF_INET6 ? 'ndisc_cache' : 'arp_cache'
  neighborTableRows.name.lower(program, (name ?? own) as string)
}

function lowerParameters(program: Program, { link, parameters = {} }: Given): void {
  program.at('parameters')
  if (typeof parameters !== 'object' || parameters === null) program.expected('an object', parameters)
  if (link !== undefined && Object.values(parameters).every(value => value === undefined))
    program.missing('parameters', 'for the link: the rest is of the whole table')
  program.nest(neighborTableRows.parameters.number)
  program.at('link')
  if (link !== undefined) putLinkIndex(program, PARAMETERS_LINK, linkNameOrIndex(program, link))
  program.at('parameters')
  program.enter()
  parametersTable.lower(program, parameters, 'change')
  program.leave()
  program.end()
}
