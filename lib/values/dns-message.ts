import { formatIpv4, formatIpv6 } from './ip.ts'

/** Types of the records that have addresses. */
export const RecordType = { A: 1, AAAA: 28 } as const
const CNAME = 5
const IN = 1

/** Outcomes that a reply can have (RCODE). */
export const ReplyCode = { noError: 0, noSuchName: 3 } as const

const HEADER = 12
const RESPONSE = 0x8000
const TRUNCATED = 0x0200
const RECURSION_DESIRED = 0x0100
const LONGEST_LABEL = 63
const LONGEST_NAME = 255
/** A name that refers to another that refers to another … ends somewhere. */
const MOST_ALIASES = 16

/** What a reply says. */
export interface Reply {
  /** RCODE. */
  readonly code: number
  /** The datagram was too small for it: ask again over TCP. */
  readonly truncated: boolean
  /** The addresses of the name that was asked for, or of the one that it is an alias of. */
  readonly addresses: readonly string[]
}

/** Whether the name can be put into a question at all. */
export function isDomainName(name: string): boolean {
  if (name.length > LONGEST_NAME - 2 || name === '') return false
  return name.split('.').every(label => /^[\x21-\x7e]{1,63}$/.test(label))
}

/** A question for the addresses of `name`, as RFC 1035 has it. */
export function encodeQuestion(id: number, name: string, type: number): Uint8Array {
  const labels = name.split('.').flatMap(label => [label.length, ...Buffer.from(label, 'latin1')])
  const header = [id >> 8, id & 0xff, RECURSION_DESIRED >> 8, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  return Uint8Array.from([...header, ...labels, 0, type >> 8, type & 0xff, 0, IN])
}

/** The reply to that question; undefined when it is none, or not well formed. */
export function decodeReply(bytes: Uint8Array, id: number, name: string, type: number): Reply | undefined {
  const reader = new Reader(bytes)
  const head = [0, 1, 2, 3].map(() => reader.u16())
  reader.skip(HEADER - 8)
  const [replyId, flags = 0, questions, answers = 0] = head
  if (reader.failed || replyId !== id || (flags & RESPONSE) === 0 || questions !== 1) return undefined
  const asked = { name: reader.name(), type: reader.u16(), class: reader.u16() }
  if (reader.failed || asked.name !== name.toLowerCase() || asked.type !== type || asked.class !== IN) return undefined
  const truncated = (flags & TRUNCATED) !== 0
  const records = readAnswers(reader, answers, type)
  // The last record of a reply that was cut off may be cut off too.
  if (reader.failed && !truncated) return undefined
  return { code: flags & 0xf, truncated, addresses: addressesOf(records, asked.name) }
}

interface Answers {
  readonly aliases: Map<string, string>
  readonly addresses: { readonly owner: string; readonly address: string }[]
}

function readAnswers(reader: Reader, count: number, type: number): Answers {
  const answers: Answers = { aliases: new Map(), addresses: [] }
  for (let i = 0; i < count && !reader.failed; i++) {
    const owner = reader.name()
    const kind = reader.u16()
    const network = reader.u16()
    reader.skip(4) // TTL: nothing is kept.
    const length = reader.u16()
    const data = reader.take(length)
    if (data === undefined || network !== IN) continue
    if (kind === CNAME) answers.aliases.set(owner, reader.nameAt(data))
    else if (kind === type && length === 4) answers.addresses.push({ owner, address: formatIpv4(reader.bytes, data) })
    else if (kind === type && length === 16) answers.addresses.push({ owner, address: formatIpv6(reader.bytes, data) })
  }
  return answers
}

function addressesOf({ aliases, addresses }: Answers, name: string): string[] {
  let owner = name
  for (let i = 0; i < MOST_ALIASES && aliases.has(owner); i++) owner = aliases.get(owner) as string
  return addresses.filter(record => record.owner === owner).map(record => record.address)
}

/** Reads on as long as there is something to read; then it has failed, and everything is zero. */
class Reader {
  readonly bytes: Uint8Array
  failed = false
  #at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  u16(): number {
    const at = this.take(2)
    return at === undefined ? 0 : (this.bytes[at] << 8) | this.bytes[at + 1]
  }

  skip(length: number): void {
    this.take(length)
  }

  /** Where the next bytes start. */
  take(length: number): number | undefined {
    const at = this.#at
    this.#at += length
    if (this.#at > this.bytes.length) this.failed = true
    return this.failed ? undefined : at
  }

  name(): string {
    const { text, end } = this.#readName(this.#at)
    this.#at = end
    return text
  }

  nameAt(at: number): string {
    return this.#readName(at).text
  }

  /** A name's tail may stand earlier in the message; each such reference leads further to the front, so it ends. */
  #readName(start: number): { text: string; end: number } {
    const labels: string[] = []
    let end = -1
    let limit = start
    for (let at = start; ; ) {
      const length = this.bytes[at]
      if (length === undefined) break
      if (length === 0) return { text: labels.join('.').toLowerCase(), end: end < 0 ? at + 1 : end }
      if (length > LONGEST_LABEL) {
        const target = ((length & 0x3f) << 8) | this.bytes[at + 1]
        if (length < 0xc0 || at + 1 >= this.bytes.length || target >= limit) break
        if (end < 0) end = at + 2
        limit = target
        at = target
        continue
      }
      labels.push(Buffer.from(this.bytes.subarray(at + 1, at + 1 + length)).toString('latin1'))
      at += 1 + length
    }
    this.failed = true
    return { text: '', end: this.bytes.length }
  }
}
