import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { beginCommand, defineFamily, familyLocator } from '../../lib/generic/family.ts'
import { type NetlinkError, Netns } from '../../lib/index.ts'
import { unwrap } from '../../lib/protocol/unwrap.ts'
import { LinkStates, sessionOf } from '../support/ethtool-family.ts'
import { closeNamespaces, createNamespace, held, type NamedNetns } from '../support/namespace.ts'

let ns: NamedNetns
let states: LinkStates

beforeEach(async () => {
  ns = await createNamespace()
  states = new LinkStates(ns)
})
afterAll(closeNamespaces)

const veth = (name: string) => ({ kind: 'veth', name, veth: { peer: { name: `${name}-peer` } } }) as const

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return (error as NetlinkError).code
  }
}

describe('call order between rtnetlink and generic netlink', () => {
  it('lets a request name a link that is created in the same tick', async () => {
    const [link, state] = await Promise.all([ns.links.add(veth('v0')), states.get('v0')])
    expect(state.about).toMatchObject({ name: 'v0', link: link.index })
  })

  it('lets a link be deleted in the same tick as it is asked about', async () => {
    await ns.links.add(veth('v0'))
    const [state] = await Promise.all([states.get('v0'), ns.links.delete('v0')])
    expect(state.about?.name).toBe('v0')
  })

  it('is kept however often the two take turns', async () => {
    const calls: Promise<unknown>[] = []
    for (let i = 0; i < 20; i++) {
      calls.push(ns.links.add(veth('v')), states.get('v'), ns.links.set('v', { name: 'w' }), codeOf(states.get('v')))
      calls.push(states.get('w'), ns.links.delete('w'), codeOf(states.get('w')))
    }
    const outcomes = await Promise.all(calls)
    expect(outcomes.filter((_, i) => [3, 6].includes(i % 7))).toEqual(new Array(40).fill('ENODEV'))
  })

  it('is kept across ticks', async () => {
    const added = ns.links.add(veth('v0'))
    await new Promise(resolve => setImmediate(resolve))
    expect((await states.get('v0')).about?.name).toBe('v0')
    await added
  })

  it('does not stop at what failed', async () => {
    await ns.links.add(veth('v0'))
    const outcomes = await Promise.all([codeOf(ns.links.add(veth('v0'))), codeOf(states.get('v0')), codeOf(states.get('v1'))])
    expect(outcomes).toEqual(['EEXIST', undefined, 'ENODEV'])
  })
})

describe('a generic netlink request', () => {
  it('is answered about its own namespace', async () => {
    await ns.links.add(veth('only-here'))
    const elsewhere = new LinkStates(await createNamespace())
    expect(await codeOf(elsewhere.get('only-here'))).toBe('ENODEV')
  })

  it('names the option whose link is not there', async () => {
    await expect(states.get('nothing')).rejects.toMatchObject({
      code: 'ENODEV',
      option: 'about.link',
      message: 'linkStates.get: option "about.link": there is no link "nothing" in this namespace (ENODEV)',
    })
  })

  it('has the stack of its caller', async () => {
    await expect(states.get('nothing')).rejects.toSatisfy((error: Error) => /ethtool-family|generic-netlink/.test(error.stack!))
  })

  it('that a family does not know says so', async () => {
    await ns.links.add(veth('v0'))
    await expect(states.get('v0', {}, 'nothing')).rejects.toMatchObject({ name: 'NetlinkError', code: 'EOPNOTSUPP' })
  })

  it('to a family that the kernel lacks says what would bring it', async () => {
    const family = defineFamily({
      name: 'rtnl-nothing',
      version: 1,
      module: { config: 'CONFIG_NOTHING', name: 'nothing' },
      commands: { get: 1 },
    })
    const session = sessionOf(ns).generic
    const get = async () => {
      const outcome = await session.acknowledge('generic', beginCommand(session, 'nothing.get', family, 'get'), 0)
      unwrap(outcome, familyLocator(family, { locate: () => undefined, keyOf: () => undefined }))
    }
    await expect(get()).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENOENT',
      message:
        'nothing.get: this kernel lacks the generic netlink family "rtnl-nothing" (ENOENT): it needs CONFIG_NOTHING (try: modprobe nothing)',
    })
  })

  it('can be a dump', async () => {
    await ns.links.add(veth('v0'))
    const names = (await states.list()).map(state => state.about?.name)
    expect(names).toEqual(expect.arrayContaining(['v0', 'v0-peer']))
  })

  it('can be a stream', async () => {
    await ns.links.add(veth('v0'))
    const names: (string | undefined)[] = []
    for await (const state of states.stream()) names.push(state.about?.name)
    expect(names).toEqual(expect.arrayContaining(['v0', 'v0-peer']))
  })

  it('heeds a signal', async () => {
    const reason = new Error('enough')
    await expect(states.get('lo', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('works in the namespace of the process', async () => {
    const current = new LinkStates(held(Netns.current()))
    expect((await current.get('lo')).about?.name).toBe('lo')
  })
})

describe('closing', () => {
  it('ends generic requests along with the others', async () => {
    await states.get('lo')
    ns.close()
    await expect(states.get('lo')).rejects.toMatchObject({ code: 'ERR_CLOSED' })
  })

  it('refuses generic requests that come only then', async () => {
    const { generic } = sessionOf(ns)
    ns.close()
    expect(generic.closed).toBe(true)
  })
})
