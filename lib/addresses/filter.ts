import { invalidType } from '../errors.ts'
import type { Matcher } from '../protocol/filtered-dump.ts'
import { checkKeys } from '../schema/check-options.ts'
import { Enumeration } from '../schema/enums.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { checkBoolean, checkInteger } from '../schema/scalars.ts'
import { type Cidr, contains, readCidr } from '../values/cidr.ts'
import { FAMILIES } from '../values/family.ts'
import type { Address } from './address.ts'
import { protocols, scopes } from './attributes.ts'
import { IFADDR } from './header.ts'

const IFA_TARGET_NETNSID = 10

/** Which addresses to list or flush. All given conditions hold for every address found. */
export interface AddressFilter {
  /** Addresses of this link. Filtered in the kernel. */
  link?: LinkReference | undefined
  /** `'inet'` or `'inet6'`. Filtered in the kernel. Default: both. */
  family?: Address['family'] | undefined
  /** This very address. With a prefix length, that has to be the same too. */
  address?: string | undefined
  /** Addresses inside this network. Same as `ip address show to`. */
  to?: string | undefined
  scope?: Address['scope'] | undefined
  label?: string | undefined
  protocol?: Address['protocol'] | undefined
  metric?: number | undefined
  secondary?: boolean | undefined
  temporary?: boolean | undefined
  tentative?: boolean | undefined
  dadFailed?: boolean | undefined
  deprecated?: boolean | undefined
  permanent?: boolean | undefined
  noPrefixRoute?: boolean | undefined
  manageTemporary?: boolean | undefined
  /** Lists the addresses of another namespace, by its id in this one. Filtered in the kernel; only for `list` and `stream`. */
  targetNetnsid?: number | undefined
}

const SWITCHES = [
  'secondary',
  'temporary',
  'tentative',
  'dadFailed',
  'deprecated',
  'permanent',
  'noPrefixRoute',
  'manageTemporary',
] as const
const PLAIN = ['family', 'scope', 'label', 'protocol', 'metric', ...SWITCHES] as const
const KEYS: readonly string[] = ['link', 'address', 'to', 'targetNetnsid', ...PLAIN]

const families = new Enumeration(FAMILIES)

type Test = (address: Address) => boolean

export class AddressMatcher implements Matcher<Address> {
  readonly #tests: Test[] = []
  readonly linkName: string | undefined
  readonly #link: number | undefined
  readonly #family: number
  readonly #targetNetnsid: number | undefined

  constructor(program: Program, filter: AddressFilter) {
    checkKeys(program.operation, filter, KEYS)
    program.at('link')
    const link = filter.link === undefined ? undefined : linkNameOrIndex(program, filter.link)
    this.linkName = typeof link === 'string' ? link : undefined
    this.#link = typeof link === 'number' ? link : undefined
    this.#family = checkFamily(program, filter.family)
    this.#targetNetnsid = checkNetnsid(program, filter.targetNetnsid)
    this.#addTests(program, filter)
  }

  #addTests(program: Program, filter: AddressFilter): void {
    for (const key of SWITCHES) {
      program.at(key)
      if (filter[key] !== undefined) checkBoolean(program, filter[key])
    }
    for (const key of PLAIN) {
      const wanted = key === 'scope' || key === 'protocol' ? nameOf(program, key, filter[key]) : filter[key]
      if (wanted !== undefined) this.#tests.push(address => address[key] === wanted)
    }
    if (filter.address !== undefined) this.#tests.push(sameAddress(program, filter.address))
    if (filter.to !== undefined) this.#tests.push(inside(program, filter.to))
  }

  get isStrict(): boolean {
    return this.#link !== undefined || this.linkName !== undefined || this.#targetNetnsid !== undefined
  }

  lower(program: Program, loose: boolean): void {
    program.header(IFADDR.family.word, this.#family)
    if (loose) return
    program.at('link')
    if (this.#link !== undefined) program.header(IFADDR.index.word, this.#link)
    if (this.linkName !== undefined) program.headerIndex(this.linkName)
    if (this.#targetNetnsid !== undefined) program.u32(IFA_TARGET_NETNSID, this.#targetNetnsid)
  }

  /** Asked for the addresses of one link, the kernel does not say that they changed meanwhile (inet_dump_ifaddr() in net/ipv4/devinet.c). */
  get lowerMarked(): ((program: Program) => void) | undefined {
    if (this.#link === undefined && this.linkName === undefined) return undefined
    return program => {
      program.header(IFADDR.family.word, this.#family)
      if (this.#targetNetnsid !== undefined) program.u32(IFA_TARGET_NETNSID, this.#targetNetnsid)
    }
  }

  /** Of another namespace it is not known here. */
  get linkIndex(): number | undefined {
    return this.#targetNetnsid === undefined ? this.#link : undefined
  }

  matches(address: Address, link = this.#link): boolean {
    if (link !== undefined && address.link !== link) return false
    if (address.family !== 'inet' && address.family !== 'inet6') return false
    return this.#tests.every(test => test(address))
  }
}

function checkFamily(program: Program, family: unknown): number {
  program.at('family')
  return family === undefined ? 0 : families.toNumber(program, family, 0xff)
}

function checkNetnsid(program: Program, id: unknown): number | undefined {
  if (id === undefined) return undefined
  program.at('targetNetnsid')
  checkInteger(program, id, 0, 0x7fff_ffff)
  return id
}

/** Numbers that have a name are given as either, and reported by name. */
function nameOf(program: Program, key: 'scope' | 'protocol', value: unknown): unknown {
  if (value === undefined) return undefined
  program.at(key)
  const names = key === 'scope' ? scopes : protocols
  return names.toName(names.toNumber(program, value, 0xff))
}

function parse(program: Program, option: string, text: unknown): Cidr {
  const cidr = typeof text === 'string' ? readCidr(text) : undefined
  if (cidr === undefined) throw invalidType(program.operation, option, 'an address or a network, such as "10.0.0.0/8"', text)
  return cidr
}

function sameAddress(program: Program, text: string): Test {
  const wanted = parse(program, 'address', text)
  const exact = text.includes('/')
  const whole: Cidr = { bytes: wanted.bytes, prefix: wanted.bytes.length * 8 }
  return ({ local, prefixLength }) => contains(whole, readCidr(local) as Cidr) && (!exact || prefixLength === wanted.prefix)
}

function inside(program: Program, text: string): Test {
  const outer = parse(program, 'to', text)
  return ({ local }) => contains(outer, readCidr(local) as Cidr)
}
