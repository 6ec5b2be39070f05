import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { RULE } from './header.ts'
import { actions, protocols, ruleFamilies, tables } from './names.ts'
import type { Rule } from './rule.ts'

/** Which rules to list or flush. All given conditions hold for every rule found. */
export interface RuleFilter {
  /** `'inet'`, `'inet6'`, or `'ipmr'` and `'ip6mr'` of multicast routing. Filtered in the kernel. Default: `'inet'` and `'inet6'`. */
  family?: Rule['family'] | undefined
  priority?: number | undefined
  /** Rules that look up this table, by name or number. */
  table?: Rule['table'] | undefined
  action?: Rule['action'] | undefined
  /** Rules that this protocol added. */
  protocol?: Rule['protocol'] | undefined
  /** Rules for what comes in on the link of this name. */
  iif?: string | undefined
  /** Rules for what sockets send that are bound to the link of this name. */
  oif?: string | undefined
  fwmark?: number | undefined
}

const KEYS: readonly (keyof RuleFilter)[] = ['family', 'priority', 'table', 'action', 'protocol', 'iif', 'oif', 'fwmark']

type Test = (rule: Rule) => boolean

export class RuleMatcher implements Matcher<Rule> {
  readonly linkName = undefined
  readonly isStrict = false
  readonly #family: number
  readonly #tests: Test[] = []

  constructor(program: Program, filter: RuleFilter) {
    checkKeys(program.operation, filter, KEYS)
    const { family, priority, table, action, protocol, iif, oif, fwmark } = filter
    program.at('family')
    this.#family = family === undefined ? 0 : ruleFamilies.toNumber(program, family, 0xff)
    if (table !== undefined) this.#equal('table', named(program, 'table', tables, table, 0xffff_ffff))
    if (action !== undefined) this.#equal('action', named(program, 'action', actions, action, 0xff))
    if (protocol !== undefined) this.#equal('protocol', named(program, 'protocol', protocols, protocol, 0xff))
    for (const [key, value] of Object.entries({ priority, fwmark })) {
      program.at(key)
      if (value === undefined) continue
      checkInteger(program, value, 0, 0xffff_ffff)
      this.#equal(key as 'priority' | 'fwmark', value)
    }
    for (const [key, value] of Object.entries({ iif, oif })) {
      program.at(key)
      if (value === undefined) continue
      if (typeof value !== 'string') program.expected('the name of a link', value)
      this.#equal(key as 'iif' | 'oif', value)
    }
  }

  #equal<K extends keyof Rule>(key: K, wanted: Rule[K]): void {
    this.#tests.push(rule => rule[key] === wanted)
  }

  /** The kernel filters by family, and refuses all else. */
  lower(program: Program): void {
    program.header(RULE.family.word, this.#family)
  }

  matchesHeader(message: Message, start: number): boolean {
    const family = message.bytes[start]
    return this.#family === 0 ? family === AF_INET || family === AF_INET6 : family === this.#family
  }

  matches(rule: Rule): boolean {
    return this.#tests.every(test => test(rule))
  }
}

/** The name by which a value is reported. */
function named<T>(
  program: Program,
  option: string,
  names: { toNumber(program: Program, value: unknown, max: number): number; toName(number: number): T },
  value: unknown,
  max: number,
): T {
  program.at(option)
  return names.toName(names.toNumber(program, value, max))
}
