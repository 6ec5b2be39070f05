import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AddLinkOptions, Link, SetLinkOptions } from '../../lib/index.ts'
import { shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'
import { isPrivileged } from '../support/unprivileged.ts'

const ENDS = { local: '192.0.2.1', remote: '192.0.2.2' }
const ENDS6 = { local: '2001:db8::1', remote: '2001:db8::2' }
const UDP = { encapsulation: 'gue', encapsulationPort: 5555, encapsulationSourcePort: 77, encapsulationFlags: { checksum: true } }
const KEYS = { inputKey: 5, outputKey: 6, inputFlags: { checksum: true }, outputFlags: { sequence: true } }
const HEADER6 = { encapLimit: 3, flowInfo: { trafficClass: 16, flowLabel: 5 }, flags: { copyDscp: true }, fwmark: 9 }

/** For each kind: options that are not the defaults, and a change that has nothing to do with them. */
const KINDS: Readonly<Record<string, { data: object; change: object }>> = {
  gre: { data: { ...ENDS, ...KEYS, ...UDP, link: 'under', tos: 16, pmtuDiscovery: false, fwmark: 9 }, change: { ttl: 5 } },
  gretap: { data: { ...ENDS, ...KEYS, ...UDP, pmtuDiscovery: false, ignoreDf: true, fwmark: 9 }, change: { tos: 'inherit' } },
  erspan: { data: { ...ENDS, inputKey: 5, outputKey: 6, version: 2, direction: 'egress', hardwareId: 7 }, change: { ttl: 5 } },
  ip6gre: { data: { ...ENDS6, ...KEYS, ...UDP, ...HEADER6, link: 'under' }, change: { hopLimit: 5 } },
  ip6gretap: { data: { ...ENDS6, ...KEYS, ...UDP, ...HEADER6 }, change: { hopLimit: 5 } },
  ip6erspan: { data: { ...ENDS6, ...HEADER6, inputKey: 5, outputKey: 6, index: 77 }, change: { hopLimit: 5 } },
  ipip: { data: { ...ENDS, ...UDP, link: 'under', mode: 'any', tos: 16, fwmark: 9 }, change: { ttl: 5 } },
  sit: {
    data: { ...ENDS, ...UDP, flags: { isatap: true }, sixRdPrefix: '2001:db8::/32', sixRdRelayPrefix: '10.0.0.0/8' },
    change: { ttl: 5 },
  },
  ip6tnl: { data: { ...ENDS6, ...UDP, ...HEADER6, mode: 'ipip6' }, change: { hopLimit: 5 } },
  vti: { data: { ...ENDS, inputKey: 5, outputKey: 6, link: 'under', fwmark: 9 }, change: { inputKey: 7 } },
  vti6: { data: { ...ENDS6, inputKey: 5, outputKey: 6, link: 'under', fwmark: 9 }, change: { inputKey: 7 } },
}

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'under', up: true, veth: { peer: { name: 'below', up: true } } })
  await ns.addresses.add({ link: 'under', address: '192.0.2.1/24' })
  await ns.addresses.add({ link: 'under', address: '2001:db8::1/64', noDad: true })
})
afterAll(closeNamespaces)

function dataOf(link: Link): Record<string, unknown> {
  return (link as unknown as Record<string, Record<string, unknown>>)[link.kind as string] ?? {}
}

async function made(kind: string, name: string, data: object, more: object = {}): Promise<Link> {
  return await ns.links.add({ kind, name, mtu: 1300, ...more, [kind]: data } as AddLinkOptions)
}

