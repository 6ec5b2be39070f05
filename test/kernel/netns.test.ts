import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Netns, Rtnetlink } from '../../lib/index.ts'
import { ipShows, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, held } from '../support/namespace.ts'
import {
  eventually,
  ip,
  isOwnName,
  lastingStrayThreads,
  listedNames,
  openDescriptors,
  uniqueName,
} from '../support/test-namespaces.ts'

afterEach(closeNamespaces)

const inodeOf = (path: string) => {
  const { dev, ino } = statSync(path)
  return `${dev}:${ino}`
}

describe('Netns.create with a name', () => {
  it('is what ip netns lists', async () => {
    const { name } = await createNamespace()
    expect(listedNames()).toContain(name)
  })

  it('is where ip netns runs programs', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'ifb', name: 'inside' })
    expect(shownNames(ns.name)).toEqual(['lo', 'inside'])
  })

  it('has only lo, down, and nothing in the main table', async () => {
    const ns = await createNamespace()
    const links = await ns.links.list()
    expect(links.map(({ name, up }) => ({ name, up }))).toEqual([{ name: 'lo', up: false }])
    expect(ipShows(ns.name, 'route', 'show', 'table', 'main')).toEqual([])
    expect(await ns.routes.list({ table: 'main' })).toEqual([])
  })

  it('refuses a name that is taken', async () => {
    const { name } = await createNamespace()
    await expect(Netns.create(name)).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'EEXIST',
      operation: 'Netns.create',
      path: `/run/netns/${name}`,
      message: expect.stringContaining('taken'),
    })
  })

  it('refuses a name that ip netns has taken', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    await expect(Netns.create(name)).rejects.toMatchObject({ name: 'NamespaceError', code: 'EEXIST' })
  })

  it('makes nothing when an option of its session is wrong', async () => {
    const name = uniqueName()
    await expect(Netns.create(name, { timeout: -1 })).rejects.toThrow(RangeError)
    expect(listedNames()).not.toContain(name)
  })

  it('nor does Rtnetlink.open keep a handle open then', async () => {
    const before = openDescriptors()
    const netns = await Netns.create()
    await expect(Rtnetlink.open({ netns, timeout: -1 })).rejects.toThrow(RangeError)
    netns.close()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('makes many at once, each its own', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => createNamespace()))
    expect(new Set(made.map(ns => ns.inode)).size).toBe(10)
  })
})

describe('Netns.create without a name', () => {
  it('has only lo, down', async () => {
    const ns = held(await Netns.create())
    const links = await ns.links.list()
    expect(links.map(({ name, up }) => ({ name, up }))).toEqual([{ name: 'lo', up: false }])
  })

  it('is listed nowhere', async () => {
    const { inode } = held(await Netns.create())
    const listed = readdirSync('/run/netns').map(name => statSync(`/run/netns/${name}`, { throwIfNoEntry: false }))
    expect(listed.map(file => file && `${file.dev}:${file.ino}`)).not.toContain(inode)
  })

  it('ends when it is closed: its end of a veth takes the other one along', async () => {
    const ns = await createNamespace()
    const anonymous = await Netns.create()
    await ns.links.add({ kind: 'veth', name: 'near', veth: { peer: { name: 'far', netns: anonymous } } })
    anonymous.close()
    expect(await eventually(() => !shownNames(ns.name).includes('near'))).toBe(true)
  })
})

