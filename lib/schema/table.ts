import { invalidValue, missingOption, unknownOption } from '../errors.ts'
import type { Field, Row, Rows } from './field.ts'
import type { Reports, UnknownAttribute } from './infer.ts'
import { align, type Message } from './message.ts'
import type { Program } from './program.ts'
import { type Shape, shapeOf } from './shape.ts'

/** Builds an object from filled slots, which it may amend first. */
export type Construct<T> = (slots: unknown[], shape: Shape) => T

export interface TableOptions {
  /** Bytes of the struct at the start of the payload (a message's header, or VETH_INFO_PEER's ifinfomsg). */
  headerLength?: number
  /** Attribute numbers that are known and mean nothing: padding. By kernel constant. */
  padding?: Readonly<Record<string, number>>
  /** What `list` returns may be passed back, so read-only keys are passed over rather than refused. */
  acceptsListed?: boolean
}

/**
 * Which message of a call is being written: the one that creates, the one right behind it with what the kernel does not take
 * on creation, or one that changes.
 */
export type Phase = 'create' | 'afterCreation' | 'change'

const NONE: ReadonlySet<string> = new Set()

/** Rows that stand together in one nest or message. */
export class Table<R extends Rows = Rows> {
  readonly name: string
  readonly rows: R
  readonly headerLength: number
  readonly padding: Readonly<Record<string, number>>
  readonly #byKey = new Map<string, Field>()
  readonly #byNumber: (Field | undefined)[] = []
  readonly #headerFields: Field[] = []
  readonly #required: string[] = []
  readonly #secret: string[] = []
  readonly #acceptsListed: boolean
  readonly #keys: string[] = []
  readonly #shape: Shape
  #slots: unknown[]
  #busy = false

  constructor(name: string, rows: R, options: TableOptions = {}) {
    this.name = name
    this.rows = rows
    this.headerLength = options.headerLength ?? 0
    this.padding = options.padding ?? {}
    this.#acceptsListed = options.acceptsListed ?? false
    for (const key of Object.keys(rows)) this.#add(key, rows[key] as Row as Field)
    for (const number of Object.values(this.padding)) this.#byNumber[number] ??= undefined
    this.#keys.push('unknown')
    this.#slots = new Array(this.#keys.length).fill(undefined)
    this.#shape = shapeOf(name, this.#keys)
  }

  /** Names of the slots, in order. One that starts with `$` is no property of the decoded object: a `Construct` spreads it. */
  get keys(): readonly string[] {
    return this.#keys
  }

  #add(key: string, field: Field): void {
    this.#byKey.set(key, field)
    if (field.access === 'required' || field.access === 'fixed') this.#required.push(key)
    if (field.slot >= 0 && field.slot !== this.#keys.length)
      throw new Error(`${this.name}.${key}: a row that two tables share must stand at the same place in both`)
    field.slot = this.#keys.length
    this.#keys.push(key)
    if (field.secret) this.#secret.push(key)
    if (field.place === 'header') this.#headerFields.push(field)
    if (field.place !== 'attribute') return
    this.#byNumber[field.number] = field
    for (const twin of field.twins) this.#byNumber[twin.number] = field
  }

  field(key: string): Field | undefined {
    return this.#byKey.get(key)
  }

  /**
   * Writes the options that belong into this phase's message; unknown and read-only ones are the caller's mistake.
   * Answers whether some are left for the message after creation. `passOver` has keys that are lowered elsewhere.
   */
  lower(program: Program, options: object, phase: Phase, passOver: ReadonlySet<string> = NONE): boolean {
    let rest = false
    const byKey = this.#byKey
    for (const key in options) {
      const value = (options as Record<string, unknown>)[key]
      if (value === undefined || passOver.has(key)) continue
      program.at(key)
      const field = byKey.get(key)
      if (field === undefined) this.refuse(program, key)
      else if (field.access === 'readOnly') this.#readOnly(program)
      else if (phase === 'create' && field.afterCreation) rest = true
      else if (phase !== 'afterCreation' || field.afterCreation) {
        if (phase === 'change') checkChangeable(program, field)
        field.lower(program, value)
      }
    }
    if (phase === 'create') this.#checkRequired(program, options as Record<string, unknown>)
    return rest
  }

  #readOnly(program: Program): void {
    if (!this.#acceptsListed) throw invalidValue(program.operation, program.option, 'is read-only')
  }

