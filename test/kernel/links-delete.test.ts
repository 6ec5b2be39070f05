import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
})
beforeEach(async () => {
  await ns.links.add({ kind: 'ifb', name: 'victim', altNames: ['victim-too', 'a-name-of-more-than-15-bytes'] })
})
afterAll(closeNamespaces)

describe('links.delete', () => {
  it.each<[string, () => Promise<string | number | { index: number }>]>([
    ['name', async () => 'victim'],
    ['index', async () => (await ns.links.get('victim')).index],
    ['alternative name', async () => 'victim-too'],
    ['long alternative name', async () => 'a-name-of-more-than-15-bytes'],
    ['Link', async () => await ns.links.get('victim')],
  ])('deletes by %s', async (_, find) => {
    await ns.links.delete(await find())
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  it('deletes every link of a group, and no other', async () => {
    await Promise.all(['one', 'two', 'three'].map((name, i) => ns.links.add({ kind: 'ifb', name, group: i < 2 ? 77 : 78 })))
    await ns.links.delete({ group: 77 })
    expect(shownNames(ns.name)).toEqual(['lo', 'victim', 'three'])
    await Promise.all([ns.links.delete('victim'), ns.links.delete('three')])
  })

  it.each<[string, string | number]>([
    ['name', 'missing'],
    ['index', 999_999],
    ['long alternative name', 'a-name-that-nothing-has'],
  ])('says that there is no link of that %s', async (_, link) => {
    await expect(ns.links.delete(link)).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENODEV',
      operation: 'links.delete',
      message: expect.stringContaining(typeof link === 'number' ? `no link with index ${link}` : `no link "${link}"`),
    })
    await ns.links.delete('victim')
  })

  it('says that there is no link in that group', async () => {
    await expect(ns.links.delete({ group: 4444 })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENODEV',
      operation: 'links.delete',
    })
    await ns.links.delete('victim')
  })

  it('refuses a device that cannot be deleted', async () => {
    await expect(ns.links.delete('lo')).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      message: expect.stringContaining('cannot do that'),
    })
    await ns.links.delete('victim')
  })
})