describe('Netns.open', () => {
  it('opens by name what ip netns made', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'add', 'name', 'theirs', 'type', 'ifb')
    const ns = held(await Netns.open(name))
    expect(ns.name).toBe(name)
    expect((await ns.links.list()).map(link => link.name)).toEqual(['lo', 'theirs'])
  })

  it('opens by path and by { path }', async () => {
    const { name, inode } = await createNamespace()
    expect(held(await Netns.open(`/run/netns/${name}`)).inode).toBe(inode)
    expect(held(await Netns.open({ path: `/run/netns/${name}` })).inode).toBe(inode)
  })

  it('opens the namespace of a process', async () => {
    const { name, inode } = await createNamespace()
    const child = spawn('ip', ['netns', 'exec', name, 'sh', '-c', 'echo there; read _'], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const ns = await Netns.open({ pid: child.pid as number }).finally(() => child.stdin.end())
    expect(held(ns).inode).toBe(inode)
  })

  it('opens by descriptor, which stays the caller’s', async () => {
    const { name, inode } = await createNamespace()
    const fd = openSync(`/run/netns/${name}`, 'r')
    const ns = held(await Netns.open({ fd }))
    expect(inodeOf(`/proc/self/fd/${fd}`)).toBe(inode)
    closeSync(fd)
    expect(ns.inode).toBe(inode)
    expect(await ns.links.list()).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['name', 'rtnl-test-nothing-has-this-name'],
    ['path', '/run/netns/rtnl-test-nothing-has-this-name'],
    ['process', { pid: 2_000_000_000 }],
  ])('says that there is none of that %s', async (_, location) => {
    await expect(Netns.open(location as string)).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'ENOENT',
      operation: 'Netns.open',
      message: expect.stringContaining('there is no such namespace'),
    })
  })

  it('says that a file is no network namespace', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
    const path = join(folder, 'file')
    writeFileSync(path, '')
    await expect(Netns.open(path).finally(() => rmSync(folder, { recursive: true }))).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'ERR_NOT_A_NAMESPACE',
      path,
      message: expect.stringContaining('not a network namespace'),
    })
  })

  it('says that a namespace of another sort is no network namespace', async () => {
    await expect(Netns.open('/proc/self/ns/mnt')).rejects.toMatchObject({ name: 'NamespaceError', code: 'ERR_NOT_A_NAMESPACE' })
  })

  it('says that a descriptor is no network namespace', async () => {
    const fd = openSync('/dev/null', 'r')
    await expect(Netns.open({ fd }).finally(() => closeSync(fd))).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'ERR_NOT_A_NAMESPACE',
    })
  })

  it.each<[string, unknown, string]>([
    ['number', 5, 'ERR_INVALID_ARG_TYPE'],
    ['foreign object', { name: 'blue' }, 'ERR_INVALID_ARG_TYPE'],
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['process id that is text', { pid: '1' }, 'ERR_INVALID_ARG_TYPE'],
    ['process id below 1', { pid: 0 }, 'ERR_OUT_OF_RANGE'],
    ['descriptor below 0', { fd: -1 }, 'ERR_OUT_OF_RANGE'],
    ['empty name', '', 'ERR_INVALID_ARG_VALUE'],
    ['name of two dots', '..', 'ERR_INVALID_ARG_VALUE'],
  ])('refuses a %s', async (_, location, code) => {
    await expect(Netns.open(location as string)).rejects.toMatchObject({ code, operation: 'Netns.open' })
  })
})

describe('Netns.current', () => {
  it('is the namespace of the process', () => {
    const ns = held(Netns.current())
    expect(ns.inode.split(':')[1]).toBe(/\d+/.exec(readlinkSync('/proc/self/ns/net'))?.[0])
  })
})

describe('Netns.list', () => {
  it('lists what ip netns lists', async () => {
    await createNamespace()
    expect((await Netns.list()).filter(isOwnName)).toEqual(listedNames().filter(isOwnName).sort())
  })
})

describe('Netns.delete', () => {
  it('deletes what ip netns made', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    await Netns.delete(name)
    expect(listedNames()).not.toContain(name)
  })

  it('leaves the namespace to those who have it open', async () => {
    const ns = await createNamespace()
    await Netns.delete(ns.name)
    await ns.links.add({ kind: 'ifb', name: 'still-here' })
    expect((await ns.links.list()).map(link => link.name)).toEqual(['lo', 'still-here'])
  })

  it('says that there is none of that name', async () => {
    await expect(Netns.delete('rtnl-test-nothing-has-this-name')).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'ENOENT',
      operation: 'Netns.delete',
    })
  })

  it.each(['a/b', '..', '.', '', 'n\0l', 'n'.repeat(256)])('refuses %j', async name => {
    await expect(Netns.delete(name)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', option: 'name' })
  })
})

