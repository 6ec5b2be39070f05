import { execFileSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/netns/netns.ts'
import { runProgram } from '../support/dist.ts'
import { NameServer } from '../support/name-server.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const library = new URL('../../dist/index.js', import.meta.url).href
const libraryFile = fileURLToPath(library)

let inside: NamedNetns
let folder: string
let names: NameServer

beforeAll(async () => {
  inside = await createNamespace()
  await inside.links.set('lo', { up: true })
  mkdirSync(`/etc/netns/${inside.name}`, { recursive: true })
  writeFileSync(`/etc/netns/${inside.name}/hosts`, '127.0.0.1 inside.test\n')
  writeFileSync(`/etc/netns/${inside.name}/resolv.conf`, 'nameserver 127.0.0.1\noptions timeout:30 attempts:1\n')
  names = await new NameServer({ 'asked.test': { a: ['127.0.0.1'] } }).start(inside, '127.0.0.1')
  folder = mkdtempSync(join(tmpdir(), 'rtnetlink-worker-'))
})
afterEach(async () => {
  expect(await lastingStrayThreads()).toEqual([])
})
afterAll(() => {
  names.close()
  rmSync(folder, { recursive: true, force: true })
  rmSync(`/etc/netns/${inside.name}`, { recursive: true, force: true })
  closeNamespaces()
})

const namespaceOf = (netns: Netns) => `net:[${netns.inode.split(':')[1]}]`
const home = () => readlinkSync('/proc/self/ns/net')

/** What a worker posts first; it is gone afterwards. */
async function firstMessage(worker: Worker): Promise<unknown> {
  const [message] = await once(worker, 'message')
  await worker.terminate()
  return message
}

/** Runs the body of an async function in a Worker that is inside; what it returns is the result. */
async function runInside<Result = unknown>(body: string, options: WorkerOptions = {}, netns: Netns = inside): Promise<Result> {
  const text = `
    import { parentPort, workerData, Worker } from 'node:worker_threads'
    import dns, { lookup } from 'node:dns'
    import dgram from 'node:dgram'
    import fs from 'node:fs'
    import net from 'node:net'
    import { once } from 'node:events'
    import child_process from 'node:child_process'
    const here = () => fs.readlinkSync('/proc/thread-self/ns/net')
    parentPort.postMessage(await (async () => { ${body} })())`
  return (await firstMessage(netns.worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`), options))) as Result
}

/** Servers of all kinds on the process's own loopback, which tell who has come out; `port` is free inside. */
async function withDecoys(body: (port: number) => Promise<void>): Promise<void> {
  const escaped: string[] = []
  const server = http.createServer((_, response) => response.end('outside')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.on('connection', () => escaped.push('a connection'))
  const socket = dgram.createSocket('udp4', () => escaped.push('a datagram')).bind(port, '127.0.0.1')
  await once(socket, 'listening')
  try {
    await body(port)
    expect(escaped).toEqual([])
  } finally {
    server.close()
    socket.close()
  }
}

describe('netns.worker', () => {
  const see = `[readlinkSync('/proc/thread-self/ns/net'), { workerData, threadId: typeof threadId, argv: process.argv, execArgv: process.execArgv, env: process.env.GIVEN,
    title: process.title, resourceLimits: resourceLimits.maxOldGenerationSizeMb, WHERE, main: isMainThread, admission: getEnvironmentData('rtnetlink.admission'), mine: getEnvironmentData('mine') }]`
  const wt = '{ workerData, threadId, resourceLimits, isMainThread, getEnvironmentData, parentPort }'
  const commonJs = `const first = require('node:fs').readlinkSync('/proc/thread-self/ns/net')
    const ${wt} = require('node:worker_threads')
    const readlinkSync = () => first
    parentPort.postMessage(${see.replace('WHERE', 'where: __filename')})`
  const esm = `import { readlinkSync } from 'node:fs'
    import ${wt} from 'node:worker_threads'
    parentPort.postMessage(${see.replace('WHERE', 'where: import.meta.url')})`

  it.each<[string, () => string | URL, WorkerOptions]>([
    ['a CommonJS file', () => file('worker.cjs', commonJs), {}],
    ['an ES module', () => pathToFileURL(file('worker.mjs', esm)), {}],
    ['text', () => commonJs, { eval: true }],
    ['a data: URL', () => new URL(`data:text/javascript,${encodeURIComponent(esm)}`), {}],
    ['arguments and data', () => file('worker.mjs', esm), { argv: ['one', 2], workerData: { deep: [1n, new Map()] } }],
    ['flags', () => file('worker.mjs', esm), { execArgv: ['--no-warnings', '--no-deprecation'] }],
    ['no flags', () => file('worker.mjs', esm), { execArgv: [] }],
    ['an environment', () => file('worker.mjs', esm), { env: { GIVEN: 'yes' } }],
    ['the environment of this process', () => file('worker.mjs', esm), { env: SHARE_ENV }],
    ['limits and a name', () => file('worker.mjs', esm), { resourceLimits: { maxOldGenerationSizeMb: 77 }, name: 'named' }],
  ])('enters before anything else, and the code finds what it would find anyway: %s', async (_, code, options) => {
    const nodes = (await firstMessage(new Worker(code(), options))) as [string, object]
    const ours = (await firstMessage(inside.worker(code(), options))) as [string, object]
    expect(nodes[0]).toBe(home())
    expect(ours).toEqual([namespaceOf(inside), nodes[1]])
  })

  it('passes what is transferred, and gives what the worker writes', async () => {
    const bytes = new Uint8Array([1, 2, 3])
    const worker = inside.worker(`process.stdout.write('written ' + require('node:worker_threads').workerData)`, {
      eval: true,
      stdout: true,
      workerData: bytes,
      transferList: [bytes.buffer],
    })
    const exit = once(worker, 'exit')
    expect(bytes.length).toBe(0)
    expect(`${(await once(worker.stdout, 'data'))[0]}`).toBe('written 1,2,3')
    expect(await exit).toEqual([0])
  })

  it('gives the error and the exit code of the worker', async () => {
    const thrown = inside.worker(`throw new RangeError('mine')`, { eval: true })
    expect((await once(thrown, 'error'))[0]).toMatchObject({ name: 'RangeError', message: 'mine' })
    expect(await once(inside.worker('process.exit(5)', { eval: true }), 'exit')).toEqual([5])
  })

  it('throws what new Worker throws, and keeps nothing open', async () => {
    const before = openDescriptors()
    expect(() => inside.worker('relative.js')).toThrow(expect.objectContaining({ code: 'ERR_WORKER_PATH' }))
    const wrong = () => inside.worker('', { eval: true, execArgv: ['--no-such-flag'] })
    expect(wrong).toThrow(expect.objectContaining({ code: 'ERR_WORKER_INVALID_EXEC_ARGV' }))
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('enters a namespace whose handle is closed at once', async () => {
    const netns = await Netns.create()
    const expected = namespaceOf(netns)
    const worker = netns.worker(commonJs, { eval: true })
    netns.close()
    expect(await firstMessage(worker)).toEqual([expected, expect.anything()])
  })

  it('inherits the flags of the process, but for those that no Worker can be given', () => {
    const script = file(
      'flags.cjs',
      `const { Worker } = require('node:worker_threads')
       require(${JSON.stringify(libraryFile)}).Netns.open(${JSON.stringify(inside.name)}).then(async inside => {
         const text = "require('node:worker_threads').parentPort.postMessage([typeof gc, process.execArgv, process.noDeprecation])"
         const say = worker => new Promise(resolve => worker.on('message', message => resolve(JSON.stringify(message))))
         console.log(await say(new Worker(text, { eval: true })))
         console.log(await say(inside.worker(text, { eval: true })))
       })`,
    )
    const flags = ['--no-warnings', '--expose-gc', '--no-deprecation', '--max-old-space-size=500']
    const [nodes, ours] = execFileSync(process.execPath, [...flags, script], { encoding: 'utf8' }).split('\n')
    expect(ours).toBe(nodes)
    expect(ours).toBe(JSON.stringify(['function', flags, true]))
  })

  function file(name: string, text: string): string {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
})

describe('nothing leaves the namespace', () => {
  it.each([
    [
      'net.connect',
      `return (await once(net.connect(PORT, '127.0.0.1').on('connect', function () { this.write('GET / HTTP/1.0\\r\\n\\r\\n') }), 'data')).join()`,
    ],
    [
      'net.connect by name',
      `return (await once(net.connect(PORT, 'inside.test').on('connect', function () { this.write('GET / HTTP/1.0\\r\\n\\r\\n') }), 'data')).join()`,
    ],
    ['fetch', `return await (await fetch('http://127.0.0.1:PORT')).text()`],
    ['fetch by name', `return await (await fetch('http://inside.test:PORT')).text()`],
    ['fetch by a name that a name server knows', `return await (await fetch('http://asked.test:PORT')).text()`],
    [
      'a child process',
      `return child_process.execFileSync(process.execPath, ['-e', "fetch('http://127.0.0.1:PORT').then(r => r.text()).then(console.log)"]).toString()`,
    ],
    [
      'fetch in a worker of the worker',
      `
      const code = "fetch('http://inside.test:PORT').then(r => r.text()).then(text => require('node:worker_threads').parentPort.postMessage(text))"
      return (await once(new Worker(code, { eval: true, execArgv: [], env: {} }), 'message'))[0]`,
    ],
  ])('with %s', async (_, body) => {
    await withDecoys(async port => {
      const server = http.createServer((_, response) => response.end('inside'))
      await inside.listen(server, { host: '127.0.0.1', port })
      expect(await runInside(body.replaceAll('PORT', `${port}`))).toContain('inside')
      server.closeAllConnections()
      server.close()
    })
  })

  it('with datagrams to a name', async () => {
    await withDecoys(async port => {
      const ear = inside.createSocket('udp4').bind(port, '127.0.0.1')
      await once(ear, 'listening')
      const heard = once(ear, 'message')
      await runInside(`await new Promise(resolve => dgram.createSocket('udp4').send('hello', ${port}, 'inside.test', resolve))`)
      expect(`${(await heard)[0]}`).toBe('hello')
      ear.close()
    })
  })

  it('with a server, whose port is taken outside', async () => {
    await withDecoys(async port => {
      const worker = inside.worker(
        `require('node:http').createServer((_, response) => response.end('inside')).listen(${port}, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage('up'))`,
        { eval: true },
      )
      await once(worker, 'message')
      expect(await (await inside.fetch(`http://127.0.0.1:${port}`)).text()).toBe('inside')
      await worker.terminate()
    })
  })
})

