import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { FouPortOptions } from '../../lib/index.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'
import { given } from '../support/wire.ts'

const lack = lackOf('fou')

let ns: NamedNetns

beforeAll(async () => {
  if (lack !== undefined) return
  ns = await createNamespace()
  await ns.links.set('lo', { up: true })
})
beforeEach(async () => {
  if (lack !== undefined) return
  for (const port of await ns.fou.list()) await ns.fou.delete(port)
})
afterAll(closeNamespaces)

function skipWithout(context: TestContext): void {
  if (lack !== undefined) context.skip(lack)
}

const shown = () => JSON.parse(ip('-n', ns.name, '-j', 'fou', 'show'))

/** A port in our words, in `ip`'s, and as each of us shows it. */
interface Case {
  readonly options: FouPortOptions
  readonly words: string
  readonly reported: object
  readonly shown: object
}

const CASES: readonly Case[] = [
  {
    options: { port: 5555, ipProtocol: 'gre' },
    words: 'port 5555 ipproto 47',
    reported: { port: 5555, family: 'inet', type: 'direct', ipProtocol: 'gre' },
    shown: { port: 5555, ipproto: 47, family: 'inet' },
  },
  {
    options: { port: 5555, type: 'gue' },
    words: 'port 5555 gue',
    reported: { port: 5555, family: 'inet', type: 'gue' },
    shown: { port: 5555, gue: null, family: 'inet' },
  },
  {
    options: { port: 5555, family: 'inet6', ipProtocol: 41 },
    words: '-6 port 5555 ipproto 41',
    reported: { port: 5555, family: 'inet6', type: 'direct', ipProtocol: 'ipv6' },
    shown: { port: 5555, ipproto: 41, family: 'inet6' },
  },
  {
    options: { port: 5555, ipProtocol: 'ipip', local: '127.0.0.1', link: 'lo' },
    words: 'port 5555 ipproto 4 local 127.0.0.1 dev lo',
    reported: { port: 5555, family: 'inet', type: 'direct', ipProtocol: 'ipip', local: '127.0.0.1', link: 1 },
    shown: { port: 5555, ipproto: 4, family: 'inet', local: '127.0.0.1', dev: 'lo' },
  },
  {
    options: { port: 5555, type: 'gue', local: '::1', peer: '::1', peerPort: 99 },
    words: '-6 port 5555 gue local ::1 peer ::1 peer_port 99',
    reported: { port: 5555, family: 'inet6', type: 'gue', local: '::1', peer: '::1', peerPort: 99 },
    shown: { port: 5555, gue: null, family: 'inet6', local: '::1', peer: '::1', peer_port: 99 },
  },
]

describe('a fou port', () => {
  beforeEach(skipWithout)

  it.each(CASES)('that is added here is shown by ip: $words', async ({ options, shown: expected }) => {
    await ns.fou.add(options)
    expect(shown()).toEqual([expected])
  })

  it.each(CASES)('that ip added is read here: $words', async ({ words, reported }) => {
    const family = words.startsWith('-6') ? ['-6'] : []
    ip('-n', ns.name, ...family, 'fou', 'add', ...words.split(' ').slice(family.length))
    const [port] = await ns.fou.list()
    expect(given(port)).toEqual(reported)
    expect(given(await ns.fou.get(port!))).toEqual(reported)
    await ns.fou.delete(port!)
    expect(shown()).toEqual([])
  })

  it('has its checksum option, which ip does not know', async () => {
    await ns.fou.add({ port: 5555, type: 'gue', remoteChecksumNoPartial: true })
    expect(await ns.fou.get({ port: 5555 })).toMatchObject({ remoteChecksumNoPartial: true })
  })

  it('can be added again as it was listed', async () => {
    await ns.fou.add({ port: 5555, type: 'gue', local: '127.0.0.1', link: 'lo' })
    const [port] = await ns.fou.list()
    await ns.fou.delete(port!)
    await ns.fou.add(port!)
    expect(await ns.fou.list()).toEqual([port])
  })

  it('is bound to a link that is created in the same tick', async () => {
    await Promise.all([
      ns.links.add({ kind: 'veth', name: 'v0', up: true, veth: { peer: { name: 'v1' } } }),
      ns.addresses.add({ link: 'v0', address: '10.0.0.1/24' }),
      ns.fou.add({ port: 5555, type: 'gue', local: '10.0.0.1', link: 'v0' }),
    ])
    expect(shown()).toMatchObject([{ dev: 'v0' }])
    await Promise.all([ns.fou.delete((await ns.fou.list())[0]!), ns.links.delete('v0')])
    expect(shown()).toEqual([])
  })

  it('is there as long as its namespace, in its namespace only', async () => {
    await ns.fou.add({ port: 5555, type: 'gue' })
    expect(await (await createNamespace()).fou.list()).toEqual([])
  })
})

describe('fou.add', () => {
  beforeEach(skipWithout)

  it('says that the port is taken', async () => {
    await ns.fou.add({ port: 5555, type: 'gue' })
    await expect(ns.fou.add({ port: 5555, ipProtocol: 'ipip' })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EADDRINUSE',
      operation: 'fou.add',
      message: expect.stringContaining('the UDP port is taken in this namespace'),
    })
  })

  it('says whose the address must be', async () => {
    await expect(ns.fou.add({ port: 5555, type: 'gue', local: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('"local" must be an address of this namespace'),
    })
  })

  it('names the option whose link is not there', async () => {
    await expect(ns.fou.add({ port: 5555, type: 'gue', local: '127.0.0.1', link: 'none' })).rejects.toMatchObject({
      code: 'ENODEV',
      option: 'link',
      message: 'fou.add: option "link": there is no link "none" in this namespace (ENODEV)',
    })
  })
})

describe('a port that is not there', () => {
  beforeEach(skipWithout)

  it.each([
    ['delete', 'EINVAL'],
    ['get', 'ESRCH'],
  ] as const)('cannot be found by fou.%s, which says what to compare', async (verb, code) => {
    await ns.fou.add({ port: 5555, type: 'gue', local: '127.0.0.1' })
    await expect(ns.fou[verb]({ port: 5555 })).rejects.toMatchObject({
      code,
      message: expect.stringContaining('there is no such port: family, local, peer, peerPort and link must be those of the port'),
    })
  })
})

describe('a kernel without fou', () => {
  it('is told from one with it, and what it needs is said', async context => {
    if (lack === undefined) context.skip('fou: this kernel has it')
    await using plain = await createNamespace()
    await expect(plain.fou.list()).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'ENOENT',
      message:
        'fou.list: this kernel lacks the generic netlink family "fou" (ENOENT): it needs CONFIG_NET_FOU (try: modprobe fou)',
    })
  })
})
