import { execFileSync, spawnSync } from 'node:child_process'
import { constants as files } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { CompletionCode, type NativeNamespace, SystemCall } from '../../lib/native/binding.ts'
import { findExecutable } from '../../lib/native/executables.ts'
import { brokersOf } from '../support/brokers.ts'
import { runInChild } from '../support/child.ts'
import { Inbox } from '../support/inbox.ts'
import { eventually, openDescriptors } from '../support/test-namespaces.ts'

const program = findExecutable('rtnetlink-broker')
const helper = fileURLToPath(new URL('../support/ask-broker.py', import.meta.url))
const { EACCES, EAFNOSUPPORT, EINVAL, ENOENT } = constants.errno
const [ENTER, CREATE, SOCKET, OPEN] = [1, 2, 3, 4]
const [AF_INET, AF_PACKET, SOCK_RAW, SOCK_STREAM] = [2, 17, 3, 1]
const NO_ANSWER = null
/** Options, in a script, of programs that need nothing of this environment: procps never ends under the sanitizers' libraries. */
const PLAIN = '{ env: { PATH: process.env.PATH } }'

/** What the broker answers, one after another, and how it exits when its socket closes. */
function askBroker(...questions: object[]): unknown[] {
  const input = questions.map(question => `${JSON.stringify(question)}\n`).join('')
  const { stdout, stderr } = spawnSync('python3', [helper, program], { input, encoding: 'utf8', timeout: 100_000 })
  if (stderr !== '') throw new Error(stderr)
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

describe('rtnetlink-broker', () => {
  it('only says what it is for without arguments', () => {
    const { status, stderr } = spawnSync(program, { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 64, stderr: 'rtnetlink-broker is started by rtnetlink for Node.js\n' })
  })

  it('enters, creates, opens, and ends with its socket', () => {
    const answers = askBroker(
      { task: ENTER },
      { task: CREATE },
      { task: SOCKET, domain: AF_PACKET, type: SOCK_RAW, pass: 'net' },
      { task: OPEN, path: '/proc/sys/net/ipv4/ip_forward', flags: files.O_RDWR, pass: 'net' },
    )
    expect(answers).toEqual([[0, 0, 1], [0, 0, 2], [0, 0, 1], [0, 0, 1], 0])
  })

  it('enters no namespace but a user’s', () => {
    expect(askBroker({ task: ENTER, pass: 'null' })).toEqual([[SystemCall.setns, EINVAL, 0], 0])
  })

  it('tells what the kernel refuses, and goes on', () => {
    const answers = askBroker(
      { task: ENTER },
      { task: CREATE },
      { task: SOCKET, domain: 250, type: SOCK_STREAM, pass: 'net' },
      { task: SOCKET, domain: AF_INET, type: SOCK_STREAM, pass: 'null' },
      { task: OPEN, path: '/proc/sys/net/none', pass: 'net' },
      { task: SOCKET, domain: AF_INET, type: SOCK_STREAM, pass: 'net' },
    )
    const refused = [
      [SystemCall.socket, EAFNOSUPPORT, 0],
      [SystemCall.setns, EINVAL, 0],
      [SystemCall.open, ENOENT, 0],
    ]
    expect(answers).toEqual([[0, 0, 1], [0, 0, 2], ...refused, [0, 0, 1], 0])
  })

  it.each([
    ['another file', '/etc/passwd', 0],
    ['another device', '/dev/net/../null', 0],
    ['a setting of something else', '/proc/sys/kernel/hostname', 0],
    ['a detour', '/proc/sys/net/../kernel/hostname', 0],
    ['a detour at the end', '/proc/sys/net/ipv4/..', 0],
    ['an empty part', '/proc/sys/net//ipv4', 0],
    ['the directory itself', '/proc/sys/net/', 0],
    ['a file that it would make', '/dev/net/tun', files.O_RDWR | files.O_CREAT],
    ['a file that it would empty', '/proc/sys/net/ipv4/ip_forward', files.O_WRONLY | files.O_TRUNC],
  ])('opens nothing but tun devices and settings: not %s', (_, path, flags) => {
    const answers = askBroker({ task: ENTER }, { task: CREATE }, { task: OPEN, path, flags, pass: 'net' })
    expect(answers).toEqual([[0, 0, 1], [0, 0, 2], [SystemCall.open, EACCES, 0], 0])
  })

  it.each([
    ['is too short', [{ raw: '01000000' }]],
    ['is too long', [{ raw: '00'.repeat(300) }]],
    ['has a path without end', [{ raw: `01000000${'00'.repeat(16)}${'2f'.repeat(256)}` }]],
    ['is no task', [{ task: 9 }]],
    ['comes before it has entered', [{ task: CREATE }]],
    ['is to enter again', [{ task: ENTER }, { task: ENTER }]],
    ['lacks the namespace', [{ task: ENTER }, { task: SOCKET, domain: AF_INET, type: SOCK_STREAM }]],
    ['brings a descriptor that is of no use', [{ task: ENTER }, { task: CREATE, pass: 'null' }]],
    ['brings two descriptors', [{ task: ENTER }, { task: SOCKET, domain: AF_INET, type: SOCK_STREAM, pass: 'null null' }]],
  ])('ends when a question %s', (_, questions) => {
    expect(askBroker(...questions).slice(-2)).toEqual([NO_ANSWER, 1])
  })

  it('keeps three capabilities, no privilege of a file, and one thread', () => {
    const [, status] = askBroker({ task: ENTER }, { look: true })
    const kept = '0000000000203800' // CAP_NET_BROADCAST, CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN
    expect(status).toMatchObject({
      CapEff: kept,
      CapPrm: kept,
      CapBnd: kept,
      CapInh: '0000000000000000',
      NoNewPrivs: '1',
      Threads: '1',
    })
  })

  it('has the user as root in its namespace, and nobody else', () => {
    const [, status] = askBroker({ task: ENTER }, { look: true })
    expect(status).toMatchObject({
      uid_map: ['0', String(process.getuid!()), '1'],
      gid_map: ['0', String(process.getgid!()), '1'],
    })
  })

  it('holds its socket and its own namespace open, nothing of who has started it, and no directory', () => {
    const [, status] = askBroker({ task: ENTER }, { look: true })
    expect(status).toMatchObject({ files: ['/dev/null', '/dev/null', 'net', 'socket'], cwd: '/' })
  })
})

describe('Namespace.createOwned', () => {
  const inbox = new Inbox()
  const { addon } = inbox
  let handles: NativeNamespace[] = []

  afterEach(() => {
    for (const handle of handles) handle.close()
    handles = []
  })

  function newHandle(): NativeNamespace {
    const handle = new addon.Namespace()
    handles.push(handle)
    return handle
  }

  const done = { code: CompletionCode.done, error: 0, detail: 0, payload: new Uint8Array(), parts: [] }

  it('fails without a program, and says what was tried', async () => {
    const handle = newHandle()
    const outcome = await inbox.request(id => handle.createOwned(id))
    expect(outcome).toMatchObject({ code: CompletionCode.failed, error: ENOENT, detail: SystemCall.spawn })
  })

  it('fails with a program that is no broker', async () => {
    addon.useBroker('/bin/true')
    const handle = newHandle()
    const outcome = await inbox.request(id => handle.createOwned(id))
    expect(outcome).toMatchObject({ code: CompletionCode.failed, detail: SystemCall.broker })
  })

  it('opens the handle, which knows its user namespace', async () => {
    addon.useBroker(program)
    const handle = newHandle()
    expect(handle.userFd).toBe(-1)
    expect(await inbox.request(id => handle.createOwned(id))).toEqual(done)
    expect(handle.fd).toBeGreaterThan(2)
    expect(handle.userFd).toBeGreaterThan(2)
    handle.close()
    expect([handle.fd, handle.userFd]).toEqual([-1, -1])
  })

  it('is for a handle that was not opened yet', async () => {
    addon.useBroker(program)
    const handle = newHandle()
    await inbox.request(id => handle.createOwned(id))
    expect(() => handle.createOwned(1)).toThrow(TypeError)
  })

  it('gives handles of one user namespace for as long as one is open', async () => {
    addon.useBroker(program)
    const [first, second] = [newHandle(), newHandle()]
    await inbox.request(id => first.createOwned(id))
    await inbox.request(id => second.createOwned(id))
    const owner = (handle: NativeNamespace) =>
      execFileSync('readlink', [`/proc/${process.pid}/fd/${handle.userFd}`], { encoding: 'utf8' })
    expect(owner(first)).toBe(owner(second))
  })

  it('starts another broker that makes the second namespace and all after it', async () => {
    addon.useBroker(program)
    const handles = [newHandle(), newHandle(), newHandle()]
    await Promise.all(handles.map(handle => inbox.request(id => handle.createOwned(id))))
    expect(brokersOf()).toHaveLength(2)
  })

  it('holds up nobody who opens a socket meanwhile', async () => {
    addon.useBroker(program)
    const [first, second, third] = [newHandle(), newHandle(), newHandle()]
    await inbox.request(id => first.createOwned(id))
    const [opens] = brokersOf()
    await inbox.request(id => second.createOwned(id))
    const makes = brokersOf().find(pid => pid !== opens)!
    process.kill(makes, 'SIGSTOP')
    const making = inbox.request(id => third.createOwned(id))
    await new Promise(resolve => setTimeout(resolve, 20))
    const none = { bytes: new Uint8Array(), link: '', linkOffset: 0 }
    const socket = { domain: 2, type: 1, protocol: 0, options: [], address: none, backlog: -1, remote: none }
    const descriptor = new addon.Descriptor()
    descriptor.openNow({ namespace: first, ...socket })
    expect(third.fd).toBe(-1)
    process.kill(makes, 'SIGCONT')
    expect(await making).toEqual(done)
    await inbox.request(id => descriptor.close(id))
  })

  it('lets a handle that was opened by the process’s own means have no user namespace', async () => {
    const handle = newHandle()
    await inbox.request(id => handle.openCurrent(id))
    expect(handle.userFd).toBe(-1)
  })

  it('ends the broker with the last handle', async () => {
    addon.useBroker(program)
    const before = openDescriptors()
    const handle = newHandle()
    await inbox.request(id => handle.createOwned(id))
    handle.close()
    expect(await eventually(() => brokersOf().length === 0 && openDescriptors() <= before)).toBe(true)
  })

  it.each([
    ['while it starts', ''],
    [
      'while it is stopped',
      `await request(id => new addon.Namespace().createOwned(id))
      for (const pid of brokers()) process.kill(pid, 'SIGSTOP')
      console.log(brokers().join(' '))
      request(id => new addon.Namespace().createOwned(id))`,
    ],
  ])('lets the process exit %s', async (_, more) => {
    const script = `
      const brokers = () => require('node:child_process').execFileSync('pgrep', ['-P', String(process.pid), 'rtnetlink-broke'], ${PLAIN}).toString().trim().split('\\n').map(Number)
      addon.useBroker(${JSON.stringify(program)})
      const first = new addon.Namespace()
      ${more === '' ? '' : 'await '}request(id => first.createOwned(id))
      ${more}
      setTimeout(() => process.exit(7), 20)`
    const child = await runInChild(script)
    // Stopped ones cannot see that they are alone.
    for (const pid of child.stdout.split(' ')) if (pid !== '') process.kill(Number(pid), 'SIGKILL')
    expect(child).toMatchObject({ code: 7, stderr: '' })
  })

  it('ends with a Worker that is terminated, and is waited for', async () => {
    const script = `
      const { Worker } = require('node:worker_threads')
      const worker = new Worker(${JSON.stringify(workerScript())}, { eval: true })
      worker.once('message', async () => {
        await worker.terminate()
        const { execFileSync } = require('node:child_process')
        console.log(execFileSync('ps', ['--ppid', String(process.pid), '-o', 'comm='], ${PLAIN}).toString().trim())
      })`
    expect(await runInChild(script)).toMatchObject({ code: 0, stdout: 'ps\n', stderr: '' })
  })
})

function workerScript(): string {
  const inboxFile = fileURLToPath(new URL('../support/plain-inbox.cjs', import.meta.url))
  return `
    const { addon, request } = require(${JSON.stringify(inboxFile)})
    addon.useBroker(${JSON.stringify(program)})
    const handle = new addon.Namespace()
    request(id => handle.createOwned(id)).then(() => {
      require('node:worker_threads').parentPort.postMessage('made')
      setInterval(() => handle, 1000)
    })`
}
