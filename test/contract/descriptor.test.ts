import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants as fileConstants, fstatSync, readFileSync } from 'node:fs'
import { Socket, type SocketConstructorOpts } from 'node:net'
import { constants } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  CompletionCode,
  type DescriptorOptions,
  type KernelStruct,
  type NativeDescriptor,
  type NativeNamespace,
  SystemCall,
} from '../../lib/native/binding.ts'
import { runInChild, runInWorker } from '../support/child.ts'
import { Inbox } from '../support/inbox.ts'
import { freshNamespace } from '../support/native-session.ts'
import { eventually, lastingStrayThreads, openDescriptors, uniqueName } from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { addon } = inbox
const { O_NONBLOCK } = fileConstants
const { EADDRINUSE, EAFNOSUPPORT, EBADF, EINVAL, ENETUNREACH, ENODEV, ENOPROTOOPT } = constants.errno
const [AF_UNIX, AF_INET, AF_INET6, AF_PACKET] = [1, 2, 10, 17]
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW] = [1, 2, 3]
const [SOL_SOCKET, SO_REUSEADDR] = [1, 2]

let namespace: NativeNamespace
let handles: NativeDescriptor[] = []

beforeAll(async () => {
  namespace = await freshNamespace(inbox)
})
afterEach(async () => {
  await Promise.all(handles.map(handle => inbox.request(id => handle.close(id))))
  handles = []
})
afterAll(() => namespace.close())

function newHandle(): NativeDescriptor {
  const handle = new addon.Descriptor()
  handles.push(handle)
  return handle
}

function struct(...bytes: number[]): KernelStruct {
  return { bytes: Uint8Array.from(bytes), link: '', linkOffset: 0 }
}
const number = (value: number) => ({ ...struct(), bytes: new Uint8Array(Uint32Array.of(value).buffer) })

function options(changes: Partial<DescriptorOptions> = {}): DescriptorOptions {
  const rest = { domain: AF_INET, type: SOCK_STREAM, protocol: 0, options: [], address: struct(), backlog: -1, remote: struct() }
  return { namespace, ...rest, ...changes }
}

/** struct sockaddr_un of an abstract name. */
function abstract(name: string): KernelStruct {
  return struct(AF_UNIX, 0, 0, ...Buffer.from(name))
}
const listener = (name: string) => options({ domain: AF_UNIX, address: abstract(name), backlog: 1 })
/** Which sockets listen in a namespace can be seen from its own /proc: here the process's. */
const namesOfThisNamespace = () => readFileSync('/proc/net/unix', 'utf8')

const failed = (errno: number, call: number) => errno | (call << 16)

const ways: [string, (handle: NativeDescriptor, options: DescriptorOptions) => Promise<number>][] = [
  ['openNow', async (handle, wanted) => handle.openNow(wanted)],
  [
    'open',
    async (handle, wanted) => {
      const { code, error, detail } = await inbox.request(id => handle.open(id, wanted))
      expect(code).toBe(error === 0 ? CompletionCode.done : CompletionCode.failed)
      return failed(error, detail)
    },
  ],
]

