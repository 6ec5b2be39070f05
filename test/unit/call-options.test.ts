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

describe('a misspelt option', () => {
  it('is named even where it stands for one that is required', async () => {
    // @ts-expect-error misspelt
    await expect(ns.addresses.add({ link: 'lo', adress: '192.0.2.1/24' })).rejects.toThrow(
      'addresses.add: unknown option "adress" (did you mean "address"?)',
    )
  })
})

describe('veth.peer.index', () => {
  it('is refused without an index of the link itself, because the kernel would ignore it', async () => {
    await expect(ns.links.add({ kind: 'veth', name: 'v0', veth: { peer: { index: 77 } } })).rejects.toThrow(
      'links.add: option "veth.peer.index": goes only with an "index" of the link itself',
    )
  })
})
