import { setImmediate } from 'node:timers'
import { type Addon, COMPLETION_WORDS, CompletionCode } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'

export interface Completion {
  code: number
  error: number
  detail: number
  payload: Uint8Array
}

/** How a request ended, with what arrived for it before. */
export interface Outcome extends Completion {
  parts: Completion[]
}

interface Pending {
  parts: Completion[]
  resolve: (outcome: Outcome) => void
}

/** The addon of this process, connected to an inbox that settles one promise for each request. Once per test file: environments connect once. */
export class Inbox {
  readonly addon: Addon = loadAddon()
  /** Called whenever the addon hands something over. */
  onDelivery = () => {}
  #pending = new Map<number, Pending>()
  #lastId = 0

  constructor(bytes = 65536) {
    const inbox = new Uint8Array(bytes)
    this.addon.connect(inbox, (length, large) => this.#deliver(large ?? inbox.subarray(0, length)), setImmediate)
  }

  /** The id that the last request got. */
  get lastId(): number {
    return this.#lastId
  }

  /** `begin` hands the id to the addon; when it throws, so does this, and nothing is pending. */
  request(begin: (id: number) => void): Promise<Outcome> {
    const id = ++this.#lastId
    begin(id)
    return new Promise(resolve => this.#pending.set(id, { parts: [], resolve }))
  }

  /** For what never completes: answers the parts as they come. */
  listen(begin: (id: number) => void): Completion[] {
    const id = ++this.#lastId
    const parts: Completion[] = []
    this.#pending.set(id, { parts, resolve: () => {} })
    begin(id)
    return parts
  }

  /** How many parts have come for a request that is in flight. */
  partsOf(id: number): number {
    return this.#pending.get(id)?.parts.length ?? 0
  }

  #deliver(bytes: Uint8Array): void {
    this.onDelivery()
    for (let at = 0; at < bytes.length; ) {
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, COMPLETION_WORDS)
      const [id = 0, code = 0, error = 0, detail = 0, length = 0] = words
      const start = at + COMPLETION_WORDS * 4
      this.#settle(id, { code, error, detail, payload: bytes.slice(start, start + length) })
      at = start + Math.ceil(length / 8) * 8
    }
  }

  #settle(id: number, completion: Completion): void {
    const pending = this.#pending.get(id)
    if (!pending) throw new Error(`completion ${completion.code} for request ${id}, which is not in flight`)
    if (completion.code === CompletionCode.part || completion.code === CompletionCode.dumpRestart) {
      pending.parts.push(completion)
      return
    }
    this.#pending.delete(id)
    pending.resolve({ ...completion, parts: pending.parts })
  }
}
