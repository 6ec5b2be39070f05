import { RecordFlag } from '../native/binding.ts'
import { bulk } from '../protocol/bulk/bulk.ts'
import type { Entries } from '../protocol/bulk/source.ts'
import { bulkVerbs } from '../protocol/bulk/verb.ts'
import { checkConditions, deleteAll } from '../protocol/delete-all.ts'
import type { Failure, Hint } from '../protocol/failure.ts'
import { type DumpedTable, FilteredDump } from '../protocol/filtered-dump.ts'
import { NLM_F_CREATE, NLM_F_EXCL } from '../protocol/flags.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import { type RuleFilter, RuleMatcher } from './filter.ts'
import { lowerDeletion, lowerRule } from './lower.ts'
import type { Rule, RuleOptions } from './rule.ts'
import { decodeRule, ruleLocator } from './rule-table.ts'

const ENOENT = 2
const EEXIST = 17
const EAFNOSUPPORT = 97

/** How the kernel's rules are read. */
export const ruleDump: DumpedTable<Rule, RuleFilter> = {
  call: 'getRule',
  header: 'rule',
  decode: decodeRule,
  locator: ruleLocator,
  match: (program, filter) => new RuleMatcher(program, filter),
}

const many = bulkVerbs<RuleOptions>({
  name: 'rules',
  header: 'rule',
  newCall: 'newRule',
  deleteCall: 'deleteRule',
  lower: lowerRule,
  lowerDeletion,
  locator: ruleLocator,
  hint: () => hint,
})

/**
 * Rules of one namespace, which say for each packet what tables of routes to look it up in, from the lowest priority on. Same as `ip rule`. A namespace
 * starts with three: 0 looks up `local`, 32766 `main`, and 32767 (IPv4) `default`. The kernel changes no rule: add the new one, then delete the old.
 */
export class Rules {
  readonly #session: Session
  readonly #dump: FilteredDump<Rule, RuleFilter>

  constructor(session: Session) {
    this.#session = session
    this.#dump = new FilteredDump(session, ruleDump)
  }

  /**
   * Adds a rule. Same as `ip rule add`. IPv4, unless an address or `family` says otherwise: a rule for both takes two calls.
   * A kernel that is older than a condition passes over it without a word, and the rule is for more packets than it says: `list` shows what was kept.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EEXIST` when there is such a rule with the same priority (the kernel does not compare `not`), `EINVAL` when the rule goes to
   * one further up, `EPERM` without the capability, or for `uidRange` in another user namespace than the namespace's.
   */
  async add(options: RuleOptions, call?: CallOptions): Promise<void> {
    const operation = 'rules.add'
    const given = checkObject(operation, options)
    const program = this.#session.begin(operation, 'rule')
    lowerRule(program, given)
    const flags = NLM_F_CREATE | NLM_F_EXCL
    unwrap(await this.#session.acknowledge('newRule', program, flags, RecordFlag.bulk, call), ruleLocator, given, hint)
  }

  /**
   * Deletes one rule: the first for which everything given agrees, `not` aside, which the kernel does not compare. Takes what `list` returns. Same as
   * `ip rule delete`. Of several with one priority, one that asks for less is found as well as the one that was meant: give rules priorities of their own.
   * @throws {NetlinkError} `ENOENT` when there is none.
   */
  async delete(rule: RuleOptions, call?: CallOptions): Promise<void> {
    unwrap(await this.#delete('rules.delete', rule, call), ruleLocator, rule, hint)
  }

  #delete(operation: string, rule: RuleOptions, call: CallOptions | undefined): Promise<undefined | Failure> {
    const program = this.#session.begin(operation, 'rule')
    lowerDeletion(program, checkObject(operation, rule))
    return this.#session.acknowledge('deleteRule', program, 0, RecordFlag.bulk, call)
  }

  /**
   * Adds many rules, each as `add` does, in order, and resolves with how many there were. Same as `ip -batch` with lines `rule add …`. The entries come from an array, a generator, or anything to iterate over, also asynchronously; memory stays flat, and the event loop has its turns. `timeout` is for each batch.
   * @throws {BulkError} when the kernel refused some, after all were tried; or when an entry is wrong (`[17].from`), the source has thrown, or `signal` was aborted, which ends it at once.
   */
  addAll(entries: Entries<RuleOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.add, entries, call)
  }

  /**
   * Deletes many rules, each as `delete` does, and resolves with how many there were; takes what `list` and `stream` return. Same as `ip -batch` with lines `rule delete …`.
   * @throws {BulkError} as `addAll`.
   */
  deleteAll(entries: Entries<RuleOptions>, call?: CallOptions): Promise<number> {
    return bulk(this.#session, many.delete, entries, call)
  }

  /**
   * All rules of IPv4, then of IPv6, in the order in which they are tried, or those that match. Same as `ip rule list`.
   * @throws {NetlinkError} `EAFNOSUPPORT` when this kernel has no rules of the family: they need CONFIG_IP_MULTIPLE_TABLES, CONFIG_IPV6_MULTIPLE_TABLES.
   * @throws {DumpInterruptedError} when the rules changed all the time; `partial` has what was read last.
   */
  async list(filter: RuleFilter = {}, call?: CallOptions): Promise<Rule[]> {
    return await this.#dump.list('rules.list', filter, call)
  }

  /** As `list`, one by one while the kernel sends them. */
  stream(filter: RuleFilter = {}, call?: CallOptions): AsyncGenerator<Rule, void, void> {
    return this.#dump.stream('rules.stream', filter, call)
  }

  /**
   * Deletes all rules that match, and resolves with how many there were. Same as `ip rule flush protocol bgp`. The kernel's own go too, if they match.
   * @throws {TypeError} without any condition.
   */
  async flush(filter: RuleFilter, call?: CallOptions): Promise<number> {
    const operation = 'rules.flush'
    checkConditions(operation, checkObject(operation, filter), 'protocol')
    const rules = await this.#dump.list(operation, filter, call)
    return await deleteAll(
      rules,
      rule => this.#delete(operation, rule, call),
      ENOENT,
      (outcome, rule) => unwrap(outcome, ruleLocator, rule, hint),
    )
  }
}

const hint: Hint = (errno, message) => {
  if (errno === EEXIST) return 'there is such a rule already with this priority ("not" makes no difference to the kernel)'
  if (errno === ENOENT) return 'there is no such rule; what is given has to agree with it, its family too'
  if (errno === EAFNOSUPPORT && message !== undefined)
    return 'this kernel may lack CONFIG_IP_MULTIPLE_TABLES, or for IPv6 CONFIG_IPV6_MULTIPLE_TABLES'
  return undefined
}
