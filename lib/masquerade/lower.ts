import { LITTLE_ENDIAN } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import type { Cidr } from '../values/cidr.ts'
import { LONGEST_NAME } from '../values/link-name.ts'
import {
  deleteTable,
  immediate,
  loadMeta,
  loadPayload,
  mask,
  masquerade,
  mustBe,
  NF,
  newChain,
  newRule,
  newTable,
  sourceNat,
  type TableFamily,
} from './nf-tables.ts'
import { familyOf, type OutLink, type Plan } from './options.ts'

/** What a message of the transaction is for. */
export interface Step {
  readonly what: 'transaction' | 'table' | 'chain' | 'rule'
  readonly family?: TableFamily
  readonly source?: string
  readonly out?: string | undefined
}

const WHOLE: Step = { what: 'transaction' }
/** IPPROTO_TCP and IPPROTO_UDP. Only they have ports; nft wants the protocol named before it maps any. */
const WITH_PORTS = [6, 17]

export function familiesOf(plan: Plan): TableFamily[] {
  return [...new Set(plan.sources.map(familyOf))].sort()
}

/** Writes all of it. Answers what each message is for, the first being the transaction itself. */
export function lowerPlan(program: Program, plan: Plan, table: string, owner: boolean): Step[] {
  const steps: Step[] = [WHOLE]
  for (const family of familiesOf(plan)) {
    newTable(program, family, table, owner)
    newChain(program, family, table)
    steps.push({ what: 'table', family }, { what: 'chain', family })
    for (const source of plan.sources.filter(given => familyOf(given) === family)) {
      for (const out of plan.out.length === 0 ? [undefined] : plan.out) {
        // Without ports, one rule; else one for each protocol that has some, and one for the rest.
        for (const protocol of plan.ports.length === 0 ? [undefined] : [...WITH_PORTS, undefined]) {
          newRule(program, family, table, () => lowerRule(program, family, plan, source.value, out?.value, protocol))
          steps.push({ what: 'rule', family, source: source.option, out: out?.option })
        }
      }
    }
  }
  return steps
}

/** Writes the end of it. */
export function lowerRemoval(program: Program, families: readonly TableFamily[], table: string): Step[] {
  for (const family of families) deleteTable(program, family, table)
  return [WHOLE, ...families.map(family => ({ what: 'table', family }) as const)]
}

function lowerRule(
  program: Program,
  family: TableFamily,
  plan: Plan,
  source: Cidr,
  out: OutLink | undefined,
  protocol: number | undefined,
): void {
  matchSource(program, source)
  if (out !== undefined) matchLink(program, out)
  if (protocol !== undefined) {
    loadMeta(program, NF.NFT_META_L4PROTO)
    mustBe(program, Uint8Array.of(protocol))
  }
  const ports = protocol === undefined ? [] : plan.ports.map(bytesOfPort)
  const values = [...plan.addresses, ...ports]
  for (const [i, bytes] of values.entries()) immediate(program, i + 1, bytes)
  const numbers = values.map((_, i) => i + 1)
  const registers = { addresses: numbers.slice(0, plan.addresses.length), ports: numbers.slice(plan.addresses.length) }
  const flags = ports.length === 0 ? plan.flags & ~PROTOCOL_SPECIFIED : plan.flags
  if (plan.addresses.length === 0) masquerade(program, registers, flags)
  else sourceNat(program, family, registers, flags)
}

/** NF_NAT_RANGE_PROTO_SPECIFIED. */
const PROTOCOL_SPECIFIED = 2

/** Where `saddr` stands in the header. */
const SOURCE_OFFSET = { 4: 12, 16: 8 } as const

/** As nft does it: whole bytes of the prefix are compared, other prefixes go through a mask. */
function matchSource(program: Program, { bytes, prefix }: Cidr): void {
  if (prefix === 0) return
  const whole = prefix % 8 === 0
  const length = whole ? prefix / 8 : bytes.length
  loadPayload(program, SOURCE_OFFSET[bytes.length as 4 | 16], length)
  if (!whole) mask(program, maskOf(bytes.length, prefix))
  mustBe(program, bytes.subarray(0, length))
}

function maskOf(length: number, prefix: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))) & 0xff)
}

/** A name with its NUL and zeros is the whole name, one without is the start of one. */
function matchLink(program: Program, out: OutLink): void {
  loadMeta(program, 'index' in out ? NF.NFT_META_OIF : NF.NFT_META_OIFNAME)
  mustBe(program, 'index' in out ? bytesOfIndex(out.index) : bytesOfName(out.name, out.wildcard))
}

function bytesOfName(text: string, wildcard: boolean): Uint8Array {
  const name = Buffer.from(text)
  return wildcard ? name : Buffer.concat([name, Buffer.alloc(LONGEST_NAME + 1 - name.length)])
}

function bytesOfIndex(index: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, index, LITTLE_ENDIAN)
  return bytes
}

function bytesOfPort(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 0xff)
}
