import { closeSync, fstatSync, read, readSync, writeSync } from 'node:fs'
import net from 'node:net'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import type { OpenSocketOptions, RawSocket } from '../../lib/netns/raw-socket.ts'
import { runProgram } from '../support/dist.ts'
import { joinedNamespaces } from '../support/joined.ts'
import { hasKind } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns
const sockets: RawSocket[] = []

beforeAll(async () => {
  ;({ left, right } = await joinedNamespaces())
})
afterEach(async () => {
  await Promise.all(sockets.splice(0).map(socket => socket.close()))
})
afterAll(closeNamespaces)

async function opened(netns: Netns, options: OpenSocketOptions): Promise<RawSocket> {
  const socket = await netns.openSocket(options)
  sockets.push(socket)
  return socket
}

/** A test's own EtherType: nothing else has it. */
const ETHERTYPE = 0x88b5
const frame = Buffer.from(
  `${'ff'.repeat(6)}${'02'.repeat(6)}88b5${Buffer.from('rtnetlink').toString('hex')}`.padEnd(120, '0'),
  'hex',
)

describe('netns.openSocket', () => {
  it('opens AF_PACKET: frames cross the wire', async () => {
    const sender = await opened(left, { family: 'packet', type: 'raw', protocol: ETHERTYPE, bind: { link: 'wire' } })
    const receiver = await opened(right, { family: 'packet', type: 'raw', protocol: ETHERTYPE, bind: { link: 'wire' } })
    writeSync(sender.fd, frame)
    const buffer = Buffer.alloc(200)
    const length = readSync(receiver.fd, buffer)
    expect(buffer.subarray(0, length)).toEqual(frame)
  })

  it('does not wait, with nonBlocking', async () => {
    const receiver = await opened(right, { family: 'packet', type: 'raw', protocol: ETHERTYPE, nonBlocking: true })
    expect(() => readSync(receiver.fd, Buffer.alloc(10))).toThrow(expect.objectContaining({ code: 'EAGAIN' }))
  })

  it('opens netlink of another family', async () => {
    const [NETLINK_KOBJECT_UEVENT] = [15]
    const options = { family: 'netlink', type: 'raw', protocol: NETLINK_KOBJECT_UEVENT, bind: { groups: 1 } } as const
    const socket = await opened(right, options)
    await right.links.add({ kind: 'ifb', name: 'announced' })
    const buffer = Buffer.alloc(4096)
    const text = String(buffer.subarray(0, readSync(socket.fd, buffer)))
    expect(text).toContain('add@/devices/virtual/net/announced')
  })

  it('opens CAN', async context => {
    if (!hasKind('vcan')) context.skip('vcan: this kernel has no vcan')
    ip('-n', right.name, 'link', 'add', 'can0', 'type', 'vcan')
    ip('-n', right.name, 'link', 'set', 'can0', 'up')
    const [CAN_RAW] = [1]
    const [sender, receiver] = [1, 2].map(() =>
      opened(right, { family: 'can', type: 'raw', protocol: CAN_RAW, bind: { link: 'can0' } }),
    )
    const message = Buffer.from('23010000020000000102000000000000', 'hex')
    writeSync((await sender)!.fd, message)
    const buffer = Buffer.alloc(16)
    readSync((await receiver)!.fd, buffer)
    expect(buffer).toEqual(message)
  })

  it('binds to an address and a port', async () => {
    await opened(right, { family: 'inet', type: 'datagram', bind: { address: '192.0.2.2', port: 5555 } })
    await opened(right, { family: 'inet6', type: 'datagram', bind: { address: 'fe80::2%wire', port: 5556 } })
    const shown = ip('netns', 'exec', right.name, 'ss', '-Haun')
    expect(shown).toContain('192.0.2.2:5555')
    expect(shown).toContain('[fe80::2]%wire:5556')
  })

  it('binds to an abstract name, and to the bytes of a sockaddr', async () => {
    const name = `\0rtnl-test-raw-${process.pid}`
    await opened(right, { family: 'unix', type: 'datagram', bind: { path: name } })
    const sockaddr = Buffer.from(`\x01\x00${name}`, 'latin1')
    const again = right.openSocket({ family: 'unix', type: 'datagram', bind: { sockaddr } })
    await expect(again).rejects.toMatchObject({ name: 'SystemError', code: 'EADDRINUSE', syscall: 'bind' })
  })

  it('takes numbers for family and type', async () => {
    const socket = await opened(left, { family: 2, type: 2 })
    expect(fstatSync(socket.fd).isSocket()).toBe(true)
  })

  it('gives a net.Socket what it needs', async () => {
    const server = net.createServer(socket => socket.end('raw'))
    await right.listen(server, { port: 5557 })
    const raw = await left.openSocket({ family: 'inet', type: 'stream', nonBlocking: true })
    const socket = new net.Socket({ fd: raw.release(), manualStart: true } as net.SocketConstructorOpts)
    socket.connect({ host: '192.0.2.2', port: 5557, autoSelectFamily: false })
    let text = ''
    for await (const chunk of socket) text += chunk
    expect(text).toBe('raw')
    server.close()
  })

  it('works in the process’s own namespace too', async () => {
    const own = Netns.current()
    expect((await opened(own, { family: 'inet', type: 'datagram' })).fd).toBeGreaterThan(2)
    own.close()
  })

  it.each<[string, OpenSocketOptions, string, string]>([
    ['EAFNOSUPPORT', { family: 250, type: 'raw' }, 'socket', 'EAFNOSUPPORT'],
    ['EPROTONOSUPPORT', { family: 'inet', type: 'stream', protocol: 17 }, 'socket', 'EPROTONOSUPPORT'],
    ['ENODEV', { family: 'packet', type: 'raw', bind: { link: 'missing' } }, 'ioctl', 'ENODEV'],
    ['EADDRNOTAVAIL', { family: 'inet', type: 'stream', bind: { address: '198.51.100.7' } }, 'bind', 'EADDRNOTAVAIL'],
  ])('fails with %s', async (_, options, syscall, code) => {
    const before = openDescriptors()
    await expect(right.openSocket(options)).rejects.toMatchObject({
      name: 'SystemError',
      operation: 'netns.openSocket',
      code,
      syscall,
    })
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('says which capability is missing', async () => {
    const { stdout } = await runProgram(
      `const red = await rtnetlink.Netns.create()
      console.log(await red.openSocket({ family: 'packet', type: 'raw' }).catch(({ code, message }) => code + message))`,
      ['setpriv', '--inh-caps=-net_raw', '--bounding-set=-net_raw'],
    )
    expect(stdout).toMatch(/^EPERM.*CAP_NET_RAW/)
  })

  it('is undone by its signal', async () => {
    const before = openDescriptors()
    const controller = new AbortController()
    const opening = right.openSocket({ family: 'inet', type: 'stream', signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('says that the handle is closed', async () => {
    const ns = await createNamespace()
    ns.close()
    await expect(ns.openSocket({ family: 'inet', type: 'stream' })).rejects.toMatchObject({ name: 'ClosedError' })
  })

  it.each<[string, unknown, string, string]>([
    ['missing family', { type: 'raw' }, 'ERR_MISSING_OPTION', 'family'],
    ['missing type', { family: 'inet' }, 'ERR_MISSING_OPTION', 'type'],
    ['name of a family', { family: 'ipx', type: 'raw' }, 'ERR_INVALID_ARG_VALUE', 'family'],
    ['name of a type', { family: 'inet', type: 'toString' }, 'ERR_INVALID_ARG_VALUE', 'type'],
    ['protocol', { family: 'inet', type: 'raw', protocol: -1 }, 'ERR_OUT_OF_RANGE', 'protocol'],
    ['option', { family: 'inet', type: 'raw', protcol: 1 }, 'ERR_UNKNOWN_OPTION', 'protcol'],
    ['option of bind', { family: 'inet', type: 'raw', bind: { prot: 1 } }, 'ERR_UNKNOWN_OPTION', 'prot'],
    [
      'address of the other family',
      { family: 'inet', type: 'stream', bind: { address: '::1' } },
      'ERR_INVALID_ARG_VALUE',
      'bind.address',
    ],
    ['port', { family: 'inet', type: 'stream', bind: { port: 65536 } }, 'ERR_OUT_OF_RANGE', 'bind.port'],
    ['link', { family: 'packet', type: 'raw', bind: { link: 5 } }, 'ERR_INVALID_ARG_TYPE', 'bind.link'],
    ['path', { family: 'unix', type: 'stream', bind: {} }, 'ERR_MISSING_OPTION', 'bind.path'],
    ['family to bind without bytes', { family: 40_00, type: 'raw', bind: {} }, 'ERR_MISSING_OPTION', 'bind.sockaddr'],
  ])('refuses a wrong %s', async (_, options, code, option) => {
    await expect(right.openSocket(options as never)).rejects.toMatchObject({ code, option })
  })
})

describe('a raw socket', () => {
  it('is closed by close(), twice too, and has no descriptor any more', async () => {
    const before = openDescriptors()
    const socket = await right.openSocket({ family: 'packet', type: 'raw', protocol: 0x0003 })
    await Promise.all([socket.close(), socket.close()])
    expect(openDescriptors()).toBeLessThanOrEqual(before)
    expect(() => socket.fd).toThrow(expect.objectContaining({ name: 'ClosedError', operation: 'socket.fd' }))
    expect(() => socket.release()).toThrow(expect.objectContaining({ name: 'ClosedError' }))
  })

  it('is closed at the end of its block', async () => {
    const before = openDescriptors()
    {
      await using _socket = await right.openSocket({ family: 'inet', type: 'datagram' })
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('that was released is the caller’s to close', async () => {
    const socket = await right.openSocket({ family: 'inet', type: 'datagram' })
    const fd = socket.release()
    await socket.close()
    expect(fstatSync(fd).isSocket()).toBe(true)
    closeSync(fd)
  })

  it('can be read with fs.read, on a thread of libuv’s pool that stays where it is', async () => {
    const sender = await opened(left, { family: 'packet', type: 'raw', protocol: ETHERTYPE, bind: { link: 'wire' } })
    const receiver = await opened(right, { family: 'packet', type: 'raw', protocol: ETHERTYPE, bind: { link: 'wire' } })
    const reading = promisify(read)(receiver.fd, Buffer.alloc(200), 0, 200, null)
    writeSync(sender.fd, frame)
    expect((await reading).bytesRead).toBe(frame.length)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('opened and closed again and again leaves no descriptor and no thread behind', async () => {
    const cycle = async () => {
      await using _socket = await right.openSocket({ family: 'packet', type: 'raw' })
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 50; i++) await Promise.all([cycle(), cycle()])
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })
})
