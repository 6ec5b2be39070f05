import child_process, { type ChildProcess, execFileSync, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/netns/netns.ts'
import { cameTo, type Life, lifeOf } from '../support/child-life.ts'
import { runProgram } from '../support/dist.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, lastingStrayThreads, mountsUnder, openDescriptors } from '../support/test-namespaces.ts'

let inside: NamedNetns
let folder: string

beforeAll(async () => {
  inside = await createNamespace()
  await inside.links.set('lo', { up: true })
  folder = mkdtempSync(join(tmpdir(), 'rtnetlink-spawn-'))
})
afterEach(async () => {
  expect(await lastingStrayThreads()).toEqual([])
  await eventually(() => children().length === 0)
  expect(children()).toEqual([])
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(`/etc/netns/${inside.name}`, { recursive: true, force: true })
  closeNamespaces()
})

/** The processes that this one has started and not seen the end of, as `ps` has them. */
function children(): string[] {
  const lines = execFileSync('ps', ['-o', 'pid=,stat=,comm=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  }).split('\n')
  return lines.filter(line => line !== '' && !/\bps$|esbuild|rtnetlink-broke$/.test(line))
}

const namespaceOf = (netns: Netns) => `net:[${netns.inode.split(':')[1]}]`

/** Listens on a port in the process's own namespace, for who has escaped; `body` gets the port, which somebody else may listen on inside. */
async function withDecoy(body: (port: number) => Promise<void>): Promise<void> {
  const decoy = net.createServer(socket => socket.end('outside')).listen(0, '127.0.0.1')
  await once(decoy, 'listening')
  try {
    await body((decoy.address() as AddressInfo).port)
  } finally {
    decoy.close()
  }
}

describe('a process that is born in a namespace', () => {
  it.each([
    ['spawn', async () => (await lifeOf(inside.spawn('readlink', ['/proc/self/ns/net']))).output[1]],
    ['execFile', async () => (await inside.execFile('readlink', ['/proc/self/ns/net'])).stdout],
    ['exec', async () => (await inside.exec('readlink /proc/self/ns/net')).stdout],
  ])('is in there, by %s', async (_, run) => {
    expect(await run()).toBe(`${namespaceOf(inside)}\n`)
  })

  it('connects to who listens in there, not to who listens on the same port outside', async () => {
    await withDecoy(async port => {
      const server = await inside.listen(
        net.createServer(socket => socket.end('inside')),
        { host: '127.0.0.1', port },
      )
      const program = `require('node:net').connect(${port}, '127.0.0.1').pipe(process.stdout)`
      expect(await inside.execFile(process.execPath, ['-e', program])).toEqual({ stdout: 'inside', stderr: '' })
      server.close()
    })
  })

  it('listens in there, where the port is free', async () => {
    await withDecoy(async port => {
      const program = `require('node:net').createServer(socket => socket.end('inside')).listen(${port}, '127.0.0.1', () => console.log('up'))`
      const child = inside.spawn(process.execPath, ['-e', program])
      await once(child.stdout, 'data')
      const [answer] = await once(inside.connect({ host: '127.0.0.1', port }), 'data')
      expect(`${answer}`).toBe('inside')
      child.kill()
      await once(child, 'close')
    })
  })

  it('is where this process is, of the current namespace', async () => {
    using current = Object.assign(Netns.current(), { [Symbol.dispose]: () => {} })
    const { stdout } = await current.execFile('readlink', ['/proc/self/ns/net'])
    expect(stdout).toBe(`${readlinkSync('/proc/self/ns/net')}\n`)
    current.close()
  })

  it('outlives the handle, and holds the namespace', async () => {
    const netns = await Netns.create()
    const child = netns.spawn('cat')
    await once(child, 'spawn')
    netns.close()
    using again = Object.assign(await Netns.open({ pid: child.pid! }), { [Symbol.dispose]: () => {} })
    expect((await again.links.list()).map(({ name }) => name)).toEqual(['lo'])
    again.close()
    child.stdin.end()
    await once(child, 'close')
  })

  it('has no descriptor beyond those that a process of Node has', async () => {
    const list = 'ls /proc/self/fd'
    expect((await inside.exec(list)).stdout).toBe((await promisify(child_process.exec)(list)).stdout)
    const own = await Netns.create()
    expect((await own.exec(list)).stdout).toBe((await promisify(child_process.exec)(list)).stdout)
    own.close()
  })
})

describe('its mounts', () => {
  const look = 'ls /sys/class/net; cat /etc/hosts /etc/resolv.conf; readlink /proc/self/ns/net; ls -d /etc/netns'

  it('are those that `ip netns exec` makes', async () => {
    const netns = await createNamespace()
    mkdirSync(`/etc/netns/${netns.name}`, { recursive: true })
    writeFileSync(`/etc/netns/${netns.name}/hosts`, '192.0.2.1 only-inside\n')
    await netns.links.add({ kind: 'veth', name: 'v0', veth: { peer: { name: 'v1' } } })
    const witness = execFileSync('ip', ['netns', 'exec', netns.name, 'sh', '-c', look], { encoding: 'utf8' })
    expect(witness).toContain('lo\nv0\nv1\n192.0.2.1 only-inside\n')
    expect((await netns.exec(look)).stdout).toBe(witness)
    rmSync(`/etc/netns/${netns.name}`, { recursive: true })
  })

  it('are a /sys of its own, without a name', async () => {
    const netns = await Netns.create()
    // Folders: where bonding is loaded there is a file beside the links.
    expect((await netns.exec('cd /sys/class/net && echo */')).stdout).toBe('lo/\n')
    netns.close()
  })

  it('stay there', async () => {
    const before = mountsUnder('/')
    await inside.exec('mount -t tmpfs none /mnt && ls /mnt')
    expect(mountsUnder('/')).toEqual(before)
  })

  it('are those of this process, with mounts: false', async () => {
    const { stdout } = await inside.exec('readlink /proc/self/ns/mnt /proc/self/ns/net', { mounts: false })
    expect(stdout).toBe(`${readlinkSync('/proc/self/ns/mnt')}\n${namespaceOf(inside)}\n`)
  })

  it('leave out what has no file in /etc, with a warning, as `ip netns exec`', async () => {
    const netns = await createNamespace()
    mkdirSync(`/etc/netns/${netns.name}`, { recursive: true })
    writeFileSync(`/etc/netns/${netns.name}/no-such-file-in-etc`, '')
    writeFileSync(`/etc/netns/${netns.name}/hosts`, 'mounted all the same\n')
    const warned = once(process, 'warning')
    expect((await netns.exec('cat /etc/hosts')).stdout).toBe('mounted all the same\n')
    expect((await warned)[0]).toMatchObject({
      code: 'RTNETLINK_ETC_NETNS',
      message: expect.stringContaining('/no-such-file-in-etc could not be mounted over /etc/no-such-file-in-etc: no such file'),
    })
    rmSync(`/etc/netns/${netns.name}`, { recursive: true })
  })
})

/** The same process of Node's and of ours; `options` anew for each, since there may be signals and descriptors in it. */
async function bothLives(
  command: string,
  args: readonly string[] = [],
  options: () => SpawnOptions = () => ({}),
  during: (child: ChildProcess) => unknown = child => child.stdin?.end(),
): Promise<{ ours: Life; nodes: Life }> {
  const follow = (child: ChildProcess) => {
    const life = lifeOf(child)
    during(child)
    return life
  }
  const nodes = await follow(child_process.spawn(command, args, options()))
  const ours = await follow(inside.spawn(command, args, options()))
  return { ours, nodes }
}

describe('spawn is like that of child_process', () => {
  const node = process.execPath

  it.each([
    ['output on both streams, and an exit code', 'sh', ['-c', 'echo out; echo err >&2; exit 7']],
    ['an end by a signal', 'sh', ['-c', 'kill -KILL $$']],
    ['arguments of any text', 'printf', ['%s|', 'a b', '--', '$HOME', 'ü', '']],
    ['a program that is not there', 'no-such-program', ['a', 'b']],
    ['a path that is not there', '/no/such/program', []],
    ['a file that may not be executed', '/etc/passwd', ['a']],
    ['a folder', '/etc', []],
  ])('%s', async (_, command, args) => {
    const { ours, nodes } = await bothLives(command, args)
    expect(ours).toEqual(nodes)
  })

  it.each<[string, SpawnOptions]>([
    ['cwd', { cwd: '/usr/bin' }],
    ['a cwd that is not there', { cwd: '/no/such/folder' }],
    ['env', { env: { PATH: process.env.PATH, ONLY: 'this' } }],
    ['argv0', { argv0: 'other' }],
    ['uid and gid', { uid: 65534, gid: 65534 }],
    ['uid alone', { uid: 65534 }],
    ['shell', { shell: true }],
    ['another shell', { shell: '/bin/bash' }],
    ['a shell that is not there', { shell: '/no/such/shell' }],
    ['stdio: ignore', { stdio: 'ignore' }],
    ['stdio with ignored and missing streams', { stdio: ['ignore', null, undefined, 'ignore', 'pipe'] }],
    ['detached', { detached: true }],
  ])('%s', async (_, options) => {
    const shows =
      "pwd; env | sort | grep -v -e ^_= -e ^SHLVL=; id; cat /proc/$$/cmdline; [ $$ = $(cut -d' ' -f6 /proc/$$/stat) ] && echo leader; ls /proc/$$/fd"
    const script = join(folder, 'shows')
    writeFileSync(script, shows, { mode: 0o755 })
    chmodSync(folder, 0o755)
    const { ours, nodes } = await bothLives('sh', [script], () => ({ ...options }))
    expect(ours).toEqual(nodes)
  })

  it('a file without #!, which a shell runs', async () => {
    writeFileSync(join(folder, 'plain'), 'echo plain $1', { mode: 0o755 })
    const { ours, nodes } = await bothLives(join(folder, 'plain'), ['one'])
    expect(ours).toEqual(nodes)
    expect(ours.output[1]).toBe('plain one\n')
  })

  it('a program that the PATH of the options has', async () => {
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin', 'only-there'), '#!/bin/sh\necho found', { mode: 0o755 })
    const { ours, nodes } = await bothLives('only-there', [], () => ({ env: { PATH: join(folder, 'bin') } }))
    expect(ours).toEqual(nodes)
    expect(ours.output[1]).toBe('found\n')
  })

  it('more streams, both ways', async () => {
    const { ours, nodes } = await bothLives(
      'sh',
      ['-c', 'cat <&3 >&4'],
      () => ({ stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] }),
      child => (child.stdio[3] as net.Socket).end('there and back'),
    )
    expect(ours).toEqual(nodes)
    expect(ours.output[4]).toBe('there and back')
  })

  it('descriptors and streams of this process', async () => {
    const file = openSync(join(folder, 'written'), 'a+')
    const { ours, nodes } = await bothLives('sh', ['-c', 'echo written >&5; ls /proc/self/fd'], () => ({
      stdio: ['ignore', 'pipe', process.stderr, 'ignore', 'ignore', file],
    }))
    closeSync(file)
    expect(ours).toEqual(nodes)
  })

  it('messages', async () => {
    const program = `process.on('message', message => { process.send({ got: message }); process.disconnect() })`
    const { ours, nodes } = await bothLives(
      node,
      ['-e', program],
      () => ({ stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' }),
      child => child.send(new Map([[1, 2n]])),
    )
    expect(ours).toEqual(nodes)
    expect(ours.events).toContainEqual(['message', { got: new Map([[1, 2n]]) }, undefined])
  })

  it('timeout and killSignal', async () => {
    const { ours, nodes } = await bothLives('sleep', ['60'], () => ({ timeout: 200, killSignal: 'SIGINT' }))
    expect(ours).toEqual(nodes)
    expect(ours.signalCode).toBe('SIGINT')
  })

  it('an AbortSignal, also one that has been aborted before', async () => {
    for (const signal of [() => AbortSignal.abort(new Error('no more')), () => AbortSignal.timeout(200)]) {
      const { ours, nodes } = await bothLives('sleep', ['60'], () => ({ signal: signal() }))
      // Of one that was aborted before, Node knows by then whether the program was started.
      const known = (life: Life) => ({ ...life, events: life.events.filter(([event]) => event !== 'spawn') })
      expect(known(ours)).toEqual(known(nodes))
    }
  })

  it('kill at once', async () => {
    const { ours, nodes } = await bothLives('sleep', ['60'], undefined, child => child.kill())
    expect(ours).toEqual(nodes)
    expect(ours.signalCode).toBe('SIGTERM')
  })

  it('mistakes, which are thrown', () => {
    const wrong: [string, unknown, unknown][] = [
      ['', [], {}],
      ['a\0b', [], {}],
      ['true', ['a\0b'], {}],
      ['true', 5, {}],
      ['true', [], { uid: 'root' }],
      ['true', [], { stdio: ['no such'] }],
      ['true', [], { timeout: -1 }],
      ['true', [], { signal: 5 }],
    ]
    for (const [command, args, options] of wrong) {
      const thrown = (spawn: unknown) => {
        try {
          ;(spawn as (...words: unknown[]) => void)(command, args, options)
          return 'nothing'
        } catch (error) {
          return (error as { code: string }).code
        }
      }
      const nodes = thrown(child_process.spawn)
      expect(nodes).toMatch(/^ERR_/)
      expect(thrown(inside.spawn.bind(inside))).toBe(nodes)
    }
    expect(() => inside.spawn('true', { mounts: 1 as never })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', option: 'mounts' }),
    )
  })

  it('leaves child_process as it was, also when it throws', async () => {
    const { spawn } = child_process.ChildProcess.prototype as unknown as { spawn: unknown }
    expect(() => inside.spawn('')).toThrow()
    await once(inside.spawn('true'), 'close')
    expect((child_process.ChildProcess.prototype as unknown as { spawn: unknown }).spawn).toBe(spawn)
    const { stdout } = await promisify(child_process.exec)('readlink /proc/self/ns/net')
    expect(stdout).toBe(`${readlinkSync('/proc/self/ns/net')}\n`)
  })
})

describe('execFile and exec are like those of child_process, promisified', () => {
  const { execFile, exec } = child_process

  it.each<[string, string, string[], object]>([
    ['output', 'sh', ['-c', 'echo out; echo err >&2'], {}],
    ['an exit code', 'sh', ['-c', 'echo out; echo err >&2; exit 3'], {}],
    ['a signal', 'sh', ['-c', 'kill -9 $$'], {}],
    ['a program that is not there', 'no-such-program', ['a'], {}],
    ['too much output', 'sh', ['-c', 'head -c 5000 /dev/zero'], { maxBuffer: 100 }],
    ['a time limit', 'sleep', ['60'], { timeout: 200 }],
    ['bytes', 'printf', ['\\377'], { encoding: 'buffer' }],
    ['another encoding', 'printf', ['abc'], { encoding: 'hex' }],
    [
      'an AbortSignal',
      'sleep',
      ['60'],
      {
        get signal() {
          return AbortSignal.timeout(300)
        },
      },
    ],
    ['a shell', 'echo', ['a;', 'echo', 'b'], { shell: true }],
  ])('%s', async (_, file, args, options) => {
    const expected = await cameTo(promisify(execFile)(file, args, options))
    expect(await cameTo(inside.execFile(file, args, options))).toEqual(expected)
  })

  it('arguments and options may be left out', async () => {
    expect(await inside.execFile('true')).toEqual({ stdout: '', stderr: '' })
    expect(await inside.execFile('pwd', { cwd: '/usr' })).toEqual({ stdout: '/usr\n', stderr: '' })
    const { stdout } = await inside.execFile('true', [], { encoding: 'buffer' })
    expect(stdout).toEqual(Buffer.alloc(0))
  })

  it.each(['echo $0; exit 4', 'no-such-program', 'readlink /proc/self/cwd'])('%s', async line => {
    const options = { cwd: '/usr' }
    expect(await cameTo(inside.exec(line, options))).toEqual(await cameTo(promisify(exec)(line, options)))
  })

  it('the promise has the process', async () => {
    const promise = inside.execFile('cat')
    promise.child.stdin?.end('through')
    expect((await promise).stdout).toBe('through')
  })
})

describe('fork', () => {
  it('runs a module in there, with a channel for messages', async () => {
    const module = join(folder, 'forked.mjs')
    writeFileSync(
      module,
      `import { readlinkSync } from 'node:fs'
       process.once('message', message => {
         process.send([message, readlinkSync('/proc/self/ns/net'), process.argv.slice(1), process.execArgv])
         setImmediate(() => process.disconnect())
       })`,
    )
    const child = inside.fork(module, ['one'], { execArgv: ['--no-warnings'] })
    child.send('hello')
    const closed = once(child, 'close')
    expect(await once(child, 'message')).toEqual([['hello', namespaceOf(inside), [module, 'one'], ['--no-warnings']], undefined])
    expect(await closed).toEqual([0, null])
  })
})

describe('what cannot be', () => {
  it('without CAP_SYS_ADMIN, is an error event that says so', async () => {
    const { stdout, stderr } = await runProgram(
      `const inside = await rtnetlink.Netns.open(${JSON.stringify(inside.name)})
       const child = inside.spawn('true')
       const events = []
       for (const event of ['spawn', 'exit', 'error', 'close']) child.on(event, () => events.push(event))
       child.on('error', ({ name, code, syscall, operation, message }) => console.log(name, code, syscall, operation, message))
       child.on('close', () => console.log(events.join(), child.pid, child.exitCode))`,
      ['setpriv', '--inh-caps=-sys_admin', '--bounding-set=-sys_admin'],
    )
    expect(stderr).toBe('')
    expect(stdout).toBe(
      'SystemError EPERM setns netns.spawn netns.spawn: setns: operation not permitted (EPERM); it needs CAP_SYS_ADMIN (run as root, or give the process that capability)\n' +
        'error,close undefined -1\n',
    )
  })

  it('when /sys cannot be mounted, says how to do without', async () => {
    const { stdout } = await runProgram(
      `const inside = await rtnetlink.Netns.create()
       await inside.execFile('true').catch(({ name, code, path, message }) => console.log(name, code, path, message))
       const { stdout } = await inside.execFile('echo', ['without'], { mounts: false })
       console.log(stdout)`,
      // A container: a user namespace whose /sys hides something gets no other one (fs/namespace.c, mount_too_revealing).
      ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /sys/kernel && exec unshare -Urmn "$@"', 'sh'],
    )
    expect(stdout).toBe(
      'SystemError EPERM /sys netns.execFile: mount /sys: operation not permitted (EPERM); { mounts: false } does without a /sys and an /etc of its own\nwithout\n\n',
    )
  })

  it('with a closed handle, is thrown', async () => {
    const netns = await Netns.create()
    netns.close()
    expect(() => netns.spawn('true')).toThrow(expect.objectContaining({ name: 'ClosedError', operation: 'netns.spawn' }))
    expect(() => netns.execFile('true')).toThrow(expect.objectContaining({ name: 'ClosedError' }))
  })

  it('without free descriptors, is the error event of Node', async () => {
    const { stdout, stderr } = await runProgram(
      `import { openSync } from 'node:fs'
       const inside = await rtnetlink.Netns.open(${JSON.stringify(inside.name)})
       const child_process = await import('node:child_process')
       await inside.execFile('true') // which loads what starts processes
       try { for (;;) openSync('/dev/null') } catch {}
       for (const spawn of [child_process.spawn, inside.spawn.bind(inside)]) {
         try { spawn('true').on('error', error => console.log(error.message)) } catch (error) { console.log(error.message) }
       }`,
      ['prlimit', '--nofile=64'],
    )
    const [nodes, ours, ...more] = stdout.trim().split('\n')
    expect([ours, more, stderr]).toEqual([nodes, [], ''])
    expect(ours).toContain('EMFILE')
  })
})

describe('nothing is left', () => {
  it('of two hundred processes, a part of which cannot be started', async () => {
    await inside.execFile('true')
    const before = openDescriptors()
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, i) => lifeOf(inside.spawn(i % 5 === 0 ? 'no-such-program' : 'true'))))
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('of the launcher, when this process is killed meanwhile', async () => {
    const program = runProgram(
      `const inside = await rtnetlink.Netns.open(${JSON.stringify(inside.name)})
       for (let i = 0; i < 20; i++) inside.spawn('cat')
       process.kill(process.pid, 'SIGKILL')`,
    )
    expect((await program).signal).toBe('SIGKILL')
    // Each sees the end of its input, as a child of Node's does.
    const there = () => execFileSync('ip', ['netns', 'pids', inside.name], { encoding: 'utf8' })
    expect(await eventually(() => there() === '')).toBe(true)
  })
})
