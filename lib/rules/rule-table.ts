import type { Locator } from '../protocol/failure.ts'
import type { Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { rulePadding, ruleRows } from './attributes.ts'
import { RULE_SIZE } from './header.ts'
import { protocols, tables } from './names.ts'
import type { Rule } from './rule.ts'

export const ruleTable = new Table('rule', ruleRows, { headerLength: RULE_SIZE, padding: rulePadding, acceptsListed: true })

const { rows } = ruleTable

/** Reads a rule from its `fib_rule_hdr` at `start`. */
export function decodeRule(message: Message, start: number, end: number): Rule {
  return ruleTable.shape(message, start, end, construct)
}

function construct(slots: unknown[], shape: (slots: readonly unknown[]) => object): Rule {
  completeNetwork(slots, rows.from.slot, rows.$fromLength.slot)
  completeNetwork(slots, rows.to.slot, rows.$toLength.slot)
  // The kernel leaves out a priority of 0, and before Linux 4.17 the protocol.
  slots[rows.priority.slot] ??= 0
  slots[rows.protocol.slot] ??= protocols.toName(0)
  slots[rows.table.slot] ??= tables.toName(slots[rows.$table.slot] as number)
  return shape(slots) as Rule
}

function completeNetwork(slots: unknown[], network: number, length: number): void {
  if (slots[network] !== undefined) slots[network] = `${slots[network]}/${slots[length]}`
}

export const ruleLocator: Locator = {
  locate(message, start, end, target) {
    const path = ruleTable.locate(message, start, end, target)
    return path === '$toLength' ? 'to' : path === '$fromLength' ? 'from' : path === '$table' ? 'table' : path
  },
  keyOf: number => ruleTable.keyOf(number),
  kernelWords: {
    from: 'source address',
    to: 'dst address',
    sourcePort: 'sport range',
    destinationPort: 'dport range',
    sourcePortMask: 'sport mask',
    destinationPortMask: 'dport mask',
    uidRange: 'uid',
    flowLabel: 'flow label',
    flowLabelMask: 'flow label mask',
  },
}
