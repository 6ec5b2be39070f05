import { describe, expect, it } from 'vitest'
import { Flattened } from '../../../lib/protocol/flattened.ts'

let left = false

async function* parts(error?: Error): AsyncGenerator<readonly number[], void, void> {
  left = false
  try {
    yield [1, 2]
    yield []
    yield [3]
    if (error) throw error
    yield [4, 5]
  } finally {
    left = true
  }
}

async function all(items: AsyncIterable<number>): Promise<number[]> {
  const found: number[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('Flattened', () => {
  it('has the items of all parts in order', async () => {
    expect(await all(new Flattened(parts()))).toEqual([1, 2, 3, 4, 5])
    expect(left).toBe(true)
  })

  it('starts with the first call', async () => {
    left = true
    const items = new Flattened(parts())
    expect(left).toBe(true)
    await items.next()
    expect(left).toBe(false)
    await items.return()
  })

  it('answers calls that do not wait for each other in order', async () => {
    const items = new Flattened(parts())
    const results = await Promise.all(Array.from({ length: 7 }, () => items.next()))
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, undefined, undefined])
    expect(results.map(({ done }) => done)).toEqual([false, false, false, false, false, true, true])
  })

  it('ends the parts when the reader goes away in the middle of one', async () => {
    const items = new Flattened(parts())
    for await (const item of items) if (item === 1) break
    expect(left).toBe(true)
    expect(await items.next()).toEqual({ value: undefined, done: true })
  })

  it('passes on what goes wrong, behind the items before it', async () => {
    const error = new Error('gone')
    const found: number[] = []
    await expect(
      (async () => {
        for await (const item of new Flattened(parts(error))) found.push(item)
      })(),
    ).rejects.toBe(error)
    expect(found).toEqual([1, 2, 3])
  })

  it('throws what is thrown into it, and ends the parts', async () => {
    const error = new Error('mine')
    const items = new Flattened(parts())
    await items.next()
    await expect(items.throw(error)).rejects.toBe(error)
    expect(left).toBe(true)
    expect((await items.next()).done).toBe(true)
  })

  it('is disposed of', async () => {
    const items = new Flattened(parts())
    await items.next()
    await items[Symbol.asyncDispose]()
    expect(left).toBe(true)
  })
})
