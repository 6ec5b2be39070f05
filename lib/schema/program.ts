import { describeSecret, invalidType, invalidValue, missingOption, outOfRange, show } from '../errors.ts'
import { type Addon, HEADER, Op, PLACE_WORDS, SLICE_PREFIX, TextForm } from '../native/binding.ts'
import { readAddress } from './read-address.ts'

/** What a program needs to stay open until the request that it belongs to has ended: a namespace's descriptor, usually. */
export interface Pin {
  unpin(): void
}

/** How far a program has come. */
export type Mark = Pick<Program, 'length' | 'records' | 'placed' | 'texts'>

/** Bits of a record's id in a slice that say which entry it is of. Those from STEP_SHIFT on count the entry's messages. */
export const ENTRY_OF_ID = 0xffff
export const STEP_SHIFT = 16

const INITIAL_WORDS = 2048
const INITIAL_PLACES = 64
/** Longer texts are no address that the addon is asked to read. */
const LONGEST_ADDRESS = 63
/** nla_len is 16 bits and counts its own four bytes. */
const LARGEST_PAYLOAD = 0xffff - 4
const encoder = new TextEncoder()

/**
 * A wire program under construction: one record of binding.ts, written word by word by the fields of a table. It knows
 * where in the caller's options it is (`enter`, `at`), so that whoever refuses a value can name the option. Behind `length` all words are zero.
 */
export class Program {
  words = new Uint32Array(INITIAL_WORDS)
  bytes = new Uint8Array(this.words.buffer)
  length = 0
  /** How many records of a slice are closed. */
  records = 0
  pins: Pin[] | undefined
  operation = ''
  /**
   * Whether `addressLater` is open to those who write addresses. Reading text is most of the work with an entry until V8 has compiled it, so in a slice the addon
   * reads all addresses together, when the slice is complete.
   */
  readsLater = false
  /** Addresses to be read, one right behind another, and how many words of `#places` say where: binding.ts, Addon.readTexts(). */
  texts = ''
  placed = 0
  #places = new Uint32Array(INITIAL_PLACES)
  readonly #path: string[] = []
  #depth = 0
  #secrets = 0
  /** Where the record at hand begins, and where its fixed header does; `#header` may be that of a nest. */
  #record = 0
  #ownHeader = HEADER
  #header = HEADER

  /** Starts over with a zeroed header of that many words. */
  begin(operation: string, headerWords: number): this {
    this.operation = operation
    this.words.fill(0, 0, this.length)
    this.length = HEADER + headerWords
    this.releasePins()
    this.records = 0
    this.texts = ''
    this.placed = 0
    this.#depth = 0
    this.#record = 0
    this.#ownHeader = HEADER
    this.#header = HEADER
    return this
  }

  /** Opens a record inside a slice, with a zeroed header of that many words, closed by `endRecord`. */
  beginRecord(type: number, headerWords: number, id: number, flags: number, record: number): void {
    const words = SLICE_PREFIX + HEADER + headerWords
    this.#reserve(words)
    const start = this.length + SLICE_PREFIX
    this.#record = start
    this.words[start - 1] = type
    this.words[start] = id
    this.words[start + 1] = flags
    this.words[start + 2] = record
    this.length += words
    this.#depth = 0
    this.#ownHeader = start + HEADER
    this.#header = this.#ownHeader
  }