describe('a handle', () => {
  it('works on after ip netns deleted the name', async () => {
    const ns = await createNamespace()
    ip('netns', 'delete', ns.name)
    expect(await ns.links.list()).toHaveLength(1)
  })

  it('may be closed twice', async () => {
    const ns = await createNamespace()
    ns.close()
    ns.close()
    expect(ns.closed).toBe(true)
  })

  it('that is closed keeps its name', async () => {
    const ns = await createNamespace()
    ns.close()
    expect(listedNames()).toContain(ns.name)
  })

  it('that is closed refuses every call', async () => {
    const ns = await createNamespace()
    ns.close()
    await expect(ns.links.list()).rejects.toMatchObject({ name: 'ClosedError', operation: 'links.list' })
    await expect(ns.ping('127.0.0.1')).rejects.toMatchObject({ name: 'ClosedError', operation: 'netns.ping' })
    expect(() => ns.inode).toThrow(expect.objectContaining({ name: 'ClosedError' }))
  })

  it('that is closed is refused where a namespace is wanted', async () => {
    const [ns, gone] = [await createNamespace(), await createNamespace()]
    gone.close()
    await expect(ns.links.add({ kind: 'ifb', name: 'x', netns: gone })).rejects.toMatchObject({
      name: 'ClosedError',
      operation: 'links.add',
      message: expect.stringContaining('"netns"'),
    })
  })

  it('may be closed while a request that needs it is in flight', async () => {
    const [ns, target] = [await createNamespace(), await createNamespace()]
    const adding = ns.links.add({ kind: 'ifb', name: 'x', netns: target })
    target.close()
    const outcome = await adding.then(
      () => 'done',
      error => error.code,
    )
    expect(['done', 'ERR_CLOSED']).toContain(outcome)
    expect(await eventually(() => shownNames(target.name).includes('x'))).toBe(true)
  })

  it('closed again and again leaves no descriptor behind', async () => {
    const open = async () => {
      const ns = await Netns.create()
      await ns.links.list()
      ns.close()
    }
    await open()
    const before = openDescriptors()
    for (let i = 0; i < 20; i++) await open()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })
})

describe('disposing of a handle', () => {
  it('deletes the name that it created', async () => {
    const name = uniqueName()
    {
      await using _ns = await Netns.create(name)
    }
    expect(listedNames()).not.toContain(name)
  })

  it('leaves a name that it only opened', async () => {
    const { name } = await createNamespace()
    {
      await using _ns = await Netns.open(name)
    }
    expect(listedNames()).toContain(name)
  })

  it('takes no offence at a name that is gone already', async () => {
    const name = uniqueName()
    const ns = await Netns.create(name)
    ip('netns', 'delete', name)
    await expect(ns[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  it('deletes the name that it created, though it was closed before', async () => {
    const ns = await createNamespace()
    ns.close()
    await ns[Symbol.asyncDispose]()
    expect(listedNames()).not.toContain(ns.name)
  })
})

describe('the threads of the process', () => {
  it('are all in their own namespace, whatever was done in others', async () => {
    const [ns, other] = [await createNamespace(), held(await Netns.create())]
    await Promise.all([
      ns.links.add({ kind: 'veth', name: 'a', netns: other, veth: { peer: { name: 'b', netns: ns } } }),
      ns.links.set('lo', { up: true }),
      other.links.list(),
      Netns.open(ns.name).then(held),
    ])
    await ns.ping('127.0.0.1')
    expect(await lastingStrayThreads()).toEqual([])
  })
})