describe.each(ways)('%s', (_, open) => {
  it('opens a socket in the namespace', async () => {
    const [name, other] = [uniqueName(), uniqueName()]
    expect(await open(newHandle(), listener(name))).toBe(0)
    expect(await open(newHandle(), { ...listener(other), namespace: undefined })).toBe(0)
    expect(namesOfThisNamespace()).not.toContain(name)
    expect(namesOfThisNamespace()).toContain(other)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('leaves no descriptor to child processes', async () => {
    const handle = newHandle()
    await open(handle, options())
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${handle.fd}`, 'utf8'))
    const O_CLOEXEC = 0o2000000
    expect(Number.parseInt(flags![1]!, 8) & O_CLOEXEC).toBe(O_CLOEXEC)
  })

  it('puts the index of a link of the namespace into the address', async () => {
    const address = { ...struct(AF_PACKET, 0, ...Array(18).fill(0)), link: 'lo', linkOffset: 4 }
    expect(await open(newHandle(), options({ domain: AF_PACKET, type: SOCK_RAW, address }))).toBe(0)
    const missing = { ...address, link: 'missing' }
    expect(await open(newHandle(), options({ domain: AF_PACKET, type: SOCK_RAW, address: missing }))).toBe(
      failed(ENODEV, SystemCall.ioctl),
    )
  })

  it.each<[string, Partial<DescriptorOptions>, number, number]>([
    ['socket', { domain: 250 }, EAFNOSUPPORT, SystemCall.socket],
    ['setsockopt', { options: [{ level: SOL_SOCKET, name: 9999, value: number(1) }] }, ENOPROTOOPT, SystemCall.setsockopt],
    ['bind', { address: struct(AF_INET, 0) }, EINVAL, SystemCall.bind],
    ['bind, as the address is too long', { address: { ...struct(), bytes: new Uint8Array(500) } }, EINVAL, SystemCall.bind],
    ['listen', { type: SOCK_DGRAM, backlog: 1 }, 95, SystemCall.listen],
  ])('says that it was %s that failed, and leaves no descriptor', async (_, changes, errno, call) => {
    const before = openDescriptors()
    const handle = newHandle()
    expect(await open(handle, options(changes))).toBe(failed(errno, call))
    expect(handle.fd).toBe(-1)
    expect(openDescriptors()).toBe(before)
  })

  it('says that a name is taken', async () => {
    await open(newHandle(), listener('taken'))
    expect(await open(newHandle(), listener('taken'))).toBe(failed(EADDRINUSE, SystemCall.bind))
  })

  it('can be called once, and not after close', async () => {
    const handle = newHandle()
    await open(handle, options())
    await expect(async () => open(handle, options())).rejects.toThrow(TypeError)
    const closed = new addon.Descriptor()
    await inbox.request(id => closed.close(id))
    await expect(async () => open(closed, options())).rejects.toThrow(TypeError)
  })

  it.each<[string, unknown]>([
    ['options that are none', undefined],
    ['a namespace that is none', { ...options(), namespace: {} }],
    ['a domain that is no number', { ...options(), domain: '2' }],
    ['options that are no array', { ...options(), options: {} }],
    ['an option without a value', { ...options(), options: [{ level: 1, name: 2 }] }],
    ['an address without bytes', { ...options(), address: { link: '', linkOffset: 0 } }],
    ['a name of 16 bytes', { ...options(), address: { ...number(0), link: 'sixteen-bytes-xx' } }],
    ['a name with NUL', { ...options(), address: { ...number(0), link: 'a\0b' } }],
    ['a place outside the struct', { ...options(), address: { ...number(0), link: 'lo', linkOffset: 1 } }],
    ['a backlog that is no number', { ...options(), backlog: undefined }],
  ])('refuses %s before any system call', async (_, wrong) => {
    const handle = newHandle()
    await expect(async () => open(handle, wrong as DescriptorOptions)).rejects.toThrow(TypeError)
    expect(await open(handle, options())).toBe(0)
  })
})

describe('the process’s own namespace', () => {
  it('needs no capability, by whichever way it is named', async () => {
    const { stdout, stderr } = await runInChild(
      `const own = new addon.Namespace()
      await request(id => own.openCurrent(id))
      const address = { bytes: new Uint8Array(), link: '', linkOffset: 0 }
      const options = { domain: 2, type: 1, protocol: 0, options: [], address, backlog: -1, remote: address }
      const answers = []
      for (const namespace of [undefined, own]) {
        answers.push(new addon.Descriptor().openNow({ ...options, namespace }))
        answers.push((await request(id => new addon.Descriptor().open(id, { ...options, namespace }))).code)
      }
      console.log(answers.join())`,
      ['setpriv', '--inh-caps=-sys_admin', '--bounding-set=-sys_admin'],
    )
    expect({ stdout, stderr }).toEqual({ stdout: '0,0,0,0\n', stderr: '' })
  })
})

describe('openNow', () => {
  it('leaves no thread in the namespace', async () => {
    for (let i = 0; i < 20; i++) newHandle().openNow(options())
    expect(await lastingStrayThreads()).toEqual([])
  })
})

describe('open with a remote address', () => {
  const loopback = (port: number) => struct(AF_INET, 0, port >> 8, port & 0xff, 127, 0, 0, 1, ...Array(8).fill(0))
  const connecting = (port: number) => options({ type: SOCK_STREAM | O_NONBLOCK, remote: loopback(port) })
  const connected = (handle: NativeDescriptor, wanted: DescriptorOptions) => inbox.request(id => handle.open(id, wanted))

  beforeAll(() => {
    execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${namespace.fd}`, 'ip', 'link', 'set', 'lo', 'up'])
  })

  /** What another connect(2), to whatever address, says. */
  async function outcome(handle: NativeDescriptor): Promise<string> {
    const socket = new Socket({ fd: handle.release(), manualStart: true } as SocketConstructorOpts)
    socket.connect({ host: '192.0.2.99', port: 9, autoSelectFamily: false })
    const said = await once(socket, 'connect').then(
      () => 'connected',
      error => error.code,
    )
    socket.destroy()
    return said
  }

  it('is done once the connection is made, which the next connect(2) tells', async () => {
    newHandle().openNow(options({ address: loopback(7000), backlog: 1 }))
    const handle = newHandle()
    expect(await connected(handle, connecting(7000))).toMatchObject({ code: CompletionCode.done })
    expect(await outcome(handle)).toBe('connected')
  })

  it('is done once the connection is refused, which the next connect(2) tells', async () => {
    const handle = newHandle()
    expect(await connected(handle, connecting(7001))).toMatchObject({ code: CompletionCode.done })
    expect(await outcome(handle)).toBe('ECONNREFUSED')
  })

  it('fails when there is no way to begin', async () => {
    const remote = struct(AF_INET, 0, 0, 1, 198, 51, 100, 1, ...Array(8).fill(0))
    expect(await connected(newHandle(), { ...connecting(1), remote })).toMatchObject({
      code: CompletionCode.failed,
      error: ENETUNREACH,
      detail: SystemCall.connect,
    })
  })

  it('is cancelled by close, while nobody answers', async () => {
    const before = openDescriptors()
    const silent = await freshNamespace(inbox)
    execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${silent.fd}`, 'sh', '-c', NOBODY])
    const handle = newHandle()
    const opening = connected(handle, { ...connecting(9), remote: nobody, namespace: silent })
    await new Promise(resolve => setTimeout(resolve, 20))
    void inbox.request(id => handle.close(id))
    expect(await opening).toMatchObject({ code: CompletionCode.cancelled })
    silent.close()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('does not hold up a process that exits, nor a worker that is terminated', async () => {
    const start = `
      const namespace = new addon.Namespace()
      await request(id => namespace.create(id))
      const inside = '--net=/proc/' + process.pid + '/fd/' + namespace.fd
      require('node:child_process').execFileSync('nsenter', [inside, 'sh', '-c', ${JSON.stringify(NOBODY)}])
      const address = { bytes: new Uint8Array(), link: '', linkOffset: 0 }
      const remote = { ...address, bytes: Uint8Array.from(${JSON.stringify([...nobody.bytes])}) }
      const type = 1 | ${O_NONBLOCK}
      request(id => new addon.Descriptor().open(id, { namespace, domain: 2, type, protocol: 0, options: [], address, backlog: -1, remote }))`
    const ended = await runInChild(`${start}; setTimeout(() => process.exit(7), 50)`)
    expect(ended).toEqual({ code: 7, signal: null, stdout: '', stderr: '' })
    const worker = runInWorker(`${start}; setTimeout(() => parentPort.postMessage(''), 50)`)
    await once(worker, 'message')
    expect(await worker.terminate()).toBe(1)
  })
})

/** Makes a network in which nobody is: neighbors are looked for, for minutes. */
const NOBODY = [
  'ip link add near type veth peer name far',
  'sysctl -qw net.ipv4.neigh.near.retrans_time_ms=60000',
  'ip link set near up',
  'ip link set far up',
  'ip address add 10.9.0.1/24 dev near',
].join('; ')
const nobody = struct(AF_INET, 0, 0, 9, 10, 9, 0, 9, ...Array(8).fill(0))

describe('release', () => {
  it('hands the descriptor over: neither close nor collection touches it', async () => {
    const handle = newHandle()
    handle.openNow(options())
    const { sockets } = addon.counters()
    const fd = handle.release()
    expect(handle.fd).toBe(-1)
    expect(handle.release()).toBe(-1)
    expect(addon.counters().sockets).toBe(sockets - 1)
    await inbox.request(id => handle.close(id))
    expect(fstatSync(fd).isSocket()).toBe(true)
    closeSync(fd)
  })
})

describe('close', () => {
  it('completes once the descriptor is closed, and may be repeated', async () => {
    const before = openDescriptors()
    const handle = newHandle()
    handle.openNow(options({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0x0300 }))
    const closing = inbox.request(id => handle.close(id))
    expect(handle.fd).toBe(-1)
    expect(await closing).toMatchObject({ code: CompletionCode.done })
    expect(openDescriptors()).toBe(before)
    expect(await inbox.request(id => handle.close(id))).toMatchObject({ code: CompletionCode.done })
  })

  it('during open lets it finish and closes what came of it', async () => {
    const before = openDescriptors()
    const handle = newHandle()
    const opening = inbox.request(id => handle.open(id, options()))
    await inbox.request(id => handle.close(id))
    expect(await opening).toMatchObject({ code: CompletionCode.done })
    expect(handle.fd).toBe(-1)
    expect(await eventually(() => openDescriptors() <= before && addon.counters().sockets === 0)).toBe(true)
  })

  it('10,000 times leaves as many descriptors and threads as before', async () => {
    const cycle = async () => {
      const handle = new addon.Descriptor()
      expect(handle.openNow(options())).toBe(0)
      await inbox.request(id => handle.close(id))
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 10_000; i++) await cycle()
    expect(openDescriptors()).toBeLessThanOrEqual(before)
    expect(await eventually(() => addon.counters().threads <= 1)).toBe(true)
    expect(addon.counters().sockets).toBe(0)
  })
})

describe('setSocketOption', () => {
  it('sets an option of a socket of the caller’s', () => {
    const handle = newHandle()
    handle.openNow(options())
    expect(addon.setSocketOption(handle.fd, { level: SOL_SOCKET, name: SO_REUSEADDR, value: number(1) })).toBe(0)
  })

  it('puts the index of a link of the socket’s namespace into the value', () => {
    const [IPPROTO_IPV6, IPV6_MULTICAST_IF] = [41, 17]
    const handle = newHandle()
    handle.openNow(options({ domain: AF_INET6, type: SOCK_DGRAM }))
    const set = (link: string) =>
      addon.setSocketOption(handle.fd, { level: IPPROTO_IPV6, name: IPV6_MULTICAST_IF, value: { ...number(0), link } })
    expect(set('lo')).toBe(0)
    expect(set('missing')).toBe(failed(ENODEV, SystemCall.ioctl))
  })

  it('says that there is no such descriptor', () => {
    expect(addon.setSocketOption(999_999, { level: SOL_SOCKET, name: SO_REUSEADDR, value: number(1) })).toBe(
      failed(EBADF, SystemCall.setsockopt),
    )
  })
})

describe('an unclosed descriptor', () => {
  it('is closed when its handle is collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const before = openDescriptors()
    ;(() => {
      for (let i = 0; i < 50; i++) new addon.Descriptor().openNow(options())
      expect(addon.counters().sockets).toBe(50)
    })()
    const collected = await eventually(() => {
      collect()
      return addon.counters().sockets === 0 && openDescriptors() <= before
    })
    expect(collected).toBe(true)
  })

  const open = `new addon.Descriptor().openNow({ namespace: undefined, domain: 2, type: 1, protocol: 0, options: [], backlog: -1,
    address: { bytes: new Uint8Array(), link: '', linkOffset: 0 }, remote: { bytes: new Uint8Array(), link: '', linkOffset: 0 } })`

  it('is closed when its worker ends', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 3; round++) {
      const worker = runInWorker(`for (let i = 0; i < 10; i++) ${open}; parentPort.postMessage(''); setInterval(() => {}, 1000)`)
      await once(worker, 'message')
      await worker.terminate()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('does not keep the process alive', async () => {
    expect(await runInChild(open)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  })
})
