import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

let ns: NamedNetns
let other: NamedNetns

beforeEach(async () => {
  ns = await createNamespace()
  other = await createNamespace()
})
afterAll(closeNamespaces)

/** What `ip netns list-id` prints inside the namespace. */
function listedIds(): { nsid: number; name?: string }[] {
  const text = ip('-n', ns.name, '-j', 'netns', 'list-id').trim()
  return text === '' ? [] : JSON.parse(text)
}

describe('namespaceIds', () => {
  it('are none at first', async () => {
    expect(await ns.namespaceIds.list()).toEqual([])
    expect(await ns.namespaceIds.get(other)).toBeUndefined()
  })

  it('are set, and seen by ip', async () => {
    expect(await ns.namespaceIds.set(other, 42)).toBe(42)
    expect(listedIds()).toEqual([{ nsid: 42, name: other.name }])
  })

  it('are chosen by the kernel when none is given', async () => {
    const id = await ns.namespaceIds.set(other)
    expect(listedIds()).toEqual([{ nsid: id, name: other.name }])
  })

  it('that ip set are read', async () => {
    ip('-n', ns.name, 'netns', 'set', other.name, '17')
    expect(await ns.namespaceIds.get(other)).toBe(17)
    expect(await ns.namespaceIds.list()).toEqual([17])
  })

  it.each<[string, (name: string) => string | { path: string }]>([
    ['name', name => name],
    ['path', name => `/run/netns/${name}`],
    ['{ path }', name => ({ path: `/run/netns/${name}` })],
  ])('find a namespace by %s', async (_, reference) => {
    await ns.namespaceIds.set(other, 5)
    expect(await ns.namespaceIds.get(reference(other.name))).toBe(5)
  })

  it('are given once', async () => {
    await ns.namespaceIds.set(other, 5)
    await expect(ns.namespaceIds.set(other, 6)).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EEXIST',
      operation: 'namespaceIds.set',
    })
  })

  it('are not shared', async () => {
    const third = await createNamespace()
    await ns.namespaceIds.set(other, 5)
    await expect(ns.namespaceIds.set(third, 5)).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EEXIST',
      option: 'id',
      operation: 'namespaceIds.set',
    })
  })

  it.each([-1, 1.5, 0x8000_0000])('of %d are refused', async id => {
    await expect(ns.namespaceIds.set(other, id)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE', option: 'id' })
  })

  it('name no namespace that is not there', async () => {
    await expect(ns.namespaceIds.get('rtnl-test-nothing-has-this-name')).rejects.toMatchObject({
      code: 'ENOENT',
      operation: 'namespaceIds.get',
    })
  })
})
