import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BridgeVlan } from '../../lib/index.ts'
import { expectedKinds, hasFeature, lackOfFeature } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { iproute } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

const FEATURE = 'bridge vlan filtering'

describe('bridgeVlans', () => {
  // A kernel that has VLAN links is expected to have VLANs of bridges too.
  if (!expectedKinds()?.includes('vlan') && !hasFeature(FEATURE)) {
    it('says what the kernel lacks', async () => {
      const ns = await createNamespace()
      await ns.links.add({ kind: 'bridge', name: 'br0' })
      const message = expect.stringContaining('CONFIG_BRIDGE_VLAN_FILTERING')
      await expect(ns.bridgeVlans.add({ link: 'br0', vlan: 2 })).rejects.toMatchObject({ code: 'EOPNOTSUPP', message })
      await expect(ns.bridgeVlans.list()).rejects.toMatchObject({ code: 'EOPNOTSUPP', message })
    })
    return it('are as bridge(8) has them', context => context.skip(lackOfFeature('bridge', FEATURE)))
  }

  let ns: NamedNetns
  let ports = 0

  beforeAll(async () => {
    ns = await createNamespace()
    const bridge = {
      vlanFiltering: true,
      vlanStatsEnabled: true,
      vlanStatsPerPort: true,
      switches: { multicastVlanSnooping: true },
    }
    await ns.links.add({ kind: 'bridge', name: 'br0', up: true, bridge })
  })

  /** A port of its own for each test. */
  async function addPort(): Promise<string> {
    const name = `port${++ports}`
    await ns.links.add({ kind: 'veth', name, master: 'br0', up: true, veth: { peer: { name: `peer${ports}`, up: true } } })
    return name
  }

  const bridge = (...words: string[]) => iproute('bridge', '-n', ns.name, ...words)

  /** VLANs of a link as `bridge -j -d vlan` has them, ranges and all. */
  function shown(link: string): any[] {
    return JSON.parse(bridge('-j', '-d', 'vlan', 'show', 'dev', link))[0]?.vlans ?? []
  }

  /** The same of what we list. */
  function asShown({ vlan, lastVlan, pvid, untagged, state, multicastRouter }: BridgeVlan): object {
    const flags = [...(pvid ? ['PVID'] : []), ...(untagged ? ['Egress Untagged'] : [])]
    const routers = ['disabled', 'automatic', 'permanent', 'temporary']
    return {
      vlan,
      ...(lastVlan === undefined ? {} : { vlanEnd: lastVlan }),
      ...(flags.length === 0 ? {} : { flags }),
      state,
      mcast_router: routers.indexOf(String(multicastRouter)),
    }
  }

  async function expectAsShown(link: string): Promise<void> {
    expect((await ns.bridgeVlans.list({ link })).map(asShown)).toEqual(shown(link))
  }

  it('adds a tagged VLAN, says bridge', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 7 })
    expect(shown(link)).toEqual([
      expect.objectContaining({ vlan: 1, flags: ['PVID', 'Egress Untagged'] }),
      { vlan: 7, state: 'forwarding', mcast_router: 1 },
    ])
    await expectAsShown(link)
  })

  it('adds an untagged one that is the pvid from then on', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 7, pvid: true, untagged: true })
    expect(shown(link)).toEqual([
      expect.objectContaining({ vlan: 1, flags: ['Egress Untagged'] }),
      expect.objectContaining({ vlan: 7, flags: ['PVID', 'Egress Untagged'] }),
    ])
    await expectAsShown(link)
  })

  it('changes the flags of one that is there', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 1 })
    expect(shown(link)).toEqual([{ vlan: 1, state: 'forwarding', mcast_router: 1 }])
  })

  it('adds and deletes ranges', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 10, lastVlan: 20 })
    expect(shown(link)[1]).toMatchObject({ vlan: 10, vlanEnd: 20 })
    await ns.bridgeVlans.delete({ link, vlan: 12, lastVlan: 14 })
    expect(shown(link).slice(1)).toMatchObject([
      { vlan: 10, vlanEnd: 11 },
      { vlan: 15, vlanEnd: 20 },
    ])
    await expectAsShown(link)
  })

  it('takes all VLANs that there are', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 1, lastVlan: 4094 })
    await expectAsShown(link)
    await ns.bridgeVlans.delete({ link, vlan: 1, lastVlan: 4094 })
    expect(shown(link)).toEqual([])
    expect(await ns.bridgeVlans.list({ link })).toEqual([])
  })

  it('reads what bridge sets', async () => {
    const link = await addPort()
    bridge('vlan', 'add', 'dev', link, 'vid', '30-33')
    bridge('vlan', 'set', 'dev', link, 'vid', '31', 'state', 'blocking')
    bridge('vlan', 'add', 'dev', link, 'vid', '40', 'untagged')
    await expectAsShown(link)
    expect(shown(link)).toHaveLength(5)
  })

  it('sets the state', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 7, lastVlan: 9, state: 'blocking' })
    expect(shown(link)[1]).toMatchObject({ vlan: 7, vlanEnd: 9, state: 'blocking' })
    await ns.bridgeVlans.set({ link, vlan: 8, state: 'learning' })
    expect(shown(link)[2]).toMatchObject({ vlan: 8, state: 'learning' })
    await expectAsShown(link)
  })

  it('sets what there is to multicast', async context => {
    const link = await addPort()
    await ns.bridgeVlans.set({ link, vlan: 1, multicastRouter: 'permanent' })
    expect(shown(link)[0].mcast_router).toBe(2)
    if (!hasFeature('Linux 6.3')) context.skip(lackOfFeature('bridge', 'Linux 6.3'))
    await ns.bridgeVlans.set({ link, vlan: 1, multicastMaxGroups: 9 })
    expect(await ns.bridgeVlans.list({ link })).toMatchObject([{ multicastMaxGroups: 9, multicastGroups: expect.any(Number) }])
  })

  it('sets whether neighbors are kept from a port', async context => {
    if (!hasFeature('Linux 6.4')) context.skip(lackOfFeature('bridge', 'Linux 6.4'))
    const link = await addPort()
    await ns.bridgeVlans.set({ link, vlan: 1, neighborSuppress: true })
    expect(await ns.bridgeVlans.list({ link })).toMatchObject([{ neighborSuppress: true }])
  })

  it('maps VLANs to tunnels, says bridge', async () => {
    await ns.links.add({ kind: 'vxlan', name: 'vx0', vxlan: { collectMetadata: true, port: 4789 } })
    await ns.links.set('vx0', { master: 'br0' })
    await ns.links.set('vx0', { port: { kind: 'bridge', vlanTunnel: true } })
    await ns.bridgeVlans.add({ link: 'vx0', vlan: 50, lastVlan: 52, tunnelId: 5000 })
    const tunnels = () => JSON.parse(bridge('-j', 'vlan', 'tunnelshow', 'dev', 'vx0'))[0]?.tunnels ?? []
    expect(tunnels()).toEqual([{ vlan: 50, vlanEnd: 52, tunid: 5000, tunidEnd: 5002 }])
    expect((await ns.bridgeVlans.list({ link: 'vx0' })).find(({ vlan }) => vlan === 50)).toMatchObject({ tunnelId: 5000 })
    await ns.bridgeVlans.set({ link: 'vx0', vlan: 50, lastVlan: 52, tunnelId: null })
    expect(tunnels()).toEqual([])
  })

  it('has the bridge itself take part', async () => {
    await ns.bridgeVlans.add({ link: 'br0', vlan: 60 })
    expect(shown('br0').map(({ vlan }) => vlan)).toEqual([1, 60])
    await expectAsShown('br0')
    await ns.bridgeVlans.delete({ link: 'br0', vlan: 60 })
    expect(shown('br0').map(({ vlan }) => vlan)).toEqual([1])
  })

  it('lists all bridges and ports, by the index of the link', async () => {
    const link = await addPort()
    const { index } = await ns.links.get(link)
    const all = await ns.bridgeVlans.list()
    const alone = await ns.bridgeVlans.list({ link: index })
    expect(all.filter(vlan => vlan.link === index).map(asShown)).toEqual(alone.map(asShown))
    expect(new Set(all.map(vlan => vlan.link)).size).toBe(JSON.parse(bridge('-j', 'vlan')).length)
  })

  it('takes what it lists', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 70, lastVlan: 72, untagged: true, state: 'blocking' })
    const listed = (await ns.bridgeVlans.list({ link })).find(({ vlan }) => vlan === 70) as BridgeVlan
    await ns.bridgeVlans.delete(listed)
    expect(shown(link)).toHaveLength(1)
    await ns.bridgeVlans.add(listed)
    expect((await ns.bridgeVlans.list({ link })).find(({ vlan }) => vlan === 70)).toEqual(listed)
  })

  it('takes what it lists of the bridge itself', async () => {
    await ns.bridgeVlans.add({ link: 'br0', vlan: 61, lastVlan: 62, untagged: true })
    const listed = (await ns.bridgeVlans.list({ link: 'br0' })).find(({ vlan }) => vlan === 61) as BridgeVlan
    await ns.bridgeVlans.delete(listed)
    await ns.bridgeVlans.add(listed)
    expect((await ns.bridgeVlans.list({ link: 'br0' })).find(({ vlan }) => vlan === 61)).toEqual(listed)
    await ns.bridgeVlans.delete(listed)
  })

  it('counts frames, for each VLAN by itself', async () => {
    const link = await addPort()
    await ns.bridgeVlans.add({ link, vlan: 80, lastVlan: 81 })
    const listed = await ns.bridgeVlans.list({ link, statistics: true })
    expect(listed.map(({ vlan, lastVlan }) => [vlan, lastVlan])).toEqual([
      [1, undefined],
      [80, undefined],
      [81, undefined],
    ])
    // Neighbor discovery of the other end.
    await expect
      .poll(async () => (await ns.bridgeVlans.list({ link, statistics: true }))[0].statistics?.rxPackets)
      .toBeGreaterThan(0)
  })

  it('travels in call order with the links that it is about', async () => {
    await Promise.all([
      ns.links.add({ kind: 'veth', name: 'new0', master: 'br0', veth: { peer: { name: 'new1' } } }),
      ns.bridgeVlans.delete({ link: 'new0', vlan: 1 }),
      ns.bridgeVlans.add({ link: 'new0', vlan: 90, pvid: true, untagged: true }),
    ])
    expect(shown('new0')).toMatchObject([{ vlan: 90, flags: ['PVID', 'Egress Untagged'] }])
  })

  it('says nothing of a VLAN that it need not delete', async () => {
    await expect(ns.bridgeVlans.delete({ link: await addPort(), vlan: 4000 })).resolves.toBeUndefined()
  })

  it('says that a link is no port', async () => {
    await ns.links.add({ kind: 'veth', name: 'alone', veth: { peer: { name: 'alone1' } } })
    await expect(ns.bridgeVlans.add({ link: 'alone', vlan: 2 })).rejects.toMatchObject({
      code: 'EINVAL',
      kernelMessage: expect.stringContaining('not a valid bridge or bridge port'),
    })
    const message = expect.stringContaining('"alone" must be a bridge or a port of one')
    await expect(ns.bridgeVlans.list({ link: 'alone' })).rejects.toMatchObject({ code: 'EINVAL', message })
  })

  it('says that there is no such link', async () => {
    const refusal = { code: 'ENODEV', message: expect.stringContaining('there is no link "none"') }
    await expect(ns.bridgeVlans.add({ link: 'none', vlan: 2 })).rejects.toMatchObject(refusal)
    await expect(ns.bridgeVlans.list({ link: 'none' })).rejects.toMatchObject(refusal)
  })

  it('says that a link is not in the VLAN whose options it should change', async () => {
    await expect(ns.bridgeVlans.set({ link: await addPort(), vlan: 2, state: 'blocking' })).rejects.toMatchObject({
      code: 'ENOENT',
      kernelMessage: expect.stringContaining("doesn't exist"),
    })
  })
})
