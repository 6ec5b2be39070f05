import { setImmediate } from 'node:timers'
import { milliseconds } from '../clock.ts'

/** As it is when this is loaded: test runners replace it, and what waits for theirs would wait for ever. */
const later = setImmediate
const LONGEST_TURN = 128
/** Milliseconds of the event loop in one turn. */
const PATIENCE = 1
/** After how many the clock is looked at. */
const CLOCK = 8
/** Turns of which something is still under way. */
const MOST_UNDER_WAY = 4

/** Work that is begun by the thousand: so much in a turn of the event loop, and not too much at a time. */
export class Pace {
  readonly #turns: Promise<unknown>[] = []
  #turn: Promise<unknown>[] = []
  #end = 0

  /** `work` must not reject. */
  begin(work: Promise<unknown>): void {
    if (this.#turn.length === 0) this.#end = milliseconds() + PATIENCE
    this.#turn.push(work)
  }

  get isTurnOver(): boolean {
    const { length } = this.#turn
    return length === LONGEST_TURN || (length % CLOCK === 0 && milliseconds() >= this.#end)
  }

  /** Gives the event loop its turn. */
  async pause(): Promise<void> {
    this.#close()
    await new Promise(later)
    while (this.#turns.length >= MOST_UNDER_WAY) await this.#turns.shift()
  }

  /** Until all that was begun has ended. */
  async end(): Promise<void> {
    this.#close()
    await Promise.all(this.#turns)
  }

  #close(): void {
    this.#turns.push(Promise.all(this.#turn))
    this.#turn = []
  }
}
