import { invalidValue, outOfRange } from '../errors.ts'
import type { Program } from '../schema/program.ts'
import { NO_PREFIX, parseCidr } from '../values/cidr.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'

const EXPECTED = 'an address with or without its prefix length, such as "192.168.1.10/24"'

/** What several options of one address say together; the rows read it while they are lowered. One at a time, as programs are. */
export class Subject {
  family = 0
  length = 0
  prefixLength = 0
  hasPeer = false
  validLifetime: number | undefined
  preferredLifetime: number | undefined
  readonly local = new Uint8Array(16)
  readonly peer = new Uint8Array(16)

  /** Reads the address and its peer, which share a prefix length that may stand at either. */
  read(program: Program, address: unknown, peer: unknown): void {
    this.validLifetime = undefined
    this.preferredLifetime = undefined
    const own = parse(program, 'address', address, this.local)
    const other = peer === undefined ? own : parse(program, 'peer', peer, this.peer)
    if (other >> 8 !== own >> 8) throw invalidValue(program.operation, 'peer', 'is of another address family than "address"')
    this.hasPeer = peer !== undefined
    this.length = own >> 8
    this.family = this.length === 4 ? AF_INET : AF_INET6
    this.prefixLength = this.#prefixLength(program, own & 0xff, other & 0xff)
  }

  #prefixLength(program: Program, own: number, other: number): number {
    if (own !== other && own !== NO_PREFIX && other !== NO_PREFIX) {
      throw invalidValue(program.operation, 'peer', `has prefix length ${other}, and "address" has ${own}: they share one`)
    }
    const given = own === NO_PREFIX ? other : own
    return given === NO_PREFIX ? this.length * 8 : given
  }

  /** The bytes at the far end: the peer's, or the address itself. */
  get far(): Uint8Array {
    return this.hasPeer ? this.peer : this.local
  }

  /** The broadcast address of the network: all host bits set, or none. Undefined where a network has no room for one, as `ip` has it. */
  broadcast(bit: 0 | 1): Uint8Array | undefined {
    if (this.length !== 4 || this.prefixLength > 30) return undefined
    const bytes = this.far.slice(0, 4)
    for (let i = this.prefixLength; i < 32; i++) {
      const mask = 0x80 >> (i & 7)
      bytes[i >> 3] = bit === 1 ? bytes[i >> 3] | mask : bytes[i >> 3] & ~mask
    }
    return bytes
  }
}

function parse(program: Program, option: string, value: unknown, into: Uint8Array): number {
  program.at(option)
  if (typeof value !== 'string') program.expected(EXPECTED, value)
  const parsed = parseCidr(value, into, 0)
  if (parsed === 0) program.expected(EXPECTED, value)
  if (parsed < 0) throw outOfRange(program.operation, option, `a prefix length from 0 to ${-parsed * 8}`, JSON.stringify(value))
  return parsed
}

export const subject = new Subject()
