import { setImmediate } from 'node:timers'
import { type Addon, COMPLETION_WORDS } from '../native/binding.ts'
import { findExecutable } from '../native/executables.ts'
import { loadAddon } from '../native/load.ts'
import { ExecutableError } from '../native/load-errors.ts'
import { Message } from '../schema/message.ts'
import { type Identified, Receivers } from './receivers.ts'
import { throwLater } from './throw-later.ts'

/** As it is when this is loaded: test runners replace it, and what waits for theirs would wait for ever. */
const later = setImmediate
const INBOX_BYTES = 256 * 1024
const HEADER_BYTES = COMPLETION_WORDS * 4

/** Who waits for the completions of one request id. Offsets point into `message`, which is reused: nothing of it may be kept. */
export interface Receiver extends Identified {
  /** Answers true while more will come. */
  complete(code: number, error: number, detail: number, message: Message, start: number, end: number): boolean
}

/** This environment's end of the contract: request ids, and the inbox that the addon fills. */
class Completions {
  readonly addon: Addon
  readonly #receivers = new Receivers<Receiver>()
  readonly #inbox = new Message(new Uint8Array(INBOX_BYTES))

  constructor(addon: Addon) {
    this.addon = addon
    addon.connect(this.#inbox.bytes, (length, large) => this.#deliver(length, large), later)
    useBroker(addon)
  }

  /** Gives the receiver an id under which completions will reach it. */
  expect(receiver: Receiver): number {
    return this.#receivers.add(receiver)
  }

  /** The request never went down: its record was refused. */
  forget(id: number): void {
    this.#receivers.delete(id)
  }

  #deliver(length: number, large: Uint8Array | undefined): void {
    const message = large === undefined ? this.#inbox : new Message(large)
    const end = large === undefined ? length : large.length
    for (let offset = 0; offset + HEADER_BYTES <= end; ) {
      const payload = message.u32(offset + 16)
      try {
        this.#dispatch(message, offset, payload)
      } catch (error) {
        throwLater(error)
      }
      offset += (HEADER_BYTES + payload + 7) & ~7
    }
  }

  #dispatch(message: Message, offset: number, payload: number): void {
    const id = message.u32(offset)
    const receiver = this.#receivers.get(id)
    if (receiver === undefined) return
    const start = offset + HEADER_BYTES
    const more = receiver.complete(
      message.u32(offset + 4),
      message.u32(offset + 8),
      message.u32(offset + 12),
      message,
      start,
      start + payload,
    )
    if (!more) this.#receivers.delete(id)
  }
}

/** Who makes a namespace by it is told that it is missing. */
function useBroker(addon: Addon): void {
  try {
    addon.useBroker(findExecutable('rtnetlink-broker'))
  } catch (error) {
    if (!(error instanceof ExecutableError)) throw error
  }
}

let connected: Completions | undefined

/** Connects on first use: importing the package loads nothing. */
export function completions(): Completions {
  connected ??= new Completions(loadAddon())
  return connected
}
