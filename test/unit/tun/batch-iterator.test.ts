import { describe, expect, it } from 'vitest'
import { BatchIterator, type BatchSource } from '../../../lib/tun/batch-iterator.ts'
import type { PacketBatch } from '../../../lib/tun/packet-batch.ts'
import type { QueueReader } from '../../../lib/tun/queue-reader.ts'

/** A queue that has batches, by name. */
class FakeReader {
  readonly queue: number
  readonly batches: string[] = []
  readonly released: string[] = []
  errno = 0
  wanted = 0

  constructor(queue: number) {
    this.queue = queue
  }

  want(): void {
    this.wanted++
  }

  take(): PacketBatch | undefined {
    const name = this.batches.shift()
    if (name === undefined) return undefined
    return { name, release: () => this.released.push(name) } as unknown as PacketBatch
  }
}

function setUp(queues = 1) {
  const readers = Array.from({ length: queues }, (_, queue) => new FakeReader(queue))
  const failed: number[] = []
  let finished = 0
  const source: BatchSource = {
    finished: () => void finished++,
    readFailed: (_operation, errno) => {
      failed.push(errno)
      return new Error(`errno ${errno}`)
    },
  }
  const iterator = new BatchIterator(source, readers as unknown as QueueReader[])
  const told = (reader: FakeReader, ...batches: string[]) => {
    reader.batches.push(...batches)
    iterator.ready(reader as unknown as QueueReader)
  }
  const name = async (result: Promise<IteratorResult<PacketBatch, undefined>>) =>
    (await result).value as unknown as { name: string } | undefined
  const next = async () => (await name(iterator.next()))?.name
  return { readers, reader: readers[0]!, iterator, source, told, next, failed, finished: () => finished }
}

describe('BatchIterator', () => {
  it('asks, and waits to be told', async () => {
    const { reader, told, next } = setUp()
    const batch = next()
    expect(reader.wanted).toBe(1)
    told(reader, 'a')
    expect(await batch).toBe('a')
  })

  it('gives a batch back when the next one is asked for, and not before', async () => {
    const { reader, told, next } = setUp()
    told(reader, 'a')
    expect(await next()).toBe('a')
    expect(reader.released).toEqual([])
    void next()
    expect(reader.released).toEqual(['a'])
  })

  it('asks again when it was told of nothing', async () => {
    const { reader, told, next } = setUp()
    const batch = next()
    told(reader)
    await new Promise(setImmediate)
    expect(reader.wanted).toBe(2)
    told(reader, 'a')
    expect(await batch).toBe('a')
  })

  it('takes turns between queues', async () => {
    const { readers, told, next } = setUp(2)
    told(readers[0]!, 'a0')
    told(readers[1]!, 'b0')
    told(readers[0]!, 'a1')
    expect([await next(), await next(), await next()]).toEqual(['a0', 'b0', 'a1'])
  })

  it('hands out all that an ended queue has left, then fails once, then is done', async () => {
    const { reader, iterator, next, failed } = setUp()
    reader.batches.push('a', 'b')
    reader.errno = 77
    iterator.ended(reader as unknown as QueueReader)
    expect([await next(), await next()]).toEqual(['a', 'b'])
    await expect(next()).rejects.toThrow('errno 77')
    expect(await next()).toBeUndefined()
    expect(failed).toEqual([77])
  })

  it('begins with what a queue that had ended before has left', async () => {
    const { reader, source } = setUp()
    reader.batches.push('a')
    reader.errno = 77
    const iterator = new BatchIterator(source, [reader as unknown as QueueReader])
    expect((await iterator.next()).done).toBe(false)
    await expect(iterator.next()).rejects.toThrow('errno 77')
  })

  it('fails who waits', async () => {
    const { reader, iterator, next } = setUp()
    const batch = next()
    reader.errno = 77
    iterator.ended(reader as unknown as QueueReader)
    await expect(batch).rejects.toThrow('errno 77')
  })

  it('ends for who waits, when it is closed', async () => {
    const { iterator, next } = setUp()
    const batch = next()
    iterator.close(undefined)
    expect(await batch).toBeUndefined()
    expect(await next()).toBeUndefined()
  })

  it('ends with the reason that it is closed with, once', async () => {
    const { iterator, next } = setUp()
    const batch = next()
    iterator.close(new Error('why'))
    await expect(batch).rejects.toThrow('why')
    expect(await next()).toBeUndefined()
  })

  it('lets go when the loop is left', async () => {
    const { reader, iterator, told, next, finished } = setUp()
    told(reader, 'a')
    await next()
    expect(await iterator.return()).toEqual({ done: true, value: undefined })
    expect(reader.released).toEqual(['a'])
    expect(finished()).toBe(1)
    expect(await next()).toBeUndefined()
  })

  it('serves those who ask at the same time one after the other', async () => {
    const { reader, told, next } = setUp()
    const [one, two] = [next(), next()]
    told(reader, 'a')
    expect(await one).toBe('a')
    told(reader, 'b')
    expect(await two).toBe('b')
  })
})
