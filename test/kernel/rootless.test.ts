import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/netns/netns.ts'
import { Rtnetlink } from '../../lib/rtnetlink.ts'
import { brokersOf, zombiesOf } from '../support/brokers.ts'
import { lackOf } from '../support/kernel.ts'
import { runNode } from '../support/run-node.ts'
import { eventually, lastingStrayThreads, openDescriptors, uniqueName } from '../support/test-namespaces.ts'
import { isPrivileged } from '../support/unprivileged.ts'

let opened: Netns[] = []
async function create(): Promise<Netns> {
  const netns = await Netns.create({ user: true })
  opened.push(netns)
  return netns
}
function closeAll(): void {
  for (const netns of opened) netns.close()
  opened = []
}

/** Two namespaces with a veth between them: 10.9.0.1 and 10.9.0.2. */
async function createPair(): Promise<[Netns, Netns]> {
  const [left, right] = await Promise.all([create(), create()])
  await left.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer: { name: 'eth0', netns: right, up: true } } })
  await left.addresses.add({ link: 'eth0', address: '10.9.0.1/24' })
  await right.addresses.add({ link: 'eth0', address: '10.9.0.2/24' })
  await answers(left, '10.9.0.2')
  return [left, right]
}

/** The kernel lets packets through a veth a moment after it has come up. */
async function answers(netns: Netns, address: string): Promise<void> {
  let received = 0
  for (let tries = 0; received === 0 && tries < 50; tries++) received = (await netns.ping(address, { timeout: 100 })).received
  expect(received).toBe(1)
}

async function killBrokers(): Promise<number[]> {
  const killed = brokersOf()
  for (const pid of killed) process.kill(pid, 'SIGKILL')
  await eventually(() => !brokersOf().some(pid => killed.includes(pid)))
  return killed
}

afterEach(closeAll)