  /** Of the record at hand, where only its attributes have told. */
  recordType(type: number): void {
    this.words[this.#record - 1] = type
  }

  endRecord(): void {
    this.words[this.#record - SLICE_PREFIX] = this.length - this.#record
    this.records++
  }

  /** Takes back the records that were written since it had come that far. */
  rewind({ length, records, placed, texts }: Mark): void {
    this.words.fill(0, length, this.length)
    this.length = length
    this.records = records
    this.placed = placed
    this.texts = texts
  }

  /** The slice is complete. `batch`: how many of its records go to the kernel in one go; 0 for as many as elsewhere. */
  endSlice(batch: number): void {
    this.words[HEADER] = this.records
    this.words[HEADER + 1] = batch
  }

  /** Sets a word of the fixed header; fields count from 0. */
  header(field: number, value: number): void {
    this.words[this.#header + field] = value
  }

  headerWord(field: number): number {
    return this.words[this.#header + field]
  }

  /** Adds bits to a word of the fixed header. */
  headerBits(field: number, bits: number): void {
    this.words[this.#header + field] |= bits
  }

  /**
   * Opens a nest that starts with a header struct of its own, into which `header` writes until `endWithHeader`. `skew` is how many
   * more words the record's header has than the struct, where the struct packs its first fields into one word.
   */
  nestWithHeader(type: number, bytes: number, skew: number): void {
    this.nest(type)
    const at = this.#open(Op.raw, 0, bytes)
    this.#header = (at >> 2) - skew
  }

  endWithHeader(): void {
    this.#header = this.#ownHeader
    this.end()
  }

  u8(type: number, value: number): void {
    this.#scalar(Op.u8, type, value)
  }

  u16(type: number, value: number): void {
    this.#scalar(Op.u16, type, value)
  }

  u32(type: number, value: number): void {
    this.#scalar(Op.u32, type, value)
  }

  be16(type: number, value: number): void {
    this.#scalar(Op.be16, type, value)
  }

  be32(type: number, value: number): void {
    this.#scalar(Op.be32, type, value)
  }

  #scalar(op: number, type: number, value: number): void {
    this.#reserve(2)
    this.words[this.length] = op | (type << 16)
    this.words[this.length + 1] = value
    this.length += 2
  }

  u64(type: number, value: bigint): void {
    this.#wide(Op.u64, type, value)
  }

  be64(type: number, value: bigint): void {
    this.#wide(Op.be64, type, value)
  }

  #wide(op: number, type: number, value: bigint): void {
    this.#reserve(3)
    this.words[this.length] = op | (type << 16)
    this.words[this.length + 1] = Number(BigInt.asUintN(32, value))
    this.words[this.length + 2] = Number(BigInt.asUintN(32, value >> 32n))
    this.length += 3
  }

  flag(type: number): void {
    this.#bare(Op.flag, type)
  }

  nest(type: number): void {
    this.#bare(Op.nest, type | 0x8000)
  }

  /** A nest without NLA_F_NESTED, where the kernel has always read it so. */
  plainNest(type: number): void {
    this.#bare(Op.nest, type)
  }

  end(): void {
    this.#bare(Op.end, 0)
  }

  #bare(op: number, type: number): void {
    this.#reserve(1)
    this.words[this.length++] = op | (type << 16)
  }

  octets(type: number, source: Uint8Array): void {
    this.#blob(Op.bytes, type, source)
  }

  /** Bytes without an attribute header: a struct at the start of a nest. */
  raw(source: Uint8Array): void {
    this.#blob(Op.raw, 0, source)
  }

  #blob(op: number, type: number, source: Uint8Array): void {
    if (source.length > LARGEST_PAYLOAD) this.tooLarge(source.length)
    const at = this.#open(op, type, source.length)
    this.bytes.set(source, at)
  }

  /** Room for a payload of `length` bytes; answers where in `bytes` it stands. The caller fills all of it. */
  reserveOctets(type: number, length: number): number {
    return this.#open(Op.bytes, type, length)
  }

  /** The first `length` bytes, of which there are few: for them a view of `source` would cost more than all the rest. */
  fewOctets(type: number, source: Uint8Array, length: number): void {
    const at = this.#open(Op.bytes, type, length)
    for (let i = 0; i < length; i++) this.bytes[at + i] = source[i]
  }

  #open(op: number, type: number, length: number): number {
    const words = (length + 3) >> 2
    this.#reserve(2 + words)
    this.words[this.length] = op | (type << 16)
    this.words[this.length + 1] = length
    const at = (this.length + 2) << 2
    this.length += 2 + words
    return at
  }

