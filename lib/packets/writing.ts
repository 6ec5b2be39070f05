import { didYouMean, invalidType, invalidValue, missingOption, outOfRange, unknownOption } from '../errors.ts'
import { checkObject } from '../schema/check-options.ts'
import { parseIpv4, parseIpv6 } from '../values/ip.ts'
import { parseMac } from '../values/mac.ts'

type Given = Readonly<Record<string, unknown>>

/** A header that is being built from a caller's options, with its payload behind. */
export class Writing {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #operation: string
  readonly #path: string
  readonly #options: Given

  /** `path` stands before the names of options in errors: `'tags[0].'`. */
  constructor(operation: string, options: object, known: readonly string[], headerLength: number, path = '') {
    checkObject(operation, options)
    for (const key of Object.keys(options)) if (!known.includes(key)) throw unknownOption(operation, `${path}${key}`, known)
    this.#operation = operation
    this.#path = path
    this.#options = options as Given
    const payload = this.#payload()
    this.bytes = new Uint8Array(headerLength + payload.length)
    this.bytes.set(payload, headerLength)
    this.#view = new DataView(this.bytes.buffer)
  }

  #payload(): Uint8Array {
    const { payload } = this.#options
    if (payload === undefined) return new Uint8Array()
    if (!(payload instanceof Uint8Array)) throw invalidType(this.#operation, `${this.#path}payload`, 'a Uint8Array', payload)
    return payload
  }

  putU8(at: number, value: number): void {
    this.bytes[at] = value
  }

  putU16(at: number, value: number): void {
    this.#view.setUint16(at, value)
  }

  putU32(at: number, value: number): void {
    this.#view.setUint32(at, value)
  }

  /** A whole number from 0 to `max`; `otherwise` when it is not given, and an error when that is undefined. */
  number(option: string, max: number, otherwise?: number): number {
    const value = this.#options[option]
    if (value === undefined && otherwise !== undefined) return otherwise
    if (value === undefined) throw missingOption(this.#operation, this.#path + option)
    if (typeof value !== 'number') throw invalidType(this.#operation, this.#path + option, 'a whole number', value)
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw outOfRange(this.#operation, this.#path + option, `a whole number from 0 to ${max}`, value)
    return value
  }

  flag(option: string): boolean {
    const value = this.#options[option] ?? false
    if (typeof value !== 'boolean') throw invalidType(this.#operation, this.#path + option, 'a boolean', value)
    return value
  }

  named(option: string, names: Readonly<Record<string, number>>, max: number, otherwise?: number): number {
    const value = this.#options[option]
    if (typeof value !== 'string') return this.number(option, max, otherwise)
    const number = Object.hasOwn(names, value) ? names[value] : undefined
    if (number !== undefined) return number
    const known = Object.keys(names)
    throw invalidValue(
      this.#operation,
      this.#path + option,
      `${JSON.stringify(value)} is not one of ${known.map(name => `"${name}"`).join(', ')}${didYouMean(value, known)}`,
    )
  }

  putMac(at: number, option: string, otherwise?: string): void {
    const value = this.#text(option, otherwise)
    if (parseMac(value, this.bytes, at, 6) !== 6)
      throw invalidType(this.#operation, this.#path + option, 'a hardware address such as "02:00:00:00:00:01"', value)
  }

  putIpv4(at: number, option: string): void {
    const value = this.#text(option)
    if (!parseIpv4(value, this.bytes, at))
      throw invalidType(this.#operation, this.#path + option, 'an IPv4 address such as "192.0.2.1"', value)
  }

  putIpv6(at: number, option: string): void {
    const value = this.#text(option)
    if (!parseIpv6(value, this.bytes, at))
      throw invalidType(this.#operation, this.#path + option, 'an IPv6 address such as "2001:db8::1"', value)
  }

  #text(option: string, otherwise?: string): string {
    const value = this.#options[option] ?? otherwise
    if (value === undefined) throw missingOption(this.#operation, this.#path + option)
    if (typeof value !== 'string') throw invalidType(this.#operation, this.#path + option, 'text', value)
    return value
  }

  /** The mistake of an option whose value cannot be meant here. */
  refuse(option: string, reason: string): never {
    throw invalidValue(this.#operation, this.#path + option, reason)
  }
}
