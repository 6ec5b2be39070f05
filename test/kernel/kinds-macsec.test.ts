import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions, Link } from '../../lib/index.ts'
import { shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

type Macsec = Extract<Link, { kind: 'macsec' }>

describe('a macsec link', () => {
  const lack = lackOf('macsec')
  if (lack !== undefined) return it('is made as asked', context => context.skip(lack))

  let ns: NamedNetns
  let made = 0

  beforeAll(async () => {
    ns = await createNamespace()
    await ns.links.add({
      kind: 'veth',
      name: 'under',
      address: '02:00:00:00:00:01',
      mtu: 2000,
      veth: { peer: { name: 'below' } },
    })
    await ns.links.add({ kind: 'bridge', name: 'br0' })
    await ns.links.add({ kind: 'veth', name: 'port', master: 'br0', veth: { peer: { name: 'of-port' } } })
  })
  afterAll(closeNamespaces)

  const add = async (macsec: object, more: object = {}) =>
    (await ns.links.add({ kind: 'macsec', name: `t${++made}`, link: 'under', macsec, ...more } as AddLinkOptions)) as Macsec
  const shown = (name: string) => shownLink(ns.name, name).linkinfo.info_data

  it('has its hardware address and port 1 in its sci', async () => {
    const { name, macsec } = await add({})
    expect(macsec.sci).toEqual({ address: '02:00:00:00:00:01', port: 1 })
    expect(shown(name).sci).toBe('0200000000010001')
  })

  it('has the given port in its sci', async () => {
    const { name, macsec } = await add({ port: 0x1234 })
    expect(macsec.sci).toEqual({ address: '02:00:00:00:00:01', port: 0x1234 })
    expect(shown(name).sci).toBe('0200000000011234')
  })

  it('has the mtu that was asked for, though the kernel chooses one on creation', async () => {
    const { name, mtu } = await add({ port: 3 }, { mtu: 1400 })
    expect([mtu, shownLink(ns.name, name).mtu]).toEqual([1400, 1400])
  })

  it('has the mtu of the link below, less 16 bytes and the check value', async () => {
    expect((await add({ port: 4, icvLength: 12 })).mtu).toBe(2000 - 16 - 12)
  })

  it('gets another window later', async () => {
    const { name } = await add({ port: 5, replayProtect: true, window: 8 })
    await ns.links.set(name, { macsec: { window: 32 } })
    expect(((await ns.links.get(name)) as Macsec).macsec.window).toBe(32)
    expect(shown(name).window).toBe(32)
  })

  it.each([
    { title: 'the sci of another', link: 'under', macsec: { port: 1 }, code: 'EBUSY', words: 'has a macsec with the same sci' },
    { title: 'a port of a bridge', link: 'port', macsec: {}, code: 'EBUSY', words: 'as a port of a bridge' },
    { title: 'the loopback', link: 'lo', macsec: {}, code: 'EINVAL', words: '"link" must be an Ethernet link' },
    {
      title: 'hardware that is not there',
      link: 'under',
      macsec: { port: 6, offload: 'mac' },
      code: 'EOPNOTSUPP',
      words: 'or one of the options given',
    },
  ])('is refused for $title, and we say why', async ({ link, macsec, code, words }) => {
    await expect(add(macsec, { link })).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
  })

  it('is not made with an mtu that the link below cannot carry', async () => {
    const before = (await ns.links.list({ kind: 'macsec' })).length
    await expect(add({ port: 7 }, { mtu: 1990 })).rejects.toMatchObject({
      code: 'ERANGE',
      option: 'mtu',
      message: expect.stringContaining('the link was removed again'),
    })
    expect(await ns.links.list({ kind: 'macsec' })).toHaveLength(before)
  })
})