describe('namespaces without root', () => {
  let left: Netns
  let right: Netns
  beforeAll(async () => {
    ;[left, right] = await createPair()
    opened = []
  })
  afterAll(() => {
    left.close()
    right.close()
  })

  it('are others than the process’s, and than each other', () => {
    expect(new Set([Netns.current().inode, left.inode, right.inode]).size).toBe(3)
  })

  it('are served by two brokers, of which one makes them and one opens what is in them', async () => {
    await Promise.all([create(), create(), create()])
    expect(brokersOf()).toHaveLength(2)
  })

  it('have links, addresses and routes', async () => {
    await right.routes.add({ to: '10.99.0.0/16', via: '10.9.0.1' })
    expect(await right.routes.list({ to: '10.99.0.0/16' })).toEqual([expect.objectContaining({ via: '10.9.0.1' })])
    expect((await left.links.get('eth0')).kind).toBe('veth')
  })

  it('reach each other through a veth', async () => {
    expect(await left.ping('10.9.0.2')).toMatchObject({ received: 1 })
  })

  it('take servers on port 80, and reach them with fetch', async () => {
    const server = await right.listen(
      http.createServer((_, response) => response.end('inside')),
      { port: 80 },
    )
    expect(await (await left.fetch('http://10.9.0.2/')).text()).toBe('inside')
    server.closeAllConnections()
    server.close()
  })

  it('take TCP connections, from the right address', async () => {
    const server = await right.listen(
      net.createServer(socket => socket.end(String(socket.remoteAddress))),
      { port: 0, host: '10.9.0.2' },
    )
    const socket = left.connect({ host: '10.9.0.2', port: (server.address() as net.AddressInfo).port })
    const [text] = await once(socket, 'data')
    expect(String(text)).toBe('10.9.0.1')
    socket.destroy()
    server.close()
  })

  it('take datagrams', async () => {
    const receiver = right.createSocket('udp4')
    receiver.bind(53, '10.9.0.2')
    await once(receiver, 'listening')
    const sender = left.createSocket('udp4')
    sender.send('datagram', 53, '10.9.0.2')
    const [message] = await once(receiver, 'message')
    expect(String(message)).toBe('datagram')
    receiver.close()
    sender.close()
  })

  it('give raw sockets, of AF_PACKET too', async () => {
    const socket = await left.openSocket({ family: 'packet', type: 'raw', protocol: 3 })
    expect(socket.fd).toBeGreaterThan(2)
    await socket.close()
  })

  it('have settings, to be read and written', async () => {
    await left.sysctl.set('net.ipv4.conf.eth0.rp_filter', 2)
    expect(await left.sysctl.get('net.ipv4.conf.eth0.rp_filter')).toBe('2')
    await left.sysctl.set('net.ipv4.ip_forward', true)
    expect(await left.sysctl.get('net.ipv4.ip_forward')).toBe('1')
    expect(await right.sysctl.get('net.ipv4.ip_forward')).toBe('0')
  })

  it('have bridges, with ports of other namespaces behind them', async () => {
    const netns = await create()
    await Promise.all([
      netns.links.add({ kind: 'bridge', name: 'br0', up: true }),
      netns.links.add({ kind: 'veth', name: 'port', master: 'br0', up: true, veth: { peer: { name: 'eth1', netns: right } } }),
    ])
    expect((await netns.links.get('port')).master).toBe((await netns.links.get('br0')).index)
    expect((await right.links.get('eth1')).name).toBe('eth1')
    await right.links.delete('eth1')
  })

  it('have links moved between them', async () => {
    const netns = await create()
    await left.links.add({ kind: 'veth', name: 'moved', veth: { peer: { name: 'stays' } } })
    await left.links.set('moved', { netns })
    expect((await netns.links.get('moved')).name).toBe('moved')
    await left.links.delete('stays')
  })

  it('speak generic netlink', async () => {
    const error = await left.wireguard.get('none').catch((reason: Error) => reason)
    expect((error as Error).message).not.toContain('EPERM')
  })

  it('are opened again by path and descriptor, and worked in', async () => {
    const netns = await create()
    const brokers = brokersOf()
    const fd = readdirSync('/proc/self/fd').find(name => target(name) === `net:[${netns.inode.split(':')[1]}]`)
    const again = await Netns.open({ path: `/proc/self/fd/${fd}` })
    opened.push(again)
    await again.links.set('lo', { up: true })
    expect(await again.ping('127.0.0.1')).toMatchObject({ received: 1 })
    expect(brokersOf()).toEqual(brokers)
  })

  it('take more sessions', async () => {
    const session = await Rtnetlink.open({ netns: left })
    expect((await session.links.list()).map(link => link.name)).toContain('eth0')
    session.close()
  })

  it('have processes born in them, as root of their user namespace', async () => {
    const { stdout } = await left.execFile('sh', [
      '-c',
      'id -u; cat /proc/self/uid_map; ls /sys/class/net; ip -br link show dev lo',
    ])
    const [uid, map, ...rest] = stdout.trim().split('\n')
    expect(uid).toBe('0')
    expect(map!.trim().split(/\s+/)).toEqual(['0', String(process.getuid!()), '1'])
    expect(rest.slice(0, -1).filter(name => name !== 'bonding_masters')).toEqual(['eth0', 'lo'])
    expect(rest.at(-1)).toMatch(/^lo /)
  })

  it('have processes that set them up', async () => {
    await left.execFile('ip', ['link', 'add', 'fromip', 'type', 'bridge'])
    expect((await left.links.get('fromip')).kind).toBe('bridge')
    await left.links.delete('fromip')
  })

  it('move no thread of this process', async () => {
    expect(await lastingStrayThreads()).toEqual([])
  })
})