describe('names in a worker', () => {
  it('are looked up inside, by each function that node:dns has for it', async () => {
    const found = await runInside(`
      const { promisify } = await import('node:util')
      const callback = (...args) => new Promise((resolve, reject) => dns.lookup(...args, (error, ...found) => error ? reject(error) : resolve(found)))
      return [
        await callback('inside.test'), await callback('inside.test', 4), await callback('inside.test', { all: true }), await callback('127.0.0.9'),
        await promisify(lookup)('asked.test'), await dns.promises.lookup('asked.test', { all: true, family: 4 }),
        await (await import('node:dns/promises')).lookup('inside.test'), await dns.promises.resolve4('asked.test'),
      ]`)
    const at = { address: '127.0.0.1', family: 4 }
    expect(found).toEqual([['127.0.0.1', 4], ['127.0.0.1', 4], [[at]], ['127.0.0.9', 4], at, [at], at, ['127.0.0.1']])
  })

  it('fail with codes that are those of Node', async () => {
    const body = `return [await dns.promises.lookup('no.test').catch(e => e.code), await new Promise(r => dns.lookup('no.test', e => r(e.code)))]`
    expect(await runInside(body)).toEqual(['ENOTFOUND', 'ENOTFOUND'])
  })

  it('are refused where Node would ask outside', async () => {
    const body = `return [await dns.promises.lookupService('127.0.0.1', 22).catch(e => e.code),
      (() => { try { dns.lookupService('127.0.0.1', 22, () => {}) } catch (error) { return error.code } })()]`
    expect(await runInside(body)).toEqual(['ERR_OUTSIDE_NAMESPACE', 'ERR_OUTSIDE_NAMESPACE'])
  })

  it('are checked as Node checks them', async () => {
    const calls = `[['name'], [5, () => {}], ['name', { family: 5 }, () => {}], ['name', { hints: -1 }, () => {}], ['name', {}, 5]]`
    const codes = `${calls}.map(args => { try { dns.lookup(...args) } catch (error) { return error.code } })`
    const text = `const dns = require('node:dns'); require('node:worker_threads').parentPort.postMessage(${codes})`
    const nodes = await firstMessage(new Worker(text, { eval: true }))
    expect(nodes).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/^ERR_INVALID_ARG/)))
    expect(await runInside(`return ${codes}`)).toEqual(nodes)
  })
})

