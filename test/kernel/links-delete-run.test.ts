import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NetlinkError, Netns } from '../../lib/index.ts'

let ns: Netns

beforeEach(async () => {
  ns = await Netns.create()
})

afterEach(() => ns.close())

async function addPairs(count: number, group?: number): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => i)
  await Promise.all(
    names.map(i =>
      ns.links.add({
        kind: 'veth',
        name: `a${i}`,
        group,
        numTxQueues: 1,
        numRxQueues: 1,
        veth: { peer: { name: `b${i}`, group, numTxQueues: 1, numRxQueues: 1 } },
      }),
    ),
  )
}

async function names(): Promise<string[]> {
  return (await ns.links.list()).map(link => link.name).sort()
}

/** Eight or more deletions in a row are made by group. */
describe('a run of links.delete', () => {
  it('deletes every link that was named, and no other', async () => {
    await addPairs(20)
    await Promise.all(Array.from({ length: 18 }, (_, i) => ns.links.delete(`a${i}`)))
    expect(await names()).toEqual(['a18', 'a19', 'b18', 'b19', 'lo'])
  })

  it('takes more than one group when it is long', async () => {
    await addPairs(300)
    await Promise.all(Array.from({ length: 300 }, (_, i) => ns.links.delete(`a${i}`)))
    expect(await names()).toEqual(['lo'])
  })

  it('settles each deletion by itself', async () => {
    await addPairs(10)
    const victims = [...Array.from({ length: 10 }, (_, i) => `a${i}`), 'missing', 'a3', 'lo']
    const results = await Promise.allSettled(victims.map(name => ns.links.delete(name)))
    const failed = results.flatMap((result, i) =>
      result.status === 'rejected' ? [[victims[i], (result.reason as NetlinkError).code]] : [],
    )
    expect(failed).toEqual([
      ['missing', 'ENODEV'],
      ['a3', 'ENODEV'],
      ['lo', 'EOPNOTSUPP'],
    ])
    expect(await names()).toEqual(['lo'])
  })

  it('leaves other links in the group that they are in', async () => {
    await addPairs(12, 42)
    await Promise.all(Array.from({ length: 11 }, (_, i) => ns.links.delete(`a${i}`)))
    expect((await ns.links.get('a11')).group).toBe(42)
  })

  it('finds links by index and by long alternative names', async () => {
    await addPairs(10)
    const long = 'an-alternative-name-of-more-than-fifteen-bytes'
    await ns.links.addAltNames('a0', long)
    const { index } = await ns.links.get('a1')
    await Promise.all([
      ns.links.delete(long),
      ns.links.delete(index),
      ...Array.from({ length: 8 }, (_, i) => ns.links.delete(`a${i + 2}`)),
    ])
    expect(await names()).toEqual(['lo'])
  })

  it('is over before what was called later', async () => {
    await addPairs(10)
    const deleted = Array.from({ length: 10 }, (_, i) => ns.links.delete(`a${i}`))
    const added = ns.links.add({ kind: 'ifb', name: 'a0' })
    await Promise.all([...deleted, added])
    expect(await names()).toEqual(['a0', 'lo'])
  })

  it('counts the peer of a deleted link as deleted', async () => {
    await addPairs(8)
    const both = Array.from({ length: 8 }, (_, i) => [ns.links.delete(`a${i}`), ns.links.delete(`b${i}`)]).flat()
    await Promise.all(both)
    expect(await names()).toEqual(['lo'])
  })
})
