import type { Session } from '../protocol/session.ts'
import type { Program } from '../schema/program.ts'

/** Families of tables: NFPROTO_IPV4 and NFPROTO_IPV6 of <linux/netfilter.h>. */
export const TABLE_FAMILIES = { ip: 2, ip6: 10 } as const
export type TableFamily = keyof typeof TABLE_FAMILIES

/** <linux/netfilter/nfnetlink.h>, <linux/netfilter/nf_tables.h>: the numbers in use here, by the kernel's names. */
export const NF = {
  NFNL_SUBSYS_NFTABLES: 10,
  NFT_MSG_NEWTABLE: 0,
  NFT_MSG_DELTABLE: 2,
  NFT_MSG_NEWCHAIN: 3,
  NFT_MSG_NEWRULE: 6,
  NFTA_TABLE_NAME: 1,
  NFTA_TABLE_FLAGS: 2,
  NFT_TABLE_F_OWNER: 2,
  NFTA_CHAIN_TABLE: 1,
  NFTA_CHAIN_NAME: 3,
  NFTA_CHAIN_HOOK: 4,
  NFTA_CHAIN_POLICY: 5,
  NFTA_CHAIN_TYPE: 7,
  NFTA_HOOK_HOOKNUM: 1,
  NFTA_HOOK_PRIORITY: 2,
  NFTA_RULE_TABLE: 1,
  NFTA_RULE_CHAIN: 2,
  NFTA_RULE_EXPRESSIONS: 4,
  NFTA_LIST_ELEM: 1,
  NFTA_EXPR_NAME: 1,
  NFTA_EXPR_DATA: 2,
  NFTA_PAYLOAD_DREG: 1,
  NFTA_PAYLOAD_BASE: 2,
  NFTA_PAYLOAD_OFFSET: 3,
  NFTA_PAYLOAD_LEN: 4,
  NFT_PAYLOAD_NETWORK_HEADER: 1,
  NFTA_BITWISE_SREG: 1,
  NFTA_BITWISE_DREG: 2,
  NFTA_BITWISE_LEN: 3,
  NFTA_BITWISE_MASK: 4,
  NFTA_BITWISE_XOR: 5,
  NFTA_CMP_SREG: 1,
  NFTA_CMP_OP: 2,
  NFTA_CMP_DATA: 3,
  NFT_CMP_EQ: 0,
  NFTA_DATA_VALUE: 1,
  NFTA_META_DREG: 1,
  NFTA_META_KEY: 2,
  NFT_META_OIF: 5,
  NFT_META_OIFNAME: 7,
  NFT_META_L4PROTO: 16,
  NFTA_IMMEDIATE_DREG: 1,
  NFTA_IMMEDIATE_DATA: 2,
  NFTA_MASQ_FLAGS: 1,
  NFTA_MASQ_REG_PROTO_MIN: 2,
  NFTA_MASQ_REG_PROTO_MAX: 3,
  NFTA_NAT_TYPE: 1,
  NFTA_NAT_FAMILY: 2,
  NFTA_NAT_REG_ADDR_MIN: 3,
  NFTA_NAT_REG_ADDR_MAX: 4,
  NFTA_NAT_REG_PROTO_MIN: 5,
  NFTA_NAT_REG_PROTO_MAX: 6,
  NFTA_NAT_FLAGS: 7,
  NFT_NAT_SNAT: 0,
} as const

const NLM_F_EXCL = 0x200
const NLM_F_CREATE = 0x400
const NLM_F_APPEND = 0x800
/** NF_INET_POST_ROUTING of <linux/netfilter.h>, and what nft calls the priority `srcnat` (NF_IP_PRI_NAT_SRC). */
const POST_ROUTING = 4
const SOURCE_NAT = 100
const ACCEPT = 1
const CHAIN = 'postrouting'

/** Words of the record's header: the nfgenmsg of the message that begins the transaction. */
const RESOURCE_ID = 2

/** An empty transaction with nf_tables. */
export function beginTransaction(session: Session, operation: string): Program {
  return asTransaction(session.begin(operation, 'transaction'))
}

export function asTransaction(program: Program): Program {
  program.header(RESOURCE_ID, NF.NFNL_SUBSYS_NFTABLES)
  return program
}

function open(program: Program, message: number, flags: number, family: TableFamily): void {
  program.message((NF.NFNL_SUBSYS_NFTABLES << 8) | message, flags, TABLE_FAMILIES[family])
}

/** A table; with `owner`, one that goes with the socket. */
export function newTable(program: Program, family: TableFamily, table: string, owner: boolean): void {
  open(program, NF.NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, family)
  program.string(NF.NFTA_TABLE_NAME, table)
  program.be32(NF.NFTA_TABLE_FLAGS, owner ? NF.NFT_TABLE_F_OWNER : 0)
  program.end()
}

export function deleteTable(program: Program, family: TableFamily, table: string): void {
  open(program, NF.NFT_MSG_DELTABLE, 0, family)
  program.string(NF.NFTA_TABLE_NAME, table)
  program.end()
}

