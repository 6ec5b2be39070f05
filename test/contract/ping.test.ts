import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CompletionCode, type NativeNamespace, type PingOptions, SystemCall } from '../../lib/native/binding.ts'
import { runInChild, runInWorker } from '../support/child.ts'
import { Inbox, type Outcome } from '../support/inbox.ts'
import { hearsSolicitations } from '../support/solicitations.ts'
import {
  deleteTestNamespaces,
  eventually,
  ip,
  lastingStrayThreads,
  NAMESPACE_DIRECTORY,
  openDescriptors,
  uniqueName,
} from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { addon } = inbox
const { EADDRNOTAVAIL, EACCES, EHOSTUNREACH, EINVAL, ENETUNREACH, ENODEV, EPERM } = constants.errno

/**
 *     left ── 10.1.0.0/24, fd01::/64 ── router ── 10.2.0.0/24, fd02::/64 ── right
 */
const [left, router, right] = [uniqueName(), uniqueName(), uniqueName()]
let namespace: NativeNamespace

beforeAll(async () => {
  const inRouter = (...args: string[]) => ip('netns', 'exec', router, ...args)
  for (const name of [left, router, right]) {
    ip('netns', 'add', name)
    ip('netns', 'exec', name, 'sysctl', '-qw', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv4.icmp_echo_ignore_broadcasts=0')
    // By default one host gets an error a second.
    ip('netns', 'exec', name, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0')
    ip('-n', name, 'link', 'set', 'lo', 'up')
  }
  ip('-n', left, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'toleft', 'netns', router)
  ip('-n', right, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'toright', 'netns', router)
  for (const [name, link, net, host] of [
    [left, 'eth0', 1, 2],
    [router, 'toleft', 1, 1],
    [router, 'toright', 2, 1],
    [right, 'eth0', 2, 2],
  ] as const) {
    ip('-n', name, 'link', 'set', link, 'up')
    ip('-n', name, 'address', 'add', `10.${net}.0.${host}/24`, 'broadcast', `10.${net}.0.255`, 'dev', link)
    ip('-n', name, 'address', 'add', `fd0${net}::${host}/64`, 'nodad', 'dev', link)
  }
  inRouter('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  ip('-n', left, 'route', 'add', '10.2.0.0/24', 'via', '10.1.0.1')
  ip('-n', left, 'route', 'add', 'fd02::/64', 'via', 'fd01::1')
  ip('-n', right, 'route', 'add', 'default', 'via', '10.2.0.1')
  ip('-n', right, 'route', 'add', 'default', 'via', 'fd02::1')
  // A neighbour that does not answer is given up after 50 ms instead of 3 s.
  for (const link of ['toleft', 'toright']) {
    inRouter('sysctl', '-qw', `net.ipv4.neigh.${link}.mcast_solicit=1`, `net.ipv4.neigh.${link}.retrans_time_ms=50`)
    inRouter('sysctl', '-qw', `net.ipv6.neigh.${link}.mcast_solicit=1`, `net.ipv6.neigh.${link}.retrans_time_ms=50`)
  }
  // Those who are there answer, however late on a busy machine.
  for (const [link, name, net] of [
    ['toleft', left, 1],
    ['toright', right, 2],
  ] as const) {
    const address = macOf(name, 'eth0')
    for (const host of [`10.${net}.0.2`, `fd0${net}::2`]) {
      ip('-n', router, 'neigh', 'replace', host, 'lladdr', address, 'nud', 'permanent', 'dev', link)
    }
  }
  await hearsSolicitations(router, 'toleft')
  await hearsSolicitations(router, 'toright')
  namespace = new addon.Namespace()
  await inbox.request(id => namespace.openPath(id, join(NAMESPACE_DIRECTORY, left)))
})

afterAll(() => {
  namespace.close()
  deleteTestNamespaces()
})

function macOf(name: string, link: string): string {
  return JSON.parse(ip('-n', name, '-j', 'link', 'show', 'dev', link))[0].address
}

/** As many bytes as the address has; IPv6 with at most one `::`. */
function bytes(address: string): Uint8Array {
  if (isIPv4(address)) return new Uint8Array(address.split('.').map(Number))
  const [before = [], after = []] = address.split('::').map(side => side.split(':').filter(group => group !== ''))
  const groups = [...before, ...Array(8 - before.length - after.length).fill('0'), ...after].map(group =>
    Number.parseInt(group, 16),
  )
  return new Uint8Array(groups.flatMap(group => [group >> 8, group & 0xff]))
}

type Changes = Partial<Omit<PingOptions, 'address' | 'from'>> & { from?: string }

function options(address: string, { from, ...changes }: Changes = {}): PingOptions {
  const rest = { interface: '', count: 1, interval: 5, timeout: 1000, size: 56, ttl: 0, mark: 0 }
  return { namespace, address: bytes(address), from: from ? bytes(from) : new Uint8Array(), ...rest, ...changes }
}

function ping(address: string, changes?: Changes): Promise<Outcome> {
  return inbox.request(id => addon.ping(id, options(address, changes)))
}

function replies({ parts }: Outcome) {
  return parts.map(({ payload }) => {
    expect(payload).toHaveLength(8)
    const view = new DataView(payload.buffer, payload.byteOffset)
    const milliseconds = view.getFloat32(4, true)
    return { sequence: view.getUint16(0, true), ttl: view.getUint8(2), kind: view.getUint8(3), milliseconds }
  })
}

/** The replies without their times, of a run that came to its end. */
function finished(outcome: Outcome) {
  expect(outcome).toMatchObject({ code: CompletionCode.done, error: 0, detail: 0 })
  return replies(outcome).map(({ milliseconds: _, ...reply }) => reply)
}

const failed = (error: number, detail: number) => ({ code: CompletionCode.failed, error, detail, parts: [] })

describe('ping', () => {
  it.each([
    ['its own loopback', '127.0.0.1', 64],
    ['its own loopback over IPv6', '::1', 64],
    ['its neighbour', '10.1.0.1', 64],
    ['its neighbour over IPv6', 'fd01::1', 64],
    ['a host behind a router', '10.2.0.2', 63],
    ['a host behind a router over IPv6', 'fd02::2', 63],
    ['the unspecified address, which is itself', '0.0.0.0', 64],
  ])('reaches %s', async (_, address, ttl) => {
    expect(finished(await ping(address, { count: 3 }))).toEqual([1, 2, 3].map(sequence => ({ sequence, ttl, kind: 0 })))
  })

  it('measures a round trip', async () => {
    const start = performance.now()
    const measured = replies(await ping('10.2.0.2', { count: 5 })).map(({ milliseconds }) => milliseconds)
    const all = performance.now() - start
    expect(measured).toHaveLength(5)
    for (const milliseconds of measured) {
      expect(milliseconds).toBeGreaterThan(0)
      expect(milliseconds).toBeLessThan(all)
    }
  })

  it('sends the requests an interval apart, and ends with the last reply', async () => {
    const start = performance.now()
    await ping('127.0.0.1', { count: 4, interval: 50, timeout: 5000 })
    expect(performance.now() - start).toBeGreaterThan(149)
  })

  it.each([0, 1, 7, 65507])('sends %d bytes', async size => {
    expect(finished(await ping('127.0.0.1', { size }))).toHaveLength(1)
  })

  it('sends 65527 bytes over IPv6', async () => {
    expect(finished(await ping('::1', { size: 65527 }))).toHaveLength(1)
  })

  it('sends 1,000 at once', async () => {
    expect(finished(await ping('10.2.0.2', { count: 1000, interval: 0 }))).toHaveLength(1000)
  })

  it('keeps runs apart that ping the same address at the same time', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ping('10.2.0.2', { count: 5 })))
    for (const outcome of outcomes) expect(finished(outcome).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
  })

  it('runs in the namespace and leaves no thread there', async () => {
    const running = ping('10.9.9.9', { from: '10.1.0.2', timeout: 100 }).catch(() => undefined)
    await ping('10.1.0.1', { count: 5, interval: 10 })
    await running
    expect(await lastingStrayThreads()).toEqual([])
  })

  it("runs in the process's own namespace when none is given", async () => {
    const outcome = await ping('10.1.0.1', { namespace: undefined, timeout: 50 })
    // No way there from here, or one that leads somewhere else: never a reply.
    expect(outcome.parts.filter(({ payload }) => payload[3] === 0)).toEqual([])
  })

  it('goes on when the namespace handle is closed meanwhile', async () => {
    const handle = new addon.Namespace()
    await inbox.request(id => handle.openPath(id, join(NAMESPACE_DIRECTORY, left)))
    const running = ping('10.2.0.2', { namespace: handle, count: 5, interval: 20 })
    handle.close()
    expect(finished(await running)).toHaveLength(5)
  })
})

describe('ping options', () => {
  it('from: the source address', async () => {
    ip('-n', left, 'address', 'add', '10.1.0.77/32', 'dev', 'eth0')
    ip('-n', router, 'route', 'add', 'blackhole', '10.1.0.77')
    expect(finished(await ping('10.1.0.1', { from: '10.1.0.77', timeout: 100 }))).toEqual([])
    expect(finished(await ping('10.1.0.1', { from: '10.1.0.2' }))).toHaveLength(1)
  })

  it('from: EADDRNOTAVAIL when it is not an address here', async () => {
    expect(await ping('10.1.0.1', { from: '10.1.0.99' })).toMatchObject(failed(EADDRNOTAVAIL, SystemCall.bind))
    expect(await ping('fd01::1', { from: 'fd01::99' })).toMatchObject(failed(EADDRNOTAVAIL, SystemCall.bind))
  })

  it('interface: leads there whatever the routes say', async () => {
    expect(finished(await ping('10.1.0.1', { interface: 'eth0' }))).toHaveLength(1)
    expect(finished(await ping('10.1.0.1', { interface: 'lo', timeout: 100 }))).toEqual([])
  })

  it('interface: ENODEV when there is none of this name', async () => {
    expect(await ping('10.1.0.1', { interface: 'nope' })).toMatchObject(failed(ENODEV, SystemCall.setsockopt))
  })

  it('interface: the scope of a link-local address', async () => {
    ip('-n', left, 'address', 'add', 'fe80::77/64', 'nodad', 'dev', 'eth0')
    await hearsSolicitations(left, 'eth0')
    const handle = new addon.Namespace()
    await inbox.request(id => handle.openPath(id, join(NAMESPACE_DIRECTORY, router)))
    const through = (name: string) => ping('fe80::77', { namespace: handle, interface: name, timeout: 200 })
    expect(finished(await through('toleft'))).toEqual([{ sequence: 1, ttl: 64, kind: 0 }])
    expect(finished(await through('toright')).filter(({ kind }) => kind === 0)).toEqual([])
    handle.close()
  })

  it.each([
    ['10.2.0.2', '10.1.0.1', 11],
    ['fd02::2', 'fd01::1', 3],
  ])('ttl: 1 gets from the router before %s that the time is exceeded', async (far, near, timeExceeded) => {
    expect(finished(await ping(far, { ttl: 1, count: 2 }))).toEqual([
      { sequence: 1, ttl: 0, kind: timeExceeded },
      { sequence: 2, ttl: 0, kind: timeExceeded },
    ])
    expect(finished(await ping(near, { ttl: 1 }))).toHaveLength(1)
  })

  it.each([
    [{ count: 0 }],
    [{ count: 65536 }],
    [{ count: 1.5 }],
    [{ interval: -1 }],
    [{ timeout: Number.NaN }],
    [{ timeout: Number.POSITIVE_INFINITY }],
    [{ size: 65508 }],
    [{ ttl: 256 }],
    [{ ttl: -1 }],
    [{ mark: -1 }],
    [{ mark: 2 ** 32 }],
    [{ interface: 'sixteen-bytes-xx' }],
    [{ interface: 'a\0b' }],
    [{ from: 'fd01::2' }],
  ])('rejects %j before any system call', changes => {
    expect(() => addon.ping(1, options('10.1.0.1', changes))).toThrow(TypeError)
  })

  it('rejects an address that has neither 4 nor 16 bytes', () => {
    expect(() => addon.ping(1, { ...options('10.1.0.1'), address: new Uint8Array(5) })).toThrow(TypeError)
  })

  it('rejects a namespace that is closed or none at all', () => {
    const handle = new addon.Namespace()
    handle.close()
    expect(() => addon.ping(1, options('10.1.0.1', { namespace: handle }))).toThrow(TypeError)
    for (const other of [null, 1, {}, inbox]) {
      expect(() => addon.ping(1, options('10.1.0.1', { namespace: other as never }))).toThrow(TypeError)
    }
  })
})

describe('ping without a reply', () => {
  it.each(['10.3.0.1', 'fd03::1'])('fails with ENETUNREACH when there is no route to %s', async address => {
    expect(await ping(address)).toMatchObject(failed(ENETUNREACH, SystemCall.sendto))
  })

  it.each([
    ['unreachable', EHOSTUNREACH],
    ['prohibit', EACCES],
    ['blackhole', EINVAL],
  ])('fails with what a route of type %s answers', async (type, error) => {
    ip('-n', left, 'route', 'replace', type, '10.4.0.0/16')
    expect(await ping('10.4.0.1')).toMatchObject(failed(error, SystemCall.sendto))
  })

  it.each([
    ['10.2.0.99', 3, 1],
    ['fd02::99', 1, 3],
  ])('tells what the router before %s says: host unreachable', async (address, kind, code) => {
    expect(finished(await ping(address, { count: 2, timeout: 3000 }))).toEqual([
      { sequence: 1, ttl: code, kind },
      { sequence: 2, ttl: code, kind },
    ])
  })

  it('ends after the timeout of the last request', async () => {
    ip('-n', right, 'route', 'replace', 'blackhole', '10.1.0.0/24')
    const start = performance.now()
    expect(finished(await ping('10.2.0.2', { count: 3, interval: 20, timeout: 200 }))).toEqual([])
    expect(performance.now() - start).toBeGreaterThan(239)
    ip('-n', right, 'route', 'delete', 'blackhole', '10.1.0.0/24')
  })

  it('takes a reply that is there when it looks, however late it looks', async () => {
    // The kernel answers within the sending, unless it has much else to do.
    await expect.poll(async () => finished(await ping('127.0.0.1', { timeout: 0 }))).toEqual([{ sequence: 1, ttl: 64, kind: 0 }])
  })

  it('takes no reply to a request that it has given up', async () => {
    const gateway = ['10.2.0.1', 'lladdr', macOf(router, 'toright'), 'nud', 'permanent', 'dev', 'eth0']
    const asked = () => ip('-n', right, 'neigh', 'show', '10.2.0.1').includes('INCOMPLETE')
    ip('-n', right, 'neigh', 'flush', 'dev', 'eth0')
    ip('netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.conf.toright.arp_ignore=8')
    const running = ping('10.2.0.2', { count: 2, interval: 1000, timeout: 0 })
    expect(await eventually(asked)).toBe(true)
    ip('-n', right, 'neigh', 'replace', ...gateway)
    expect(finished(await running).filter(({ sequence }) => sequence === 1)).toEqual([])
    ip('netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.conf.toright.arp_ignore=0')
    ip('-n', right, 'neigh', 'delete', '10.2.0.1', 'dev', 'eth0')
  })
})

describe('ping to many', () => {
  it('broadcasts, and waits the whole timeout for whoever replies', async () => {
    const got = finished(await ping('10.1.0.255', { timeout: 200 }))
    expect(got).toContainEqual({ sequence: 1, ttl: 64, kind: 0 })
    expect(new Set(got.map(({ sequence }) => sequence))).toEqual(new Set([1]))
  })

  it('pings a multicast group through an interface', async () => {
    expect(finished(await ping('ff02::1', { interface: 'eth0', timeout: 200 })).length).toBeGreaterThan(0)
  })
})

describe('cancelPing', () => {
  it('ends a run at once', async () => {
    const before = openDescriptors()
    const running = ping('127.0.0.1', { count: 1000, interval: 60_000 })
    const id = inbox.lastId
    expect(await eventually(() => inbox.partsOf(id) === 1)).toBe(true)
    addon.cancelPing(id)
    const outcome = await running
    expect(outcome.code).toBe(CompletionCode.cancelled)
    expect(replies(outcome).map(({ sequence }) => sequence)).toEqual([1])
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('ends a run that has not begun', async () => {
    const running = ping('127.0.0.1', { count: 2, interval: 60_000 })
    addon.cancelPing(inbox.lastId)
    expect(await running).toMatchObject({ code: CompletionCode.cancelled })
  })

  it('does nothing for a run that has ended, or never was', async () => {
    await ping('127.0.0.1')
    addon.cancelPing(inbox.lastId)
    addon.cancelPing(4_000_000)
  })
})

describe('ping without CAP_NET_RAW', () => {
  const withoutRaw = ['setpriv', '--inh-caps=-net_raw', '--bounding-set=-net_raw']
  const script = `
    const namespace = new addon.Namespace()
    await request(id => namespace.openPath(id, '${join(NAMESPACE_DIRECTORY, left)}'))
    const targets = [[10, 2, 0, 2], [10, 2, 0, 99], [0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], [0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99]]
    const outcomes = await Promise.all(targets.map(address =>
      request(id => addon.ping(id, pingOptions({ namespace, address: new Uint8Array(address), timeout: 3000 })))))
    console.log(JSON.stringify(outcomes.map(({ code, error, detail, parts }) =>
      ({ code, error, detail, parts: parts.map(({ payload }) => payload.slice(0, 4)) }))))`

  it('fails with EPERM where the kernel offers no ping socket', async () => {
    ip('netns', 'exec', left, 'sysctl', '-qw', 'net.ipv4.ping_group_range=1 0')
    const { stdout, stderr } = await runInChild(script, withoutRaw)
    expect(stderr).toBe('')
    for (const outcome of JSON.parse(stdout)) expect(outcome).toEqual(failed(EPERM, SystemCall.socket))
  })

  it('uses the ping socket where the kernel offers one, with replies and errors', async () => {
    ip('netns', 'exec', left, 'sysctl', '-qw', 'net.ipv4.ping_group_range=0 1000')
    const { stdout, stderr } = await runInChild(script, withoutRaw)
    expect(stderr).toBe('')
    // Sequence in memory order, ttl or code, kind.
    const all = (ttl: number, kind: number) => ({
      code: 0,
      error: 0,
      detail: 0,
      parts: [1, 2, 3].map(sequence => [sequence, 0, ttl, kind]),
    })
    expect(JSON.parse(stdout)).toEqual([all(63, 0), all(1, 3), all(63, 0), all(3, 1)])
  })
})

describe('an environment that ends with a ping running', () => {
  const start = 'request(id => addon.ping(id, pingOptions({ count: 1000, interval: 60_000 })))'

  it('ends as a process that exits', async () => {
    const { code, signal, stderr } = await runInChild(`${start}; setTimeout(() => process.exit(7), 50)`)
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' })
  })

  it('ends as a worker that is terminated', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 5; round++) {
      const worker = runInWorker(`for (let i = 0; i < 10; i++) ${start}; parentPort.postMessage('started')`)
      await once(worker, 'message')
      expect(await worker.terminate()).toBe(1)
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('stays alive until the ping has completed', async () => {
    const { code, stdout } = await runInChild(
      'const { code } = await request(id => addon.ping(id, pingOptions({ address: new Uint8Array([127, 0, 0, 1]) }))); console.log(code)',
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${CompletionCode.done}\n` })
  })
})
