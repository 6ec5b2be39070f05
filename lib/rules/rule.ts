import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { ruleRows } from './attributes.ts'

type Rows = { [K in keyof typeof ruleRows as K extends `$${string}` ? never : K]: (typeof ruleRows)[K] }

/** Options of `rules.add` and `rules.delete`. What `list` returns is taken too; what only the kernel says is passed over. */
export type RuleOptions = CreateOptions<Rows>

/** A rule as the kernel reports it. A property that the kernel did not send is `undefined`. */
export type Rule = Reports<Rows>

export type { RuleFilter } from './filter.ts'
