import type { Program } from '../schema/program.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { TABLES } from '../values/routing.ts'
import { RULE } from './header.ts'
import { ACTIONS, actions, ruleFamilies, tables } from './names.ts'
import { ruleTable } from './rule-table.ts'

type Given = Readonly<Record<string, unknown>>

/** Writes a rule that is to be added, with the defaults of `ip rule add`. */
export function lowerRule(program: Program, options: object): void {
  const given = options as Given
  ruleTable.checkKeys(program, given)
  const action = actionOf(program, given)
  checkTogether(program, given, action)
  program.header(RULE.family.word, familyOf(program, given))
  program.header(RULE.action.word, action)
  if (action === ACTIONS.lookup && given.l3mdev !== true) program.header(RULE.table.word, TABLES.main)
  ruleTable.lower(program, given, 'create')
}

/** Writes what a rule is deleted by: what is not given matches anything, as in `ip rule delete`. */
export function lowerDeletion(program: Program, options: object): void {
  const given = options as Given
  ruleTable.checkKeys(program, given)
  const action = given.action === undefined && given.goto === undefined ? ACTIONS.unspec : actionOf(program, given)
  checkTogether(program, given, action)
  program.header(RULE.family.word, familyOf(program, given))
  program.header(RULE.action.word, action)
  ruleTable.lower(program, given, 'create')
}

/** The family that is given, or that of the first address that has one. */
export function familyOf(program: Program, { family, from, to }: Given): number {
  program.at('family')
  if (family !== undefined) return ruleFamilies.toNumber(program, family, 0xff)
  return familyOfText(from) ?? familyOfText(to) ?? AF_INET
}

function familyOfText(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  return text.includes(':') ? AF_INET6 : AF_INET
}

function actionOf(program: Program, { action, goto }: Given): number {
  if (action === undefined) return goto === undefined ? ACTIONS.lookup : ACTIONS.goto
  program.at('action')
  return actions.toNumber(program, action, 0xff)
}

/** Each option by itself would be taken; the kernel says some of this with words that name no option. */
function checkTogether(program: Program, given: Given, action: number): void {
  if (action === ACTIONS.goto && given.goto === undefined) program.missing('goto', 'for the action "goto"')
  if (action !== ACTIONS.goto && given.goto !== undefined) program.refuse('goto', 'goes with the action "goto" alone')
  if (given.l3mdev === true && !isNoTable(program, given.table)) program.refuse('table', 'is what "l3mdev" looks up by itself')
  if (given.dscp !== undefined && (given.tos ?? 0) !== 0) program.refuse('tos', 'is the same field as "dscp": give one of them')
  if (given.dscpMask !== undefined && given.dscp === undefined) program.missing('dscp', 'which "dscpMask" is about')
}

function isNoTable(program: Program, table: unknown): boolean {
  program.at('table')
  return table === undefined || tables.toNumber(program, table, 0xffff_ffff) === TABLES.unspec
}
