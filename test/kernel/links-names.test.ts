import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownLink } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

const longest = 'n'.repeat(127)
const sixteen = 'exactly16bytes-x'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'ifb', name: 'a' })
  await ns.links.add({ kind: 'ifb', name: 'b' })
})
afterAll(closeNamespaces)

const shownAltNames = (name: string) => (shownLink(ns.name, name).altnames ?? []).sort()

describe('alternative names', () => {
  it('may have 127 bytes', async () => {
    await ns.links.addAltNames('a', longest)
    expect(shownAltNames('a')).toEqual([longest])
    await ns.links.deleteAltNames('a', longest)
  })

  it('are added several at a time', async () => {
    await ns.links.addAltNames('a', ['one', 'two', 'three'])
    expect(shownAltNames('a')).toEqual(['one', 'three', 'two'])
  })

  it('are deleted by name', async () => {
    await ns.links.deleteAltNames('a', ['one', 'three'])
    expect(shownAltNames('a')).toEqual(['two'])
  })

  it('that ip added are read', async () => {
    ip('-n', ns.name, 'link', 'property', 'add', 'dev', 'b', 'altname', sixteen, 'altname', 'short')
    expect((await ns.links.get('b')).altNames).toEqual([sixteen, 'short'])
  })

  it.each([
    ['of fewer than 16 bytes', 'short'],
    ['of 16 bytes', sixteen],
  ])('%s find the link for get', async (_, name) => {
    expect((await ns.links.get(name)).name).toBe('b')
  })

  it.each([
    ['of fewer than 16 bytes', 'short'],
    ['of 16 bytes', sixteen],
  ])('%s find the link for set', async (_, name) => {
    await ns.links.set(name, { mtu: 1000 + name.length })
    expect(shownLink(ns.name, 'b').mtu).toBe(1000 + name.length)
  })

  it.each([
    ['of fewer than 16 bytes', 'm-short'],
    ['of 16 bytes', 'exactly-16-bytes'],
  ])('%s find a master', async (_, altNames) => {
    await ns.links.add({ kind: 'bridge', name: `br${altNames.length}`, altNames })
    await ns.links.set('a', { master: altNames })
    expect(shownLink(ns.name, 'a').master).toBe(`br${altNames.length}`)
    await ns.links.set('a', { master: null })
  })

  it.each([
    ['of fewer than 16 bytes', 'd-short'],
    ['of 16 bytes', 'exactly_16_bytes'],
  ])('%s find the link for delete', async (_, altNames) => {
    await ns.links.add({ kind: 'ifb', name: `del${altNames.length}`, altNames })
    await ns.links.delete(altNames)
    await expect(ns.links.get(altNames)).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('carry further names of the same link', async () => {
    await ns.links.addAltNames(sixteen, 'third-name')
    expect(shownAltNames('b')).toContain('third-name')
  })

  it('that are taken are refused', async () => {
    await expect(ns.links.addAltNames('a', 'short')).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EEXIST',
      operation: 'links.addAltNames',
    })
  })

  it('that the link does not have cannot be deleted', async () => {
    await expect(ns.links.deleteAltNames('a', 'never-given')).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENOENT',
      operation: 'links.deleteAltNames',
    })
  })

  it('of 128 bytes are refused before anything is sent', async () => {
    await expect(ns.links.addAltNames('a', `${longest}n`)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      option: 'altNames',
      message: expect.stringContaining('127'),
    })
  })
})

describe('an alias', () => {
  it.each([
    ['of 255 bytes', 'x'.repeat(255)],
    ['in UTF-8', 'Verbindung nach Überlingen'],
  ])('%s is what ip shows', async (_, alias) => {
    await ns.links.set('a', { alias })
    expect(shownLink(ns.name, 'a').ifalias).toBe(alias)
  })

  it('of no text is removed', async () => {
    await ns.links.set('a', { alias: 'something' })
    await ns.links.set('a', { alias: '' })
    expect(shownLink(ns.name, 'a')).not.toHaveProperty('ifalias')
    expect((await ns.links.get('a')).alias).toBeUndefined()
  })
})

describe('a name', () => {
  it.each([
    ['of 15 bytes', 'fifteen-bytes-x'],
    ['in UTF-8', 'größe'],
    ['with dots', 'eth0.100'],
    ['of digits', '42'],
  ])('%s is what ip shows', async (_, name) => {
    const { index } = await ns.links.add({ kind: 'ifb', name })
    expect((await ns.links.get(name)).index).toBe(index)
    expect(
      JSON.parse(ip('-n', ns.name, '-j', 'link', 'show')).find((link: { ifindex: number }) => link.ifindex === index).ifname,
    ).toBe(name)
  })
})
