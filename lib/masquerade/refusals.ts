import { CompletionCode, SystemCall } from '../native/binding.ts'
import type { Failure, Hint, Locator } from '../protocol/failure.ts'
import { eachAttribute, type Message } from '../schema/message.ts'
import type { Step } from './lower.ts'
import { NF } from './nf-tables.ts'

const ENOENT = 2
const EPROTONOSUPPORT = 93
const EOPNOTSUPP = 95
const EAFNOSUPPORT = 97

/** What brings each expression, where it is not part of nf_tables itself. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  masq: lacks('masquerading', 'CONFIG_NFT_MASQ', 'nft_masq'),
  nat: lacks('source NAT to a certain address', 'CONFIG_NFT_NAT', 'nft_nat'),
}

/** The error of a transaction: it names the option that the refused message is about, and what the kernel lacks. */
export function errorOf(failure: Failure, steps: readonly Step[], given: object): unknown {
  if (failure.code === CompletionCode.failed && failure.detail === SystemCall.socket && failure.errno === EPROTONOSUPPORT)
    return failure.systemError({ hint: lacks('netfilter over netlink', 'CONFIG_NETFILTER_NETLINK', 'nfnetlink') })
  const refused = steps[failure.message] ?? steps[0]
  const about = new Refusal(refused)
  return failure.toError(about, given, about.hint)
}

/** One refused message. */
class Refusal implements Locator {
  readonly #step: Step
  #expression: string | undefined

  constructor(step: Step) {
    this.#step = step
  }

  /** The kernel points at an expression of the rule, if it points at all. */
  locate(message: Message, start: number, end: number, target: number): string | undefined {
    this.#expression = expressionAt(message, start, end, target)
    if (this.#expression === 'payload' || this.#expression === 'bitwise') return this.#step.source
    return this.#expression === 'meta' ? this.#step.out : undefined
  }

  keyOf(): string | undefined {
    return undefined
  }

  readonly hint: Hint = errno => {
    const { what, family } = this.#step
    if (what === 'transaction' && errno === EOPNOTSUPP) return lacks('nf_tables', 'CONFIG_NF_TABLES', 'nf_tables')
    if (what === 'table' && errno === EAFNOSUPPORT) {
      const [version, config] = family === 'ip6' ? ['IPv6', 'CONFIG_NF_TABLES_IPV6'] : ['IPv4', 'CONFIG_NF_TABLES_IPV4']
      return `nf_tables of this kernel has no tables for ${version}: it needs ${config}`
    }
    if (what === 'chain' && (errno === ENOENT || errno === EOPNOTSUPP))
      return lacks('chains for NAT in nf_tables', 'CONFIG_NFT_NAT', 'nft_chain_nat')
    if (what !== 'rule' || errno !== ENOENT) return undefined
    return (
      EXPRESSIONS[this.#expression ?? ''] ??
      `this kernel lacks something that the rule is made of: ${this.#expression ?? 'masq or nat'}`
    )
  }
}

function lacks(what: string, config: string, module: string): string {
  return `this kernel lacks ${what}: it needs ${config} (try: modprobe ${module})`
}

/** The name of the expression of a rule at or around `target`. Attributes stand behind an nfgenmsg. */
function expressionAt(message: Message, start: number, end: number, target: number): string | undefined {
  const NFGENMSG = 4
  let found: string | undefined
  eachAttribute(message, start + NFGENMSG, end, (type, list, length) => {
    if (type !== NF.NFTA_RULE_EXPRESSIONS) return
    eachAttribute(message, list, list + length, (_, element, size) => {
      if (target < element - 4 || target >= element + size) return
      eachAttribute(message, element, element + size, (part, at, bytes) => {
        if (part === NF.NFTA_EXPR_NAME) found = message.string(at, bytes)
      })
    })
  })
  return found
}
