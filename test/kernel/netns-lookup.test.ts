import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import { joinedNamespaces } from '../support/joined.ts'
import { NameServer } from '../support/name-server.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
let server: NameServer
let second: NameServer

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
  await right.addresses.add({ link: 'wire', address: '192.0.2.22/24' })
})
beforeEach(async () => {
  server = await new NameServer({
    'web.test': { a: ['192.0.2.2', '192.0.2.3'], aaaa: ['2001:db8::2'] },
    'four.test': { a: ['192.0.2.2'] },
    'six.test': { aaaa: ['2001:db8::2'] },
    'www.test': { cname: 'alias.test' },
    'alias.test': { cname: 'web.test' },
    'loop.test': { cname: 'loop.test' },
    'empty.test': {},
    'long.test': { a: ['192.0.2.4'], fails: 'long' },
    'broken.test': { fails: 'servfail' },
    'silent.test': { fails: 'silent' },
    'forged.test': { a: ['192.0.2.2'], fails: 'forged' },
    'xn--mnchen-3ya.test': { a: ['192.0.2.5'] },
    'short.search.test': { a: ['192.0.2.6'] },
    'web.test.search.test': { a: ['192.0.2.7'] },
  }).start(right, '192.0.2.2')
  second = await new NameServer({ 'second.test': { a: ['192.0.2.9'] }, 'silent.test': { a: ['192.0.2.8'] } }).start(
    right,
    '192.0.2.22',
  )
  configure(left, { 'resolv.conf': 'nameserver 192.0.2.2\noptions timeout:30 attempts:1\n', hosts: '127.0.0.1 localhost\n' })
})
afterEach(() => {
  server.close()
  second.close()
})
afterAll(() => {
  for (const { name } of [left, right]) rmSync(`/etc/netns/${name}`, { recursive: true, force: true })
  closeNamespaces()
})