describe('what lives in a worker', () => {
  it('is inside: threads that it starts, processes, the current namespace, settings', async () => {
    const found = await runInside<unknown[]>(`
      const { Netns } = await import(${JSON.stringify(library)})
      const current = Netns.current()
      const nested = new Worker("require('node:worker_threads').parentPort.postMessage(require('node:fs').readlinkSync('/proc/thread-self/ns/net'))", { eval: true })
      const [there] = await once(nested, 'message')
      const address = await current.lookup('inside.test')
      return [here(), there, child_process.execSync('readlink /proc/self/ns/net').toString().trim(), 'net:[' + current.inode.split(':')[1] + ']',
        (await current.links.list()).map(({ name }) => name).join(), address.address, fs.readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')]`)
    const there = namespaceOf(inside)
    expect(found).toEqual([there, there, there, there, 'lo', '127.0.0.1', '0\n'])
  })

  it('is outside: asynchronous calls of node:fs, and /sys', async () => {
    const found = await runInside(
      `return [await fs.promises.readlink('/proc/thread-self/ns/net'), fs.existsSync('/sys/class/net/only-outside')]`,
    )
    expect(found).toEqual([home(), false])
  })

  it('does not take the pool of libuv along, when nobody used that before', async () => {
    const script = join(folder, 'first-use.cjs')
    writeFileSync(
      script,
      `const { readdirSync, readlinkSync } = require('node:fs')
       const { Netns } = require(${JSON.stringify(libraryFile)})
       Netns.open(${JSON.stringify(inside.name)}).then(inside => {
         const worker = inside.worker(\`
           const { promises } = require('node:fs')
           const read = () => promises.readlink('/proc/thread-self/ns/net')
           Promise.all(Array.from({ length: 20 }, read)).then(found => require('node:worker_threads').parentPort.postMessage([...new Set(found)]))
           setInterval(() => {}, 1000)\`, { eval: true })
         worker.on('message', found => {
           const home = readlinkSync('/proc/self/ns/net')
           const isAway = id => {
             try {
               return readlinkSync('/proc/self/task/' + id + '/ns/net') !== home
             } catch {
               return false // It has ended meanwhile.
             }
           }
           // Only that of the worker, once those that have ended their work there are gone.
           const look = () => {
             if (readdirSync('/proc/self/task').filter(isAway).length !== 1) return void setTimeout(look, 5)
             console.log(found.every(ns => ns === home))
             process.exit()
           }
           look()
         })
       })`,
    )
    expect(execFileSync(process.execPath, ['--no-warnings', script], { encoding: 'utf8' })).toBe('true\n')
  })

  it('goes with it: nothing stays open, and the namespace ends', async () => {
    await runInside('return 1')
    const before = openDescriptors()
    const threads = () => readdirSync('/proc/self/task').length
    const threadsBefore = threads()
    for (let round = 0; round < 3; round++) {
      const netns = await Netns.create()
      await Promise.all(Array.from({ length: 3 }, () => runInside('return here()', {}, netns)))
      netns.worker('setInterval(() => {}, 1000)', { eval: true }).terminate()
      netns.close()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await eventually(() => threads() <= threadsBefore + 1)).toBe(true)
  })
})

