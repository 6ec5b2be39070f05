import { expect, it } from 'vitest'
import { COMPLETION_WORDS, CompletionCode } from '../../../lib/native/binding.ts'
import { Slice, type SliceOutcome } from '../../../lib/protocol/bulk/slice.ts'
import { Message } from '../../../lib/schema/message.ts'

const EEXIST = 17
const ENODEV = 19

/** Completions without a payload, as they stand in that of a slice. */
function completions(all: readonly (readonly [at: number, code: number, errno: number])[]): Uint8Array {
  const words = new Uint32Array(all.length * COMPLETION_WORDS)
  all.forEach((one, i) => {
    words.set(one, i * COMPLETION_WORDS)
  })
  return new Uint8Array(words.buffer)
}

it('keeps the errors of the first entries that failed, though those that could not be sent are told of first', async () => {
  const { unresolved, refused } = CompletionCode
  const payload = completions([
    [2, unresolved, ENODEV],
    [3, unresolved, ENODEV],
    [0, refused, EEXIST],
    [1, refused, EEXIST],
  ])
  const slice = new Slice('routes.addAll', [{}, {}, {}, {}, {}], 0, 2)
  slice.complete(CompletionCode.sliceDone, 0, 0, new Message(payload), 0, payload.length)
  const { failed, unknown, failures } = (await slice.outcome) as SliceOutcome
  expect({ failed, unknown }).toEqual({ failed: 4, unknown: 0 })
  expect(failures.map(({ at, failure }) => [at, failure.errno])).toEqual([
    [0, EEXIST],
    [1, EEXIST],
  ])
})