describe('the broker', () => {
  // That of the test before ends a moment after its last namespace.
  beforeEach(async () => {
    await eventually(() => brokersOf().length === 0)
  })

  it('starts with the first namespace and ends with the last, and leaves no zombie', async () => {
    expect(await eventually(() => brokersOf().length === 0)).toBe(true)
    const [left, right] = [await create(), await create()]
    expect(brokersOf()).toHaveLength(2)
    left.close()
    expect(await right.links.list()).toHaveLength(1)
    right.close()
    expect(await eventually(() => brokersOf().length === 0 && zombiesOf().length === 0)).toBe(true)
  })

  it('is not needed by what is open: sockets and sessions go on without it', async () => {
    const [left, right] = await createPair()
    const server = await right.listen(
      http.createServer((_, response) => response.end('still there')),
      { port: 80 },
    )
    await left.fetch('http://10.9.0.2/')
    await killBrokers()
    expect(await (await left.fetch('http://10.9.0.2/')).text()).toBe('still there')
    expect((await left.links.list()).map(link => link.name)).toEqual(['lo', 'eth0'])
    expect(brokersOf()).toEqual([])
    server.closeAllConnections()
    server.close()
  })

  it('that was killed is followed by another one, in the same user namespace', async () => {
    const before = await create()
    await before.links.list()
    const killed = await killBrokers()
    const after = await create()
    expect(brokersOf().some(pid => killed.includes(pid))).toBe(false)
    await before.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'b', netns: after, up: true } } })
    await before.addresses.add({ link: 'a', address: '10.1.0.1/24' })
    await after.addresses.add({ link: 'b', address: '10.1.0.2/24' })
    await answers(before, '10.1.0.2')
  })

  // On a busy machine it may be killed before it has the task.
  it('that is killed in the middle of a task: that one fails and says so, the next one does not', { retry: 10 }, async () => {
    const netns = await create()
    const [pid] = brokersOf()
    process.kill(pid!, 'SIGSTOP')
    const pending = netns.openSocket({ family: 'packet', type: 'raw' }).catch((reason: Error) => reason)
    await new Promise(resolve => setTimeout(resolve, 50))
    process.kill(pid!, 'SIGKILL')
    const error = await pending
    expect(error).toMatchObject({ name: 'SystemError', code: 'ECONNRESET', syscall: 'broker', operation: 'netns.openSocket' })
    expect((error as Error).message).toContain('the next call starts another')
    const socket = await netns.openSocket({ family: 'packet', type: 'raw' })
    await socket.close()
  })

  it('outlives Ctrl-C, and is in no process group of this process', async () => {
    const netns = await create()
    const [pid] = brokersOf()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid!, signal)
    // Procps never ends under the sanitizers' libraries.
    const env = { PATH: process.env.PATH }
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8', env })
    expect(Number(group)).toBe(pid)
    await (await netns.openSocket({ family: 'packet', type: 'raw' })).close()
    expect(brokersOf()).toEqual([pid])
  })

  it('holds no namespace: one that is closed ends', async () => {
    await create()
    const netns = await create()
    const inode = netns.inode.split(':')[1]
    const lsns = () => execFileSync('lsns', ['-t', 'net', '-n', '-o', 'NS'], { encoding: 'utf8' })
    await netns.openSocket({ family: 'packet', type: 'raw' }).then(socket => socket.close())
    netns.close()
    // It lets go of what it was sent a moment after its answer.
    expect(await eventually(() => !lsns().includes(inode!))).toBe(true)
  })

  it('leaves nothing behind when its process is killed', async () => {
    const script = `
      import { Netns } from 'rtnetlink'
      const handle = await Netns.create({ user: true })
      await handle.links.list()
      console.log(handle.inode)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(createInterface(child.stdout), 'line')
    const [broker] = brokersOf(child.pid)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(broker).toBeGreaterThan(0)
    expect(await eventually(() => !isAlive(broker!))).toBe(true)
  })

  it('does not keep the process alive, nor shows up among the children that it waits for', async () => {
    const script = `
      import { Netns } from 'rtnetlink'
      import { spawn } from 'node:child_process'
      globalThis.kept = await Netns.create({ user: true })
      const other = await Netns.create({ user: true })
      const child = spawn('true')
      child.on('exit', code => console.log('exit', code))`
    expect(await runNode(['--input-type=module', '-e', script])).toMatchObject({ code: 0, stdout: 'exit 0\n', stderr: '' })
  })

  it('opened and closed again and again leaves no descriptor and no thread behind', async () => {
    const cycle = async () => {
      const netns = await Netns.create({ user: true })
      await netns.links.list()
      netns.close()
    }
    await cycle()
    await eventually(() => brokersOf().length === 0)
    const before = openDescriptors()
    for (let i = 0; i < 30; i++) await cycle()
    expect(await eventually(() => brokersOf().length === 0 && openDescriptors() <= before)).toBe(true)
    expect(zombiesOf()).toEqual([])
  })

  it('is one for each Worker', async () => {
    const script = `
      import { Worker } from 'node:worker_threads'
      import { Netns } from 'rtnetlink'
      const netns = await Netns.create({ user: true })
      const worker = new Worker(\`
        import('rtnetlink').then(async ({ Netns }) => {
          const netns = await Netns.create({ user: true })
          await netns.links.set('lo', { up: true })
          console.log('worker', (await netns.ping('127.0.0.1')).received)
        })\`, { eval: true })
      worker.on('exit', async code => {
        await netns.links.set('lo', { up: true })
        console.log('main', code, (await netns.ping('127.0.0.1')).received)
      })`
    expect(await runNode(['--input-type=module', '-e', script])).toMatchObject({ code: 0, stdout: 'worker 1\nmain 0 1\n' })
  })
})