describe.each(Object.entries(KINDS))('links.set of a %s', (kind, { data, change }) => {
  const lack = lackOf(kind)
  beforeEach(context => {
    if (lack !== undefined) context.skip(lack)
  })

  const set = (options: object) => ns.links.set('t0', { [kind]: options } as SetLinkOptions)

  it('changes what is given, and nothing else', async () => {
    const before = dataOf(await made(kind, 't0', data))
    const shownBefore = shownLink(ns.name, 't0')
    await set(change)
    const link = await ns.links.get('t0')
    expect(dataOf(link)).toEqual({ ...before, ...change })
    expect(link.mtu).toBe(1300)
    const { ttl: _, tos: __, ikey: ___, ...rest } = shownLink(ns.name, 't0').linkinfo.info_data
    expect(shownBefore.linkinfo.info_data).toMatchObject(rest)
  })

  it('keeps what two changes of one tick say', async () => {
    const [key] = Object.keys(change) as [string]
    const before = dataOf(await ns.links.get('t0'))
    await Promise.all([set({ [key]: 77 }), set({ fwmark: 21 })])
    expect(dataOf(await ns.links.get('t0'))).toEqual({ ...before, [key]: 77, fwmark: 21 })
  })

  it('does not lose what links.replace does not name', async () => {
    const before = dataOf(await ns.links.get('t0'))
    const replaced = await ns.links.replace({ kind, name: 't0', [kind]: { fwmark: 22 } } as AddLinkOptions)
    expect(dataOf(replaced)).toEqual({ ...before, fwmark: 22 })
  })

  it('may say the same again with links.replace', async () => {
    const { index } = await ns.links.get('t0')
    const replaced = await ns.links.replace({ kind, name: 't0', [kind]: data } as AddLinkOptions)
    expect(replaced.index).toBe(index)
    expect(dataOf(replaced)).toMatchObject(JSON.parse(JSON.stringify({ ...data, link: undefined, index: undefined })))
    await ns.links.delete('t0')
  })

  it('adds the link with links.replace where it is not there', async () => {
    const added = await ns.links.replace({ kind, name: 't1', [kind]: data } as AddLinkOptions)
    expect(added.name).toBe('t1')
    await ns.links.delete('t1')
  })

  it('says what two tunnels must not share', async () => {
    await made(kind, 't2', data)
    await expect(made(kind, 't3', data)).rejects.toMatchObject({
      code: 'EEXIST',
      message: expect.stringMatching(
        /a link named "t3" is there already, or another tunnel .* has the same "local"(,| and) "remote"/,
      ),
    })
    await ns.links.delete('t2')
  })

  it('names a link that is not there', async () => {
    await expect(ns.links.set('missing', { [kind]: change } as never)).rejects.toMatchObject({
      code: 'ENODEV',
      operation: 'links.set',
      message: expect.stringContaining('there is no link "missing"'),
    })
  })

  it('is refused where the link is of another kind', async () => {
    await expect(ns.links.set('under', { [kind]: change } as never)).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      operation: 'links.set',
    })
  })
})

describe.each(['gre', 'gretap', 'erspan', 'ipip', 'sit', 'ip6gre', 'ip6tnl'])('two tunnels of kind %s', kind => {
  const lack = lackOf(kind)
  beforeEach(context => {
    if (lack !== undefined) context.skip(lack)
  })

  it('cannot become the same', async () => {
    const ends = kind.startsWith('ip6') ? ENDS6 : ENDS
    await made(kind, 't2', { ...ends, remote: kind.startsWith('ip6') ? '2001:db8::3' : '192.0.2.3' })
    await made(kind, 't3', ends)
    await expect(ns.links.set('t2', { [kind]: { remote: ends.remote } } as never)).rejects.toMatchObject({
      code: 'EEXIST',
      operation: 'links.set',
      message: expect.stringContaining('another tunnel of this namespace has the same "local", "remote"'),
    })
    await Promise.all([ns.links.delete('t2'), ns.links.delete('t3')])
  })
})

