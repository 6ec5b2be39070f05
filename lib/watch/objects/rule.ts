import { GROUP, RTM } from '../../protocol/notifications.ts'
import type { RuleFilter } from '../../rules/filter.ts'
import type { Rule } from '../../rules/rule.ts'
import { decodeRule } from '../../rules/rule-table.ts'
import { Rules, ruleDump } from '../../rules/rules.ts'
import { AF_INET, AF_INET6 } from '../../values/family.ts'
import { KeyedCollection } from '../collection.ts'
import type { Watched } from '../watched.ts'

/** Which rules to watch: those of IPv4 and IPv6. */
export type WatchRuleFilter = RuleFilter

/** A rule is what it says: the kernel changes none. Whether the link that it names is there shows in its flags, without a word. */
export const rule: Watched<'rule', Rule, WatchRuleFilter> = {
  option: 'rules',
  object: 'rule',
  groups: [GROUP.inetRule, GROUP.inet6Rule],
  messages: { new: RTM.newRule, delete: RTM.deleteRule },
  decode: (message, start, end) => {
    const family = message.u8(start)
    return family === AF_INET || family === AF_INET6 ? decodeRule(message, start, end) : undefined
  },
  list: (session, filter) => new Rules(session).list(filter),
  match: (program, filter) => {
    const { family } = filter
    const matcher = ruleDump.match(program, filter)
    return { linkName: undefined, matches: item => (family === undefined || item.family === family) && matcher.matches(item) }
  },
  collection: () => new KeyedCollection<Rule>(identityOf),
}

function identityOf(rule: Rule): string {
  return JSON.stringify(rule, (key, value) => (key === 'flags' ? undefined : typeof value === 'bigint' ? `${value}` : value))
}