describe('what takes root', () => {
  it('is a name, and says so', async () => {
    await expect(Netns.create(uniqueName(), { user: true })).rejects.toMatchObject({
      name: 'TypeError',
      option: 'user',
      message: expect.stringContaining('/run/netns'),
    })
  })

  it('is a link to the host’s namespace', async context => {
    const netns = await create()
    const host = Netns.current()
    opened.push(host)
    const pair = { kind: 'veth', name: 'none', veth: { peer: { name: 'none0', netns: host } } } as const
    if (isPrivileged) context.skip('links to the host: this process may have them')
    await expect(netns.links.add(pair)).rejects.toMatchObject({
      code: 'EPERM',
      message: expect.stringContaining('that this process made itself'),
    })
  })

  it('is the device of a macvtap, and says so', async context => {
    if (isPrivileged) context.skip('the device of a macvtap: this process may go into the namespace')
    const lack = lackOf('macvtap')
    if (lack !== undefined) context.skip(lack)
    const netns = await create()
    await netns.links.add({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
    await netns.links.add({ kind: 'macvtap', name: 'mvt', link: 'a' })
    await expect(netns.openTap({ link: 'mvt' })).rejects.toMatchObject({
      code: 'EPERM',
      syscall: 'setns',
      message: expect.stringContaining('it takes root, or a tap'),
    })
  })

  it('is a thread of this process in there, and says so', async context => {
    if (isPrivileged) context.skip('ns.worker: this process may have its threads there')
    const netns = await create()
    expect(() => netns.worker('', { eval: true })).toThrow(
      expect.objectContaining({ code: 'EPERM', message: expect.stringContaining('netns.fork()') }),
    )
  })

  it('is a simulated device, and says so', async context => {
    if (isPrivileged) context.skip('netdevsim: this process may make one')
    const netns = await create()
    await expect(netns.netdevsim.add({ id: 1 })).rejects.toMatchObject({
      name: 'SystemError',
      message: expect.stringContaining('root'),
    })
  })

  it('is what `user: false` asks for', async context => {
    if (isPrivileged) context.skip('user: false without capabilities: this process has them')
    await expect(Netns.create({ user: false })).rejects.toMatchObject({ code: 'EPERM', syscall: 'unshare' })
  })
})

function target(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined // Closed meanwhile.
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
