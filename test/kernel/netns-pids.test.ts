import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/netns/netns.ts'
import { runProgram } from '../support/dist.ts'
import { closeNamespaces, createNamespace, held, type NamedNetns } from '../support/namespace.ts'
import { eventually, ip, openDescriptors } from '../support/test-namespaces.ts'

afterEach(closeNamespaces)

/** What `ip netns pids` prints. */
function shownPids({ name }: NamedNetns): number[] {
  const lines = ip('netns', 'pids', name).split('\n')
  return lines.filter(line => line !== '').map(Number)
}

describe('netns.pids', () => {
  it('are those that `ip netns pids` has', async () => {
    const netns = await createNamespace()
    expect(await netns.pids()).toEqual([])
    const children = [netns.spawn('cat'), netns.spawn('cat'), netns.spawn('cat')]
    await Promise.all(children.map(child => once(child, 'spawn')))
    const numbers = await netns.pids()
    expect(numbers).toEqual(children.map(({ pid }) => pid).sort((a, b) => a! - b!))
    expect(numbers).toEqual(shownPids(netns).sort((a, b) => a - b))
    for (const child of children) child.stdin.end()
    await Promise.all(children.map(child => once(child, 'close')))
    expect(await netns.pids()).toEqual([])
  })

  it('with threads, have the processes of which one thread is there', async () => {
    const netns = await createNamespace()
    const worker = netns.worker("require('node:worker_threads').parentPort.on('message', () => {}).postMessage('up')", {
      eval: true,
    })
    await once(worker, 'message')
    expect(await netns.pids()).toEqual([])
    expect(shownPids(netns)).toEqual([])
    expect(await netns.pids({ threads: true })).toEqual([process.pid])
    await worker.terminate()
    expect(await netns.pids({ threads: true })).toEqual([])
  })

  it('of the current namespace have this process', async () => {
    expect(await held(Netns.current()).pids()).toContain(process.pid)
  })

  it('check their options', async () => {
    const netns = await createNamespace()
    await expect(netns.pids({ thread: true } as never)).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPTION', option: 'thread' })
    await expect(netns.pids({ threads: 1 as never })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', option: 'threads' })
    netns.close()
    await expect(netns.pids()).rejects.toMatchObject({ name: 'ClosedError', operation: 'netns.pids' })
  })
})

describe('Netns.ofPid', () => {
  it('opens the namespace that a process is in', async () => {
    const netns = await createNamespace()
    const child = netns.spawn('cat')
    await once(child, 'spawn')
    expect(held(await Netns.ofPid(child.pid!)).inode).toBe(netns.inode)
    expect(held(await Netns.ofPid(process.pid)).inode).toBe(held(Netns.current()).inode)
    child.stdin.end()
    await once(child, 'close')
  })

  it('fails for a process that is no more, and names it', async () => {
    const child = held(await Netns.create()).spawn('true')
    const { pid } = child
    await once(child, 'close')
    await expect(Netns.ofPid(pid!)).rejects.toMatchObject({
      name: 'NamespaceError',
      code: 'ENOENT',
      operation: 'Netns.ofPid',
      path: `/proc/${pid}/ns/net`,
    })
  })

  it('fails for a process that has ended and was not waited for', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = Number((await once(parent.stdout, 'data'))[0])
    const hasEnded = () => /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    expect(await eventually(hasEnded)).toBe(true)
    await expect(Netns.ofPid(pid)).rejects.toMatchObject({ name: 'NamespaceError', code: 'ENOENT' })
    parent.kill()
    await once(parent, 'close')
  })

  it('fails for the process of another user, without root', async () => {
    const { stdout } = await runProgram(
      `await rtnetlink.Netns.ofPid(${process.pid}).catch(({ name, code }) => console.log(name, code))`,
      ['setpriv', '--reuid=65534', '--clear-groups'],
    )
    expect(stdout).toBe('NamespaceError EACCES\n')
  })

  it.each([[undefined], ['1'], [0], [-5], [1.5]])('refuses %j', async pid => {
    await expect(Netns.ofPid(pid as never)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_/),
      operation: 'Netns.ofPid',
    })
  })
})

describe('netns.id', () => {
  const listed = (): { nsid: number; name?: string }[] => JSON.parse(ip('-j', 'netns', 'list-id') || '[]')

  it('is undefined at first, and stays so when it is asked for', async () => {
    const netns = await createNamespace()
    expect([await netns.id(), await netns.id()]).toEqual([undefined, undefined])
    expect(listed().map(({ name }) => name)).not.toContain(netns.name)
  })

  it('is the one that the current namespace has given', async () => {
    const netns = await createNamespace()
    const id = await held(Netns.current()).namespaceIds.set(netns)
    expect(await netns.id()).toBe(id)
    expect(listed()).toContainEqual({ nsid: id, name: netns.name })
  })

  it('leaves no socket open', async () => {
    const netns = await createNamespace()
    await netns.id()
    const before = openDescriptors()
    for (let i = 0; i < 5; i++) await netns.id()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('says so when the handle is closed', async () => {
    const netns = await createNamespace()
    netns.close()
    await expect(netns.id()).rejects.toMatchObject({ name: 'ClosedError', operation: 'netns.id' })
  })
})
