import type { Message } from './message.ts'
import type { Program } from './program.ts'

/**
 * Who may set a row. `required`: must stand in a creating call, may stand in a changing one. `fixed`: must stand in a creating call,
 * only there. `create`: may stand in a creating call, only there. `writeOnly`: a command, never reported. `readOnly`: reported, never sent.
 */
export type Access = 'readWrite' | 'required' | 'fixed' | 'create' | 'writeOnly' | 'readOnly'

/** Whether the kernel has always sent this row: then the result's type says so. */
export type Presence = 'always' | 'sometimes'

/** What every row may say beside its number and its kernel constant. */
export interface RowOptions<A extends Access = Access, P extends Presence = Presence> {
  /** Default `'readWrite'`. */
  access?: A
  /** Default `'sometimes'`. */
  present?: P
  /** Unit of the number, for the reference pages and messages: `'s'`, `'bytes'`. */
  unit?: string
  /** The kernel ignores or refuses the attribute in a creating message: it goes into a second one, right behind. */
  afterCreation?: boolean
  /** Key material: no message quotes it, and the property of a reported object is not enumerable, so that nobody logs it by the way. */
  secret?: boolean
}

/** Reads a payload, whose length is checked. */
export type Decode<Out> = (message: Message, offset: number, length: number, type?: number, before?: unknown) => Out

/** What the vocabulary gives to make a field. */
export interface FieldParts<In, Out> {
  /** Wire form, for the reference pages: `'u32'`, `'be16'`, `'nest'`. */
  wire: string
  /** Values allowed, for the reference pages. */
  allowed?: string
  /** Shorter payloads are kept as unknown bytes. */
  minLength: number
  lower: (program: Program, value: In) => void
  /** `type` and `before` are for rows of several attributes: which one this is, and what those before it have come to. */
  decode: Decode<Out>
  /** What a change to `given` is, where the kernel wants the whole: the rest of it stays as `now` has it. */
  merge?: (now: unknown, given: In) => unknown
  /** Other attributes that this row reads or writes, such as the IPv6 twin of an IPv4 attribute. */
  twins?: readonly Twin[]
  /** Path of the option below this one that stands at `target`, where the payload has options of its own. */
  locate?: Locate
  /** Option below this one with that attribute number, for "missing attribute" reports. */
  keyOf?: (number: number) => string | undefined
  /** Rows of the payload, for audits and reference pages. */
  nested?: NestedRows
}

export interface Twin {
  readonly number: number
  readonly constant: string
}

/** A table of rows, as far as audits and reference pages look into it. */
export interface NestedRows {
  readonly name: string
  readonly rows: Rows
}

/** Finds the option whose attribute starts at `target`, or encloses it, between two offsets. Undefined: the option itself. */
export type Locate = (message: Message, start: number, end: number, target: number) => string | undefined

/** Fields at a fixed place of the message's header struct have a byte offset instead of an attribute number. */
export type Place = 'attribute' | 'header' | 'none'

/**
 * One row: everything that is known about one attribute. In is what callers give, Out what they get. All rows share one
 * class, so that the loops over them stay monomorphic.
 */
export class Field<In = any, Out = any, A extends Access = any, P extends Presence = any> {
  readonly place: Place
  readonly number: number
  readonly constant: string
  readonly access: A
  readonly present: P
  readonly unit: string | undefined
  readonly afterCreation: boolean
  readonly secret: boolean
  readonly wire: string
  readonly allowed: string | undefined
  readonly minLength: number
  readonly lower: (program: Program, value: In) => void
  readonly decode: Decode<Out>
  readonly merge: ((now: unknown, given: In) => unknown) | undefined
  readonly twins: readonly Twin[]
  readonly locate: Locate | undefined
  readonly keyOf: ((number: number) => string | undefined) | undefined
  readonly nested: NestedRows | undefined
  /** Set by the table that the row belongs to. */
  slot = -1

  constructor(place: Place, number: number, constant: string, options: RowOptions<A, P>, parts: FieldParts<In, Out>) {
    this.place = place
    this.number = number
    this.constant = constant
    this.access = options.access ?? ('readWrite' as A)
    this.present = options.present ?? ('sometimes' as P)
    this.unit = options.unit
    this.afterCreation = options.afterCreation ?? false
    this.wire = parts.wire
    this.allowed = parts.allowed
    this.minLength = parts.minLength
    this.secret = options.secret ?? false
    this.lower = this.secret ? (program, value) => program.keepSecret(() => parts.lower(program, value)) : parts.lower
    this.decode = parts.decode
    this.merge = parts.merge
    this.twins = parts.twins ?? []
    this.locate = parts.locate
    this.keyOf = parts.keyOf
    this.nested = parts.nested
  }
}

/** What a table asks of a row's type: nothing that would make the compiler guess a row's access from where it stands. */
export interface Row {
  readonly number: number
  readonly constant: string
  readonly wire: string
}

export type Rows = Record<string, Row>
