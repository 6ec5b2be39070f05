import { ipv4Network } from '../../routes/network-text.ts'
import { AddressMap } from './address-map.ts'

/** Values by the text of a network. */
export interface Networks<V> {
  get(network: string): V | undefined
  set(network: string, value: V): void
  delete(network: string): void
  readonly isEmpty: boolean
  /** `look` is called with each, and answers what is there from then on, and comes. */
  values(look: (value: V) => V): Iterable<V>
}

/** By prefix length and address: a number is found several times as fast as a text, and takes no memory of its own. */
export class Ipv4Networks<V> implements Networks<V> {
  readonly #byLength: (AddressMap<V> | undefined)[] = new Array(33).fill(undefined)

  get(text: string): V | undefined {
    const { address, length } = ipv4Network(text)
    return this.#byLength[length]?.get(address)
  }

  set(text: string, value: V): void {
    const { address, length } = ipv4Network(text)
    this.#byLength[length] ??= new AddressMap()
    this.#byLength[length].set(address, value)
  }

  delete(text: string): void {
    const { address, length } = ipv4Network(text)
    this.#byLength[length]?.delete(address)
    if (this.#byLength[length]?.size === 0) this.#byLength[length] = undefined
  }

  get isEmpty(): boolean {
    return this.#byLength.every(values => values === undefined)
  }

  *values(look: (value: V) => V): Iterable<V> {
    for (const values of this.#byLength) if (values !== undefined) yield* values.values(look)
  }
}

/** By text. */
export class Ipv6Networks<V> implements Networks<V> {
  readonly #values = new Map<string, V>()

  get(text: string): V | undefined {
    return this.#values.get(text)
  }

  set(text: string, value: V): void {
    this.#values.set(text, value)
  }

  delete(text: string): void {
    this.#values.delete(text)
  }

  get isEmpty(): boolean {
    return this.#values.size === 0
  }

  *values(look: (value: V) => V): Iterable<V> {
    for (const [text, value] of this.#values) {
      const now = look(value)
      if (now !== value) this.#values.set(text, now)
      yield now
    }
  }
}