  /**
   * Leaves it to the addon to read `text`, an address of that form and of that many bytes; for a network, `prefix` is the field of the fixed header that its length goes
   * to. False when the caller has to read it: then nothing was written.
   */
  addressLater(type: number, form: number, length: number, text: string, prefix = 0): boolean {
    if (!this.readsLater || text.length > LONGEST_ADDRESS) return false
    const at = this.#open(Op.bytes, type, length) >> 2
    if (this.placed + PLACE_WORDS > this.#places.length) this.#growPlaces()
    const places = this.#places
    const place = this.placed
    places[place] = at
    places[place + 1] = text.length | (form << 8)
    places[place + 2] = this.#header + prefix
    this.placed = place + PLACE_WORDS
    this.texts += text
    return true
  }

  #growPlaces(): void {
    const grown = new Uint32Array(this.#places.length * 2)
    grown.set(this.#places)
    this.#places = grown
  }

  /** Has the addon read what was left to it. False when there is something that it takes for no address. */
  readTexts(addon: Pick<Addon, 'readTexts'>): boolean {
    return this.placed === 0 || addon.readTexts(this.words, this.#places, this.placed, this.texts)
  }

  /** Reads here what was left to the addon, which does not know all ways of writing an address. Answers the first that is none, and the word of the record that it was for. */
  readTextsHere(): { text: string; word: number } | undefined {
    let rest = this.texts
    for (let place = 0; place < this.placed; place += PLACE_WORDS) {
      const [word, what, prefixWord] = this.#places.subarray(place, place + PLACE_WORDS)
      const form = what >> 8
      const text = rest.slice(0, what & 0xff)
      const prefix = readAddress(form, text, this.bytes, word << 2)
      if (prefix < 0) return { text, word }
      if (form === TextForm.ipv4Network || form === TextForm.ipv6Network) this.words[prefixWord] = prefix
      rest = rest.slice(text.length)
    }
    return undefined
  }

  /** Takes back the records of the entry that has that word, and all behind it; the first record is at `first`. Answers which entry it was. */
  cutEntry(first: number, word: number): number {
    let mark: Mark = { length: first, records: 0, placed: 0, texts: '' }
    let entry = 0
    for (let at = first, records = 0; at <= word; records++) {
      const start = at + SLICE_PREFIX
      if ((this.words[start] & ENTRY_OF_ID) !== entry) {
        entry = this.words[start] & ENTRY_OF_ID
        mark = { length: at, records, placed: 0, texts: '' }
      }
      at = start + this.words[at]
    }
    this.rewind(mark)
    return entry
  }

  /** Text with the NUL that the addon appends. */
  string(type: number, text: string): void {
    this.#text(Op.string, type, text)
  }

  /** An attribute that holds the index of the link of that name, looked up when the request is sent. */
  linkIndex(type: number, name: string): void {
    this.#text(Op.linkIndex, type, name)
  }

  /** Likewise four bytes without an attribute header: an index in a struct. */
  rawIndex(name: string): void {
    this.#text(Op.rawIndex, 0, name)
  }

  headerIndex(name: string): void {
    this.#text(Op.headerIndex, 0, name)
  }

  /** Opens a message of a transaction, closed by `end`. */
  message(type: number, flags: number, family: number): void {
    this.#reserve(4)
    this.words[this.length] = Op.message
    this.words[this.length + 1] = type
    this.words[this.length + 2] = flags
    this.words[this.length + 3] = family
    this.length += 4
  }

  /** Names the generic netlink family whose command this is; before everything else. */
  family(name: string): void {
    this.#text(Op.family, 0, name)
  }

  headerIndexOfPrevious(): void {
    this.#bare(Op.headerIndexOfPrevious, 0)
  }

  headerIndexOfPreviousLink(): void {
    this.#bare(Op.headerIndexOfPreviousLink, 0)
  }

  /** Opens a `struct rtnexthop` inside a nest. */
  hop(flags: number, hops: number, index: number): void {
    this.#reserve(4)
    this.words[this.length] = Op.hop
    this.words[this.length + 1] = flags
    this.words[this.length + 2] = hops
    this.words[this.length + 3] = index
    this.length += 4
  }

  hopIndex(name: string): void {
    this.#text(Op.hopIndex, 0, name)
  }

  #text(op: number, type: number, text: string): void {
    const most = text.length * 3
    this.#reserve(2 + ((most + 3) >> 2))
    const at = (this.length + 2) << 2
    const length = this.#encode(text, at)
    this.words[this.length] = op | (type << 16)
    this.words[this.length + 1] = length
    this.length += 2 + ((length + 3) >> 2)
    if (length > LARGEST_PAYLOAD) this.tooLarge(length)
  }

  #encode(text: string, at: number): number {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) return encoder.encodeInto(text, this.bytes.subarray(at)).written
      this.bytes[at + i] = code
    }
    return text.length
  }

  #reserve(words: number): void {
    if (this.length + words <= this.words.length) return
    const grown = new Uint32Array(Math.max(this.words.length * 2, this.length + words))
    grown.set(this.words)
    this.words = grown
    this.bytes = new Uint8Array(grown.buffer)
  }

  pin(pin: Pin): void {
    this.pins ??= []
    this.pins.push(pin)
  }

  /** Hands the pins to whoever sends the program. */
  takePins(): readonly Pin[] | undefined {
    const pins = this.pins
    this.pins = undefined
    return pins
  }

  /** A program that was never sent lets go of what it held. */
  releasePins(): void {
    for (const pin of this.takePins() ?? []) pin.unpin()
  }

  /** The option that is being lowered now, at the current depth. */
  at(key: string): void {
    this.#path[this.#depth] = key
  }

  enter(): void {
    this.#depth++
  }

  leave(): void {
    this.#depth--
  }

  /** The caller's path of the option being lowered: `veth.peer.mtu`. */
  get option(): string {
    return this.#path.slice(0, this.#depth + 1).join('.')
  }

  /** While `lower` runs, what is refused is not quoted. */
  keepSecret(lower: () => void): void {
    this.#secrets++
    try {
      lower()
    } finally {
      this.#secrets--
    }
  }

  /** A value for a message: as it is, unless it is a secret. Whoever writes a message of their own about a value asks this. */
  quote(value: unknown): string {
    return this.#secrets > 0 ? describeSecret(value) : show(value)
  }

  expected(what: string, value: unknown): never {
    throw invalidType(this.operation, this.option, what, value, this.quote(value))
  }

  tooLarge(length: number): never {
    this.wrongLength(`at most ${LARGEST_PAYLOAD} bytes`, length)
  }

  wrongLength(allowed: string, length: number): never {
    throw outOfRange(this.operation, this.option, allowed, `${length} bytes`)
  }

  /** Refuses an option of the object that is being lowered, for what it says together with others. */
  refuse(key: string, reason: string): never {
    this.at(key)
    throw invalidValue(this.operation, this.option, reason)
  }

  /** Misses an option of the object that is being lowered. */
  missing(key: string, why = ''): never {
    this.at(key)
    throw missingOption(this.operation, this.option, why === '' ? '' : ` ${why}`)
  }

  outOfRange(allowed: string, value: unknown): never {
    throw outOfRange(this.operation, this.option, allowed, this.quote(value))
  }
}
