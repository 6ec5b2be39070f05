import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Netns, Rtnetlink, UnknownOutcomeError } from '../../lib/index.ts'

let ns: Netns
let session: Rtnetlink

/** The smallest receive buffer holds one reply: the echo of a creation fills it, and the acknowledgement behind it is lost. */
beforeEach(async () => {
  ns = await Netns.create()
  session = await Rtnetlink.open({ netns: ns, receiveBuffer: 1 })
})

afterEach(() => {
  session.close()
  ns.close()
})

describe('a reply that the kernel had to drop', () => {
  it('leaves the outcome unknown, neither failed nor done', async () => {
    await expect(session.links.add({ kind: 'ifb' })).rejects.toBeInstanceOf(UnknownOutcomeError)
    expect((await ns.links.list()).map(link => link.name)).toContain('ifb0')
  })

  it('is told with the reason and the next step', async () => {
    await expect(session.links.add({ kind: 'ifb' })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_OUTCOME',
      operation: 'links.add',
      message: 'links.add: outcome unknown: the answer was lost (ENOBUFS); read the state back to know',
    })
  })

  it('does not disturb the requests that follow', async () => {
    const lost = session.links.add({ kind: 'ifb' }).catch(error => error)
    const kept = session.links.add({ kind: 'ifb', name: 'kept' })
    expect(await lost).toBeInstanceOf(UnknownOutcomeError)
    expect((await kept).name).toBe('kept')
    expect((await session.links.get('lo')).index).toBe(1)
  })
})

describe('a small receive buffer', () => {
  it('is never overrun by the answers to many refused requests', async () => {
    const results = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => session.links.get(`missing${i}`)))
    expect(new Set(results.map(result => (result.status === 'rejected' ? result.reason.code : 'found')))).toEqual(
      new Set(['ENODEV']),
    )
  })
})