/** Writes the files that stand for those of /etc in the namespace. */
function configure({ name }: NamedNetns, files: Record<string, string>): void {
  mkdirSync(`/etc/netns/${name}`, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(`/etc/netns/${name}/${file}`, text)
}

describe('netns.lookup', () => {
  it('asks the name server of the namespace, from inside', async () => {
    expect(await left.lookup('web.test')).toEqual({ address: '192.0.2.2', family: 4 })
    expect(server.asked.sort()).toEqual(['A web.test', 'AAAA web.test'])
  })

  it('gives all addresses, IPv4 first', async () => {
    expect(await left.lookup('web.test', { all: true })).toEqual([
      { address: '192.0.2.2', family: 4 },
      { address: '192.0.2.3', family: 4 },
      { address: '2001:db8::2', family: 6 },
    ])
  })

  it('asks for the family that is wanted', async () => {
    expect(await left.lookup('web.test', { family: 6 })).toEqual({ address: '2001:db8::2', family: 6 })
    expect(server.asked).toEqual(['AAAA web.test'])
  })

  it.each([
    ['six.test', '2001:db8::2'],
    ['www.test', '192.0.2.2'],
    ['long.test', '192.0.2.4'],
    ['forged.test', '192.0.2.2'],
    ['WEB.Test', '192.0.2.2'],
    ['web.test.', '192.0.2.2'],
    ['münchen.test', '192.0.2.5'],
  ])('finds %s', async (name, address) => {
    expect((await left.lookup(name)).address).toBe(address)
  })

  it('asks over TCP for what does not fit into a datagram', async () => {
    await left.lookup('long.test', { family: 4 })
    expect(server.asked).toEqual(['A long.test', 'A long.test over TCP'])
  })

  it('knows addresses without asking anybody', async () => {
    expect(await left.lookup('192.0.2.77')).toEqual({ address: '192.0.2.77', family: 4 })
    expect(await left.lookup('2001:db8::7', { all: true })).toEqual([{ address: '2001:db8::7', family: 6 }])
    expect(await left.lookup('localhost', { family: 6 }).catch(error => error.code)).toBe('ENOTFOUND')
    expect(await left.lookup('app.localhost')).toEqual({ address: '127.0.0.1', family: 4 })
    expect(server.asked).toEqual([])
  })

  it('looks into the hosts file of the namespace first', async () => {
    configure(left, { hosts: '# comment\n192.0.2.50\tweb.test other # too\n2001:db8::50 WEB.test\n' })
    expect(await left.lookup('web.test', { all: true })).toEqual([
      { address: '192.0.2.50', family: 4 },
      { address: '2001:db8::50', family: 6 },
    ])
    expect((await left.lookup('Other')).address).toBe('192.0.2.50')
    expect(server.asked).toEqual([])
  })

  it('completes short names from the search list', async () => {
    configure(left, { 'resolv.conf': 'nameserver 192.0.2.2\nsearch nothing.test search.test\n' })
    expect((await left.lookup('short', { family: 4 })).address).toBe('192.0.2.6')
    expect(server.asked).toEqual(['A short.nothing.test', 'A short.search.test'])
    expect((await left.lookup('web.test', { family: 4 })).address).toBe('192.0.2.2')
  })

  it('completes longer names first, with ndots', async () => {
    configure(left, { 'resolv.conf': 'nameserver 192.0.2.2\nsearch search.test\noptions ndots:2\n' })
    expect((await left.lookup('web.test', { family: 4 })).address).toBe('192.0.2.7')
  })

  it('goes on to the next server when one does not answer, or refuses', async () => {
    configure(left, { 'resolv.conf': 'nameserver 192.0.2.2\nnameserver 192.0.2.22\noptions timeout:1\n' })
    expect((await left.lookup('silent.test', { family: 4 })).address).toBe('192.0.2.8')
    configure(left, { 'resolv.conf': 'nameserver 192.0.2.1\nnameserver 192.0.2.22\n' })
    expect((await left.lookup('second.test', { family: 4 })).address).toBe('192.0.2.9')
  })

  it('asks the servers that it is told to', async () => {
    expect((await left.lookup('second.test', { servers: ['192.0.2.22'] })).address).toBe('192.0.2.9')
  })

  it('asks from inside for a namespace without a name, too', async () => {
    const handle = await Netns.open(`/run/netns/${left.name}`)
    expect(handle.name).toBeUndefined()
    expect((await handle.lookup('second.test', { servers: ['192.0.2.22'] })).address).toBe('192.0.2.9')
    handle.close()
  })

  it.each(['missing.test', 'empty.test', 'loop.test', 'no name', '', `${'x'.repeat(64)}.test`])(
    'says that %j has no address',
    async name => {
      await expect(left.lookup(name)).rejects.toMatchObject({
        name: 'LookupError',
        code: 'ENOTFOUND',
        hostname: name,
        operation: 'netns.lookup',
      })
    },
  )

  it('says that there is none of that family', async () => {
    await expect(left.lookup('four.test', { family: 6 })).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(left.lookup('127.0.0.1', { family: 6 })).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it.each([
    ['broken.test', 'error 2'],
    ['silent.test', 'no answer within 1000 ms'],
  ])('says that no server could tell about %s, and what to do', async (name, why) => {
    configure(left, { 'resolv.conf': 'nameserver 192.0.2.2\noptions timeout:1 attempts:1\n' })
    await expect(left.lookup(name, { family: 4 })).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      message: expect.stringMatching(`192\\.0\\.2\\.2 of /etc/netns/${left.name}/resolv.conf: .*${why}.*; give an address`),
    })
  })

  it('says that the server cannot be reached from inside', async () => {
    const alone = await createNamespace()
    const looking = alone.lookup('web.test', { servers: ['192.0.2.2'] })
    await expect(looking).rejects.toMatchObject({ code: 'EAI_AGAIN', message: expect.stringContaining('ENETUNREACH') })
    await expect(left.lookup('web.test', { servers: ['192.0.2.1'] })).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('says that there is no server to ask', async () => {
    configure(left, { 'resolv.conf': '' })
    await expect(left.lookup('web.test')).rejects.toMatchObject({
      code: 'EAI_AGAIN',
      message: expect.stringContaining(`/etc/netns/${left.name}/resolv.conf names no name server`),
    })
  })

  it('stops with its signal', async () => {
    const controller = new AbortController()
    const looking = left.lookup('silent.test', { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 20)
    await expect(looking).rejects.toThrow('enough')
  })

  it.each<[string, unknown, object, string]>([
    ['name', 5, {}, 'ERR_INVALID_ARG_TYPE'],
    ['family', 'web.test', { family: 5 }, 'ERR_INVALID_ARG_VALUE'],
    ['server', 'web.test', { servers: ['ns.test'] }, 'ERR_INVALID_ARG_VALUE'],
    ['list of servers', 'web.test', { servers: '192.0.2.2' }, 'ERR_INVALID_ARG_TYPE'],
    ['option', 'web.test', { server: [] }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses a wrong %s', async (_, name, options, code) => {
    await expect(left.lookup(name as string, options)).rejects.toMatchObject({ code, operation: 'netns.lookup' })
  })

  it('leaves no descriptor and no thread behind', async () => {
    const before = openDescriptors()
    for (let i = 0; i < 20; i++) {
      await left.lookup('web.test')
      await left.lookup('missing.test').catch(() => {})
      await left.lookup('long.test')
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })
})

describe('a name of a host', () => {
  it('is looked up inside by connect, agents, fetch, listen, datagram sockets', async () => {
    const web = await right.listen(
      http.createServer((_, response) => response.end('web')),
      { port: 8080 },
    )
    expect(await (await left.fetch('http://four.test:8080/')).text()).toBe('web')
    const datagrams = right.createSocket('udp4')
    await new Promise<void>(resolve => datagrams.bind(5300, resolve))
    const heard = new Promise<string>(resolve => datagrams.on('message', message => resolve(String(message))))
    const sender = left.createSocket('udp4')
    sender.send('by name', 5300, 'four.test')
    expect(await heard).toBe('by name')
    sender.close()
    datagrams.close()
    web.close()
    web.closeAllConnections()
    configure(right, { 'resolv.conf': 'nameserver 192.0.2.2\n' })
    const named = await right.listen(right.createServer(), { host: 'four.test' })
    expect(named.address()).toMatchObject({ address: '192.0.2.2' })
    named.close()
  })
})