describe('links.set of a tunnel', () => {
  beforeEach(context => {
    const lack = ['gre', 'erspan', 'ip6gre', 'ip6tnl'].map(lackOf).find(reason => reason !== undefined)
    if (lack !== undefined) context.skip(lack)
  })

  const gre = async (name: string) => dataOf(await ns.links.get(name))

  it('renames it and brings it up in the same call', async () => {
    const { index } = await made('gre', 'g0', ENDS)
    await ns.links.set('g0', { name: 'g1', up: true, alias: 'tunnel', gre: { ttl: 5 } })
    expect(shownLink(ns.name, 'g1')).toMatchObject({ ifindex: index, ifalias: 'tunnel', linkinfo: { info_data: { ttl: 5 } } })
    expect((await ns.links.get('g1')).up).toBe(true)
  })

  it('takes a Link and an index', async () => {
    await ns.links.set(await ns.links.get('g1'), { gre: { ttl: 6 } })
    await ns.links.set((await ns.links.get('g1')).index, { gre: { tos: 8 } })
    expect(await gre('g1')).toMatchObject({ ttl: 6, tos: 8, ...ENDS })
  })

  it('finds a link that was added in the same tick', async () => {
    const adding = made('gre', 'g2', { ...ENDS, remote: '192.0.2.7', inputKey: 9 })
    await ns.links.set('g2', { gre: { ttl: 5 } })
    await adding
    expect(await gre('g2')).toMatchObject({ ttl: 5, inputKey: 9 })
  })

  it('takes the name of another link', async () => {
    await ns.links.set('g2', { gre: { link: 'under' } })
    expect(shownLink(ns.name, 'g2').linkinfo.info_data.link).toBe('under')
    await ns.links.set('g2', { gre: { link: null } })
    expect(shownLink(ns.name, 'g2').linkinfo.info_data).not.toHaveProperty('link')
  })

  it('gives it a key, and takes that away', async () => {
    await ns.links.set('g2', { gre: { outputKey: '0.0.0.7' } })
    expect(shownLink(ns.name, 'g2').linkinfo.info_data).toMatchObject({ ikey: '0.0.0.9', okey: '0.0.0.7' })
    await ns.links.set('g2', { gre: { inputFlags: { key: false } } })
    expect(shownLink(ns.name, 'g2').linkinfo.info_data).not.toHaveProperty('ikey')
    expect(await gre('g2')).toMatchObject({ inputKey: 0, outputKey: 7 })
  })

  it('changes a tunnel that moved to another namespace', async () => {
    const there = await createNamespace()
    await ns.links.set('g2', { netns: there })
    await there.links.set('g2', { gre: { ttl: 9 } })
    const link = await there.links.get('g2')
    expect(dataOf(link)).toMatchObject({ local: '192.0.2.1', remote: '192.0.2.7', outputKey: 7, ttl: 9 })
  })

  it('changes an external erspan, for which each change must repeat that', async () => {
    await made('erspan', 'e0', { collectMetadata: true })
    await ns.links.set('e0', { erspan: { ttl: 9 } })
    expect(await gre('e0')).toMatchObject({ collectMetadata: true, ttl: 9 })
  })

  it('turns an erspan of type I into one of type II', async () => {
    await made('erspan', 'e1', { ...ENDS, version: 0 })
    await ns.links.set('e1', { erspan: { version: 1, index: 5, inputKey: 3, outputKey: 3 } })
    expect(shownLink(ns.name, 'e1').linkinfo.info_data).toMatchObject({
      erspan_ver: 1,
      erspan_index: 5,
      ikey: '0.0.0.3',
      iseq: true,
    })
  })

  it('lets the driver choose the mtu anew where the headers change, and takes one that is given', async () => {
    await made('ip6gre', 'i0', ENDS6)
    const { mtu: under = 0 } = await ns.links.get('under')
    await ns.links.set('i0', { ip6gre: { outputFlags: { sequence: true } } })
    expect((await ns.links.get('i0')).mtu).toBe(under - 40 - 8 - 4 - 4)
    await ns.links.set('i0', { mtu: 1290, ip6gre: { flags: { ignoreEncapLimit: true } } })
    expect((await ns.links.get('i0')).mtu).toBe(1290)
  })

  it('sends nothing when an option is wrong', async () => {
    const before = await gre('g1')
    await expect(ns.links.set('g1', { mtu: 1280, gre: { ttl: 256 } })).rejects.toMatchObject({ option: 'gre.ttl' })
    await expect(ns.links.set('g1', { mtu: 1280, gre: { ignoreDf: true } })).rejects.toMatchObject({ option: 'gre.ignoreDf' })
    expect(await gre('g1')).toEqual(before)
    expect((await ns.links.get('g1')).mtu).toBe(1300)
  })

  it('goes on after a change that failed', async () => {
    const failing = ns.links.set('missing', { gre: { ttl: 5 } })
    const succeeding = ns.links.set('g1', { gre: { ttl: 44 } })
    await expect(failing).rejects.toMatchObject({ code: 'ENODEV' })
    await succeeding
    expect(await gre('g1')).toMatchObject({ ttl: 44 })
  })

  it('starts the stack where the caller is', async () => {
    const error = await ns.links.set('missing', { gre: { ttl: 5 } }).catch((reason: Error) => reason)
    expect((error as Error).stack).toContain('tunnels-set.test.ts')
  })

  it('is given up by a signal', async () => {
    await expect(ns.links.set('g1', { gre: { ttl: 5 } }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(await gre('g1')).toMatchObject({ ttl: 44 })
  })
})

describe('the tunnels that the kernel makes in each namespace', () => {
  const FILE = '/proc/sys/net/core/fb_tunnels_only_for_init_net'
  const NAMES = {
    gre: 'gre0',
    gretap: 'gretap0',
    erspan: 'erspan0',
    ipip: 'tunl0',
    sit: 'sit0',
    ip6gre: 'ip6gre0',
    ip6tnl: 'ip6tnl0',
  }
  let full: NamedNetns

  beforeAll(async () => {
    if (!isPrivileged) return
    const before = readFileSync(FILE, 'utf8')
    writeFileSync(FILE, '0')
    full = await createNamespace()
    writeFileSync(FILE, before)
  })

  describe.each(Object.entries(NAMES))('%s: %s', (kind, name) => {
    const lack = lackOf(kind)
    const change = kind.startsWith('ip6') ? { hopLimit: 'inherit' } : { ttl: 'inherit' }
    beforeEach(context => {
      if (lack !== undefined) context.skip(lack)
    })

    it('is listed', async () => {
      expect((await full.links.get(name)).kind).toBe(kind)
    })

    it('cannot be changed', async () => {
      await expect(full.links.set(name, { [kind]: change } as never)).rejects.toMatchObject({
        code: 'EINVAL',
        message: expect.stringContaining('the tunnel that the kernel itself makes in a namespace cannot be changed'),
      })
    })

    it('stays when it is deleted', async () => {
      await full.links.delete(name)
      expect(ip('-n', full.name, 'link', 'show', 'dev', name)).toContain(name)
    })
  })
})
