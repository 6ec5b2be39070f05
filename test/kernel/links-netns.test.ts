import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

let ns: NamedNetns
let target: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  target = await createNamespace()
})
afterAll(closeNamespaces)

describe('links.add netns', () => {
  it('creates in the namespace of a handle, and resolves with the link there', async () => {
    const link = await ns.links.add({ kind: 'ifb', name: 'by-handle', netns: target })
    expect(link.index).toBe(shownLink(target.name, 'by-handle').ifindex)
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  it.each([
    ['name', () => target.name],
    ['path', () => `/run/netns/${target.name}`],
    ['{ path }', () => ({ path: `/run/netns/${target.name}` })],
  ])('creates by %s', async (how, reference) => {
    const name = `by-${how.replace(/\W/g, '')}${how.length}`
    await ns.links.add({ kind: 'ifb', name, netns: reference() })
    expect(shownNames(target.name)).toContain(name)
  })

  it('creates by descriptor', async () => {
    const fd = openSync(`/run/netns/${target.name}`, 'r')
    await ns.links.add({ kind: 'ifb', name: 'by-fd', netns: { fd } }).finally(() => closeSync(fd))
    expect(shownNames(target.name)).toContain('by-fd')
  })

  it('creates in the namespace of a process', async () => {
    const child = spawn('ip', ['netns', 'exec', target.name, 'sh', '-c', 'echo there; read _'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await ns.links.add({ kind: 'ifb', name: 'by-pid', netns: { pid: child.pid as number } }).finally(() => child.stdin.end())
    expect(shownNames(target.name)).toContain('by-pid')
  })

  it('gives what the kernel does not take on creation over there', async () => {
    await ns.links.add({ kind: 'ifb', name: 'dressed', netns: target, alias: 'far away', altNames: 'dressed-too' })
    expect(shownLink(target.name, 'dressed')).toMatchObject({ ifalias: 'far away', altnames: ['dressed-too'] })
  })

  it('puts a macvlan there whose parent is here', async () => {
    await ns.links.add({ kind: 'veth', name: 'parent', veth: { peer: { name: 'peer' } } })
    const link = await ns.links.add({ kind: 'macvlan', name: 'abroad', link: 'parent', netns: target })
    expect(link.link).toBe((await ns.links.get('parent')).index)
    expect(link.linkNetnsid).toBe(await target.namespaceIds.get(ns))
    expect(shownLink(target.name, 'abroad')).toMatchObject({ link_netnsid: link.linkNetnsid, link_index: link.link })
  })

  it('finds the parent in the namespace of that id', async () => {
    const third = await createNamespace()
    const id = await third.namespaceIds.set(ns)
    const { index } = await ns.links.get('parent')
    const link = await third.links.add({ kind: 'macvlan', name: 'by-nsid', link: index, linkNetnsid: id })
    expect(link).toMatchObject({ link: index, linkNetnsid: id })
    expect(shownLink(third.name, 'by-nsid')).toMatchObject({ link_netnsid: id, link_index: index })
  })

  it('wants a name, to find the link there', async () => {
    await expect(ns.links.add({ kind: 'ifb', netns: target })).rejects.toMatchObject({
      code: 'ERR_MISSING_OPTION',
      option: 'name',
    })
  })

  it('keeps links of equal names in two namespaces apart', async () => {
    const [here, there] = await Promise.all([
      ns.links.add({ kind: 'ifb', name: 'twin', mtu: 1001 }),
      target.links.add({ kind: 'ifb', name: 'twin', mtu: 1002 }),
    ])
    expect([here.mtu, there.mtu]).toEqual([1001, 1002])
    expect([shownLink(ns.name, 'twin').mtu, shownLink(target.name, 'twin').mtu]).toEqual([1001, 1002])
  })

  it('says that lo stays in its namespace', async context => {
    const { netnsImmutable } = await ns.links.get('lo')
    if (netnsImmutable === undefined) context.skip('lo: this kernel is older than IFLA_NETNS_IMMUTABLE (Linux 6.16)')
    expect(netnsImmutable).toBe(true)
  })
})