/** The chain that looks at packets as they leave, before anything else has changed their source. */
export function newChain(program: Program, family: TableFamily, table: string): void {
  open(program, NF.NFT_MSG_NEWCHAIN, NLM_F_CREATE, family)
  program.string(NF.NFTA_CHAIN_TABLE, table)
  program.string(NF.NFTA_CHAIN_NAME, CHAIN)
  program.string(NF.NFTA_CHAIN_TYPE, 'nat')
  program.be32(NF.NFTA_CHAIN_POLICY, ACCEPT)
  program.nest(NF.NFTA_CHAIN_HOOK)
  program.be32(NF.NFTA_HOOK_HOOKNUM, POST_ROUTING)
  program.be32(NF.NFTA_HOOK_PRIORITY, SOURCE_NAT)
  program.end()
  program.end()
}

/** A rule at the end of that chain; `expressions` writes what it is made of. */
export function newRule(program: Program, family: TableFamily, table: string, expressions: () => void): void {
  open(program, NF.NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family)
  program.string(NF.NFTA_RULE_TABLE, table)
  program.string(NF.NFTA_RULE_CHAIN, CHAIN)
  program.nest(NF.NFTA_RULE_EXPRESSIONS)
  expressions()
  program.end()
  program.end()
}

/** One expression of a rule. Registers are numbered from 1. */
function expression(program: Program, name: string, data: () => void): void {
  program.nest(NF.NFTA_LIST_ELEM)
  program.string(NF.NFTA_EXPR_NAME, name)
  program.nest(NF.NFTA_EXPR_DATA)
  data()
  program.end()
  program.end()
}

const FIRST = 1

function value(program: Program, attribute: number, bytes: Uint8Array): void {
  program.nest(attribute)
  program.octets(NF.NFTA_DATA_VALUE, bytes)
  program.end()
}

/** Loads bytes of the IP header. */
export function loadPayload(program: Program, offset: number, length: number): void {
  expression(program, 'payload', () => {
    program.be32(NF.NFTA_PAYLOAD_DREG, FIRST)
    program.be32(NF.NFTA_PAYLOAD_BASE, NF.NFT_PAYLOAD_NETWORK_HEADER)
    program.be32(NF.NFTA_PAYLOAD_OFFSET, offset)
    program.be32(NF.NFTA_PAYLOAD_LEN, length)
  })
}

export function loadMeta(program: Program, key: number): void {
  expression(program, 'meta', () => {
    program.be32(NF.NFTA_META_KEY, key)
    program.be32(NF.NFTA_META_DREG, FIRST)
  })
}

/** Keeps the bits of the mask of what was loaded. */
export function mask(program: Program, bytes: Uint8Array): void {
  expression(program, 'bitwise', () => {
    program.be32(NF.NFTA_BITWISE_SREG, FIRST)
    program.be32(NF.NFTA_BITWISE_DREG, FIRST)
    program.be32(NF.NFTA_BITWISE_LEN, bytes.length)
    value(program, NF.NFTA_BITWISE_MASK, bytes)
    value(program, NF.NFTA_BITWISE_XOR, new Uint8Array(bytes.length))
  })
}

/** Ends the rule for packets of which something else was loaded. */
export function mustBe(program: Program, bytes: Uint8Array): void {
  expression(program, 'cmp', () => {
    program.be32(NF.NFTA_CMP_SREG, FIRST)
    program.be32(NF.NFTA_CMP_OP, NF.NFT_CMP_EQ)
    value(program, NF.NFTA_CMP_DATA, bytes)
  })
}

export function immediate(program: Program, register: number, bytes: Uint8Array): void {
  expression(program, 'immediate', () => {
    program.be32(NF.NFTA_IMMEDIATE_DREG, register)
    value(program, NF.NFTA_IMMEDIATE_DATA, bytes)
  })
}

/** Registers that hold the ends of a range; undefined where there is none. */
export interface Registers {
  readonly addresses: readonly number[]
  readonly ports: readonly number[]
}

/** Gives the packet the address of the link that it leaves by. */
export function masquerade(program: Program, { ports: [first, last] }: Registers, flags: number): void {
  expression(program, 'masq', () => {
    if (flags !== 0) program.be32(NF.NFTA_MASQ_FLAGS, flags)
    if (first !== undefined) program.be32(NF.NFTA_MASQ_REG_PROTO_MIN, first)
    if (last !== undefined) program.be32(NF.NFTA_MASQ_REG_PROTO_MAX, last)
  })
}

/** Gives the packet a certain source. */
export function sourceNat(program: Program, family: TableFamily, { addresses, ports }: Registers, flags: number): void {
  const [firstAddress, lastAddress] = addresses
  const [firstPort, lastPort] = ports
  expression(program, 'nat', () => {
    program.be32(NF.NFTA_NAT_TYPE, NF.NFT_NAT_SNAT)
    program.be32(NF.NFTA_NAT_FAMILY, TABLE_FAMILIES[family])
    if (firstAddress !== undefined) program.be32(NF.NFTA_NAT_REG_ADDR_MIN, firstAddress)
    if (lastAddress !== undefined) program.be32(NF.NFTA_NAT_REG_ADDR_MAX, lastAddress)
    if (firstPort !== undefined) program.be32(NF.NFTA_NAT_REG_PROTO_MIN, firstPort)
    if (lastPort !== undefined) program.be32(NF.NFTA_NAT_REG_PROTO_MAX, lastPort)
    if (flags !== 0) program.be32(NF.NFTA_NAT_FLAGS, flags)
  })
}
