import { beforeEach, describe, expect, it } from 'vitest'
import { DumpInterruptedError, NetlinkError } from '../../../lib/errors.ts'
import { CompletionCode } from '../../../lib/native/binding.ts'
import { Failure } from '../../../lib/protocol/failure.ts'
import { FilteredDump, type Matcher } from '../../../lib/protocol/filtered-dump.ts'
import { type Decode, type Entries, keepEntries } from '../../../lib/protocol/request.ts'
import type { Session } from '../../../lib/protocol/session.ts'
import { Message } from '../../../lib/schema/message.ts'
import { Program } from '../../../lib/schema/program.ts'

const ENOENT = 2
const EPERM = 1
const EINVAL = 22

/** Messages are single bytes, and so are entries: their number is their link's index. A filter says which are wanted, and how. */
interface Filter {
  readonly linkName?: string
  readonly least?: number
  readonly strict?: boolean
  readonly even?: boolean
}

function match({ linkName, least = 0, strict = false, even = false }: Filter, asked: boolean[]): Matcher<number> {
  return {
    linkName,
    isStrict: strict,
    lower: (_program, loose) => void asked.push(loose),
    matchesHeader: (message, start) => !even || message.u8(start) % 2 === 0,
    matches: (item, link) => item >= least && (link === undefined || item === link),
    meansNothing: errno => errno === ENOENT,
  }
}

function refusal(errno: number): Failure {
  return new Failure('things.list', CompletionCode.refused, errno, 0, new Uint8Array())
}

/** A kernel that answers each dump with the next of these: entries, or an errno. The index of any name is 3. */
class Kernel {
  readonly answers: (number[] | number)[]
  interrupted = false
  index: number | Failure = 3

  constructor(...answers: (number[] | number)[]) {
    this.answers = answers
  }

  begin(operation: string): Program {
    return new Program().begin(operation, 1)
  }

  async reply() {
    return this.index
  }

  async dump(_call: string, _program: Program, decode: Decode<Entries<number>>) {
    const answer = this.answers.shift()
    if (typeof answer === 'number') return refusal(answer)
    return { items: this.#read(answer, decode), interrupted: this.interrupted }
  }

  stream(_call: string, _program: Program, decode: Decode<Entries<number>>) {
    const answer = this.answers.shift()
    const items = typeof answer === 'number' ? answer : this.#read(answer, decode)
    return {
      async *parts() {
        if (typeof items === 'number') throw refusal(items).toError()
        yield items
      },
    }
  }

  #read(bytes: number[] = [], decode: Decode<Entries<number>>): number[] {
    const message = new Message(Uint8Array.from(bytes))
    const items: number[] = []
    for (const i of bytes.keys()) keepEntries(items, decode(message, i, i + 1))
    return items
  }
}

let asked: boolean[]
beforeEach(() => {
  asked = []
})

function things(
  kernel: Kernel,
  decode: Decode<number | number[]> = (message, start) => message.u8(start),
): FilteredDump<number, Filter> {
  return new FilteredDump<number, Filter>(kernel as unknown as Session, {
    call: 'getLink',
    header: 'namespaceId',
    decode,
    locator: { locate: () => undefined, keyOf: () => undefined },
    match: (_program, filter) => match(filter, asked),
  })
}

async function all(items: AsyncIterable<number>): Promise<number[]> {
  const found: number[] = []
  for await (const item of items) found.push(item)
  return found
}

type Read = (kernel: Kernel, filter: Filter) => Promise<number[]>

const ways: [way: string, read: Read][] = [
  ['list', (kernel, filter) => things(kernel).list('things.list', filter, undefined)],
  ['stream', (kernel, filter) => all(things(kernel).stream('things.stream', filter, undefined))],
]

describe.each(ways)('a filtered dump, by %s', (_way, read) => {
  it('compares again what the kernel was asked to filter', async () => {
    expect(await read(new Kernel([1, 2, 3, 4]), { least: 3, strict: true })).toEqual([3, 4])
  })

  it('passes over entries by their header', async () => {
    expect(await read(new Kernel([1, 2, 3, 4]), { even: true })).toEqual([2, 4])
  })

  it('looks up a link by its name, and keeps what belongs to it', async () => {
    expect(await read(new Kernel([1, 2, 3, 4]), { linkName: 'three' })).toEqual([3])
  })

  it('fails when there is no link of that name', async () => {
    const kernel = new Kernel([1, 2])
    kernel.index = refusal(19)
    await expect(read(kernel, { linkName: 'three' })).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('asks again without filters when the kernel refuses them', async () => {
    expect(await read(new Kernel(EINVAL, [1, 2, 3, 4]), { least: 3, strict: true })).toEqual([3, 4])
    expect(asked).toEqual([false, true])
  })

  it('asks once when there was no filter that the kernel could refuse', async () => {
    await expect(read(new Kernel(EINVAL, [1]), { least: 3 })).rejects.toThrow(NetlinkError)
    expect(asked).toEqual([false])
  })

  it('asks once when the kernel refuses for another reason', async () => {
    await expect(read(new Kernel(EPERM, [1]), { strict: true })).rejects.toMatchObject({ code: 'EPERM' })
    expect(asked).toEqual([false])
  })

  it('finds nothing when the refusal says that there is nothing', async () => {
    expect(await read(new Kernel(ENOENT), {})).toEqual([])
  })
})

describe('a filtered dump of messages with several entries each', () => {
  it('compares every entry', async () => {
    const pairs = things(new Kernel([1, 4]), (message, start) => [message.u8(start), message.u8(start) + 1])
    expect(await all(pairs.stream('things.stream', { least: 2 }, undefined))).toEqual([2, 4, 5])
  })
})

describe('a filtered dump that was interrupted', () => {
  it('fails with what it found, of the wanted link only', async () => {
    const kernel = new Kernel([2, 3, 4])
    kernel.interrupted = true
    const error = await things(kernel)
      .list('things.list', { linkName: 'three' }, undefined)
      .catch(error => error)
    expect(error).toBeInstanceOf(DumpInterruptedError)
    expect(error.partial).toEqual([3])
  })
})