describe('what cannot be', () => {
  it('without CAP_SYS_ADMIN, is thrown', async () => {
    const { stdout } = await runProgram(
      `const inside = await rtnetlink.Netns.open(${JSON.stringify(inside.name)})
       try { inside.worker('', { eval: true }) } catch ({ name, code, syscall, operation, message }) { console.log(name, code, syscall, operation, message) }`,
      ['setpriv', '--inh-caps=-sys_admin', '--bounding-set=-sys_admin'],
    )
    expect(stdout).toBe(
      'SystemError EPERM setns netns.worker netns.worker: setns: operation not permitted (EPERM); it needs CAP_SYS_ADMIN (run as root, or give the process that capability)\n',
    )
  })

  it('in a namespace of a user namespace, is thrown without root, with what to do, and that does it', async () => {
    const { stdout, stderr } = await runProgram(
      `const inside = await rtnetlink.Netns.create()
       try { inside.worker('', { eval: true }) } catch ({ name, code, message }) { console.log(name, code, message) }
       const { stdout } = await inside.execFile('readlink', ['/proc/self/ns/net'])
       console.log(stdout === 'net:[' + inside.inode.split(':')[1] + ']\\n')`,
      ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
    )
    expect(stderr).toBe('')
    expect(stdout).toMatch(
      /^SystemError EPERM netns.worker: the namespace is owned by a user namespace.*netns.fork\(\) or netns.spawn\(\).*\ntrue\n$/,
    )
  })

  it('as root, a namespace of a user namespace can be entered', async () => {
    const netns = await Netns.create({ user: true })
    expect(await runInside('return here()', {}, netns)).toBe(namespaceOf(netns))
    netns.close()
  })

  it('with a closed handle, is thrown', async () => {
    const netns = await Netns.create()
    netns.close()
    expect(() => netns.worker('', { eval: true })).toThrow(
      expect.objectContaining({ name: 'ClosedError', operation: 'netns.worker' }),
    )
  })
})
