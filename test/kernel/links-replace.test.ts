import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

describe('links.replace', () => {
  it('adds a link that is not there', async () => {
    await ns.links.replace({ kind: 'bridge', name: 'br0', bridge: { forwardDelay: 400 } })
    expect(shownLink(ns.name, 'br0').linkinfo.info_data.forward_delay).toBe(400)
  })

  it('changes one that is', async () => {
    const { index } = await ns.links.get('br0')
    const link = await ns.links.replace({
      kind: 'bridge',
      name: 'br0',
      mtu: 1400,
      alias: 'changed',
      bridge: { forwardDelay: 500 },
    })
    expect(link.index).toBe(index)
    expect(shownLink(ns.name, 'br0')).toMatchObject({
      mtu: 1400,
      ifalias: 'changed',
      linkinfo: { info_data: { forward_delay: 500 } },
    })
  })

  it('refuses what the kind cannot change', async () => {
    await ns.links.add({ kind: 'vxlan', name: 'vx0', vxlan: { vni: 5, port: 4789 } })
    await expect(ns.links.replace({ kind: 'vxlan', name: 'vx0', vxlan: { vni: 6, port: 4789 } })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EOPNOTSUPP',
      operation: 'links.replace',
      option: 'vxlan.vni',
    })
  })

  it('refuses a link of another kind that has the name', async () => {
    await ns.links.add({ kind: 'ifb', name: 'other' })
    await expect(ns.links.replace({ kind: 'bridge', name: 'other', bridge: { forwardDelay: 400 } })).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      operation: 'links.replace',
      message: expect.stringContaining('a link named "other" may be there that is not of that kind'),
    })
    expect(shownLink(ns.name, 'other').linkinfo.info_kind).toBe('ifb')
  })

  it('never removes the link that was there', async () => {
    await ns.links.add({ kind: 'ifb', name: 'holder', altNames: 'held' })
    await ns.links.add({ kind: 'ifb', name: 'precious' })
    await expect(ns.links.replace({ kind: 'ifb', name: 'precious', altNames: 'held' })).rejects.toMatchObject({ code: 'EEXIST' })
    expect(shownNames(ns.name)).toContain('precious')
  })
})
