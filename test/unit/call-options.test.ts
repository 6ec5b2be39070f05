import { describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'

const ns = Netns.current()

describe('options of a call', () => {
  it('are refused when they are unknown, with the nearest name', async () => {
    // @ts-expect-error misspelt
    await expect(ns.links.get('lo', { timeuot: 5 })).rejects.toThrow(
      'links.get: unknown option "timeuot" (did you mean "timeout"?)',
    )
  })

  it('are refused on calls that take nothing else', async () => {
    // @ts-expect-error misspelt
    await expect(ns.addresses.list({}, { singal: AbortSignal.abort() })).rejects.toThrow(
      'unknown option "singal" (did you mean "signal"?)',
    )
  })

  it('are refused when they are misspelt for ping', async () => {
    // @ts-expect-error misspelt
    await expect(ns.ping('127.0.0.1', { cuont: 1 })).rejects.toThrow('netns.ping: unknown option "cuont" (did you mean "count"?)')
  })

  it('refuse a negative time-out', async () => {
    await expect(ns.links.get('lo', { timeout: -1 })).rejects.toThrow(RangeError)
  })
})
