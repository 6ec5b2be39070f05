import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AddLinkOptions, type Link, Netns } from '../../lib/index.ts'
import type { LinkKind } from '../../lib/links/kind.ts'
import { linkKinds } from '../../lib/links/kinds.ts'
import { hasFeature, hasKind } from '../support/kernel.ts'
import { NEEDED_OPTIONS } from '../support/needed-options.ts'
import { messageWitness } from '../support/sent-messages.ts'

const creatable = (linkKinds as unknown as LinkKind[]).filter(({ notCreatable }) => notCreatable === undefined)

const run = messageWitness()
let ns: Netns
let elsewhere: Netns

beforeAll(async () => {
  ns = await Netns.create()
  elsewhere = await Netns.create()
})
afterAll(() => {
  ns.close()
  elsewhere.close()
})

/** What `add` says, and what the kernel says to a request right behind it. */
async function addAndGet(options: AddLinkOptions): Promise<[Link, Link]> {
  await ns.links.add({ kind: 'veth', name: 'parent', veth: { peer: { name: 'peer' } } })
  try {
    return await Promise.all([ns.links.add(options), ns.links.get(options.name as string)])
  } finally {
    await ns.links.delete('parent')
  }
}

describe('the kernel tells of a new link what it says when it is asked', () => {
  it.for(creatable.map(({ kind }) => kind))('of kind %s', async (kind, context) => {
    if (!hasKind(kind)) context.skip(`${kind}: this kernel has none`)
    const [added, got] = await addAndGet({ kind, name: `of-${kind}`, ...NEEDED_OPTIONS[kind] } as AddLinkOptions)
    expect(added).toEqual(got)
  })

  it('with options that all links have', async () => {
    const [added, got] = await addAndGet({
      kind: 'ifb',
      name: 'common',
      mtu: 1400,
      address: '02:00:00:00:00:01',
      txQueueLength: 7,
      group: 3,
      numTxQueues: 2,
      multicast: false,
    })
    expect(added).toEqual(got)
  })

  it('with the other end in another namespace', async () => {
    const [added, got] = await addAndGet({ kind: 'veth', name: 'far', veth: { peer: { name: 'away', netns: elsewhere } } })
    expect(added.linkNetnsid).toBeTypeOf('number')
    expect(added).toEqual(got)
  })
})

const addAndCompare = `
  const added = await ns.links.add({ kind: 'ifb', name: 'a', mtu: 1400 })
  console.log(JSON.stringify(added) === JSON.stringify(await ns.links.get('a')))`

describe('links.add', () => {
  it('does not ask for a link of which the kernel tells', async context => {
    if (!hasFeature('Linux 6.2')) context.skip('Linux 6.2 is the first that tells of a new link')
    expect(await run(addAndCompare)).toEqual({ sent: ['newlink', 'getlink'], printed: 'true' })
  })

  it('asks for a link of which the kernel did not tell', async context => {
    if (!hasFeature('Linux 6.2')) context.skip('Linux 6.2 is the first that tells of a new link')
    expect(await run(addAndCompare, 'lost')).toEqual({ sent: ['newlink', 'getlink', 'getlink'], printed: 'true' })
  })

  it('asks in the same breath where the kernel is older than 6.2, so that nothing comes in between', async () => {
    const deleted = `
      const [added] = await Promise.all([ns.links.add({ kind: 'ifb', name: 'a' }), ns.links.delete('a')])
      console.log(added.name)`
    expect(await run(deleted, 'none')).toEqual({ sent: ['newlink getlink', 'dellink'], printed: 'a' })
  })

  it.each([
    ['is up', { up: true }],
    ['has alternative names', { altNames: 'other' }],
  ])('asks for a link that %s, which is not yet so when the kernel tells of it', async (_, options) => {
    const { sent } = await run(`await ns.links.add({ kind: 'ifb', name: 'a', ...${JSON.stringify(options)} })`)
    expect(sent.join(' ')).toMatch(/ getlink$/)
  })
})