  #checkRequired(program: Program, options: Record<string, unknown>): void {
    const required = this.#required
    for (let i = 0; i < required.length; i++) {
      const key = required[i]
      if (options[key] !== undefined) continue
      program.at(key)
      throw missingOption(program.operation, program.option)
    }
  }

  /** Throws for options that are no rows, read-only or not. So that a misspelt option is called that, and the one it was to be not missing. */
  checkKeys(program: Program, options: object): void {
    for (const key of Object.keys(options)) {
      program.at(key)
      if (!this.#byKey.has(key)) this.refuse(program, key)
    }
  }

  /** Throws for a key that is no row, with the nearest name that is one. */
  refuse(program: Program, key: string, others: readonly string[] = []): never {
    if (key === 'unknown' && this.#acceptsListed) return undefined as never
    throw unknownOption(program.operation, program.option, [...this.#byKey.keys(), ...others])
  }

  /** Reads attributes between two offsets, after the header struct where the table has one. */
  decode(message: Message, start: number, end: number): Reports<R> {
    return this.shape(message, start, end) as Reports<R>
  }

  /** As `decode`; `construct`, when given, builds the object from the slots, with the help of the generated shape. */
  shape<T>(message: Message, start: number, end: number, construct?: Construct<T>): T {
    const slots = this.#busy ? new Array(this.#keys.length).fill(undefined) : this.#slots
    const owner = !this.#busy
    this.#busy = true
    try {
      this.#fill(slots, message, start, end)
      const object = construct === undefined ? (this.#shape(slots) as T) : construct(slots, this.#shape)
      if (this.#secret.length > 0) this.#hideSecrets(object)
      return object
    } finally {
      if (owner) {
        slots.fill(undefined)
        this.#busy = false
      }
    }
  }

  /** There for who asks, and for nobody who prints, copies or serializes the object. */
  #hideSecrets(object: unknown): void {
    if (typeof object !== 'object' || object === null) return
    for (const key of this.#secret) if (key in object) Object.defineProperty(object, key, { enumerable: false })
  }

  #fill(slots: unknown[], message: Message, start: number, end: number): void {
    const header = this.#headerFields
    for (let i = 0; i < header.length; i++) {
      const field = header[i]
      if (start + field.number + field.minLength <= end)
        slots[field.slot] = field.decode(message, start + field.number, field.minLength)
    }
    let offset = start + align(this.headerLength)
    while (offset + 4 <= end) {
      const length = message.u16(offset)
      if (length < 4 || offset + length > end) break
      const type = message.u16(offset + 2) & 0x3fff
      const field = this.#byNumber[type]
      if (field !== undefined && length - 4 >= field.minLength)
        slots[field.slot] = field.decode(message, offset + 4, length - 4, type, slots[field.slot])
      else if (field === undefined ? !(type in this.#byNumber) : !field.secret)
        this.#keepUnknown(slots, message, type, offset, length)
      offset += align(length)
    }
  }

  #keepUnknown(slots: unknown[], message: Message, type: number, offset: number, length: number): void {
    const last = this.#keys.length - 1
    slots[last] ??= []
    ;(slots[last] as UnknownAttribute[]).push({ type, bytes: message.copy(offset + 4, length - 4) })
  }

  /** Path of the option whose attribute stands at `target`, or encloses it; undefined when there is none between the offsets. */
  locate(message: Message, start: number, end: number, target: number): string | undefined {
    if (target < start + this.headerLength) return this.#locateHeader(target - start)
    let offset = start + align(this.headerLength)
    while (offset + 4 <= end) {
      const length = message.u16(offset)
      if (length < 4 || offset + length > end) return undefined
      if (target >= offset && target < offset + align(length)) return this.#locateIn(message, offset, length, target)
      offset += align(length)
    }
    return undefined
  }

  #locateHeader(target: number): string | undefined {
    const field = this.#headerFields.find(row => target >= row.number && target < row.number + row.minLength)
    return field === undefined ? undefined : this.#keys[field.slot]
  }

  #locateIn(message: Message, offset: number, length: number, target: number): string | undefined {
    const field = this.#byNumber[message.u16(offset + 2) & 0x3fff]
    if (field === undefined) return undefined
    const key = this.#keys[field.slot]
    if (field.locate === undefined || target === offset) return key
    const below = field.locate(message, offset + 4, offset + length, target)
    if (below === undefined) return key
    return key.startsWith('$') ? below : `${key}.${below}`
  }

  /** The option with that attribute number; the kernel's constant never leaves the tables otherwise. */
  keyOf(number: number): string | undefined {
    const field = this.#byNumber[number]
    return field === undefined ? undefined : this.#keys[field.slot]
  }
}

function checkChangeable(program: Program, { access }: Field): void {
  if (access === 'create' || access === 'fixed')
    throw invalidValue(program.operation, program.option, 'can only be given on creation')
}
