import { describe, expect, it } from 'vitest'
import { Message } from '../../../lib/schema/message.ts'
import { MessageStore } from '../../../lib/watch/message-store.ts'

const LONGEST = 12
/** More than one block holds. */
const MANY = 3000

function heard(bytes: readonly number[]) {
  const message = new Message(new Uint8Array([255, 255, 255, 255, ...bytes, 0, 0, 0, 0]))
  return { message, start: 4, end: 4 + bytes.length }
}

const bytesOf = (message: Message, start: number, end: number): number[] => [...message.bytes.subarray(start, end)]

describe('messages that are kept', () => {
  it('are read as they were heard', () => {
    const store = new MessageStore(LONGEST)
    const slots = Array.from({ length: MANY }, (_, i) => store.keep(heard([i & 0xff, i >> 8, 1, 2, 3])) as number)
    expect(slots.map(slot => store.take(slot, bytesOf))).toEqual(slots.map((_, i) => [i & 0xff, i >> 8, 1, 2, 3]))
  })

  it('may be as long as a slot, and no longer', () => {
    const store = new MessageStore(LONGEST)
    const longest = Array.from({ length: LONGEST }, (_, i) => i)
    expect(store.take(store.keep(heard(longest)) as number, bytesOf)).toEqual(longest)
    expect(store.keep(heard([...longest, 0]))).toBeUndefined()
  })

  it('leave their room to others once they were taken', () => {
    const store = new MessageStore(LONGEST)
    const slot = store.keep(heard([1])) as number
    store.take(slot, bytesOf)
    expect(store.keep(heard([2]))).toBe(slot)
    expect(store.take(slot, bytesOf)).toEqual([2])
  })

  it('can be kept again once all were taken', () => {
    const store = new MessageStore(LONGEST)
    const slots = Array.from({ length: MANY }, (_, i) => store.keep(heard([i & 0xff, i >> 8])) as number)
    for (const slot of slots) store.take(slot, bytesOf)
    const again = Array.from({ length: 500 }, (_, i) => store.keep(heard([i & 0xff, i >> 8])) as number)
    expect(again.map(slot => store.take(slot, bytesOf))).toEqual(again.map((_, i) => [i & 0xff, i >> 8]))
  })
})
