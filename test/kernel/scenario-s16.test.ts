import { Netns } from 'rtnetlink'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/namespaces.mjs'
import { ipInside, ipShowsInside, quietly } from '../support/inside.ts'
import type { Shown } from '../support/ip.ts'
import { deleteTestNamespaces, ip, listedNames, mountsUnder, uniqueName } from '../support/test-namespaces.ts'

describe('S16: network namespaces', () => {
  let name = ''
  let listed: Record<string, string[]>
  let mount: { shared: boolean; type: string } | undefined
  let parentShared: boolean | undefined
  const links: Shown[][] = []
  const routes: string[] = []

  beforeAll(async () => {
    listed = {}
    await quietly(() =>
      main(async ({ blue, anonymous }, step) => {
        name = blue.name ?? ''
        listed[step] = listedNames()
        if (step !== 'created') return
        const mounts = mountsUnder('/run/netns')
        mount = mounts.find(({ path }) => path === `/run/netns/${name}`)
        parentShared = mounts.find(({ path }) => path === '/run/netns')?.shared
        for (const netns of [blue, anonymous]) {
          links.push(ipShowsInside(netns, 'link', 'show'))
          routes.push(ipInside(netns, 'route', 'show', 'table', 'main') + ipInside(netns, '-6', 'route', 'show', 'table', 'main'))
        }
      }),
    )
  })
  afterEach(deleteTestNamespaces)

  it('puts named ones under /run/netns as mounts of nsfs, shared as ip makes them', () => {
    expect(mount).toMatchObject({ type: 'nsfs' })
    expect(parentShared).toBe(true)
  })

  it('shows them to ip netns, until they are deleted', () => {
    expect(listed.created).toContain(name)
    expect(listed.deleted).not.toContain(name)
  })

  it.each([
    ['named', 0],
    ['anonymous', 1],
  ])('makes a %s one with lo only, down, and an empty main table, says ip', (_, i) => {
    expect(links[i].map(({ ifname, operstate, flags }) => [ifname, operstate, flags])).toEqual([['lo', 'DOWN', ['LOOPBACK']]])
    expect(routes[i]).toBe('')
  })

  it('sees, opens and deletes what ip netns made', async () => {
    const made = uniqueName()
    ip('netns', 'add', made)
    expect(await Netns.list()).toContain(made)
    const netns = await Netns.open(made)
    ip('-n', made, 'link', 'set', 'lo', 'up')
    expect(await netns.links.get('lo')).toMatchObject({ name: 'lo', up: true })
    netns.close()
    await Netns.delete(made)
    expect(listedNames()).not.toContain(made)
  })

  it('lists no longer what ip netns deleted', async () => {
    const made = uniqueName()
    await using _netns = await Netns.create(made)
    ip('netns', 'delete', made)
    expect(await Netns.list()).not.toContain(made)
  })
})
