import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { hearsSolicitations } from '../support/solicitations.ts'
import { ip } from '../support/test-namespaces.ts'

let left: NamedNetns
let right: NamedNetns

beforeAll(async () => {
  left = await createNamespace()
  right = await createNamespace()
  await left.links.add({ kind: 'veth', name: 'l', up: true, veth: { peer: { name: 'r', netns: right, up: true } } })
  ip('-n', left.name, 'address', 'add', '192.0.2.1/24', 'dev', 'l')
  ip('-n', left.name, 'address', 'add', '192.0.2.11/24', 'dev', 'l')
  ip('-n', left.name, 'address', 'add', '2001:db8::1/64', 'dev', 'l', 'nodad')
  ip('-n', right.name, 'address', 'add', '192.0.2.2/24', 'dev', 'r')
  ip('-n', right.name, 'address', 'add', '2001:db8::2/64', 'dev', 'r', 'nodad')
  ip('-n', right.name, 'address', 'add', 'fe80::2/64', 'dev', 'r', 'nodad')
  ip('-n', left.name, 'address', 'add', 'fe80::1/64', 'dev', 'l', 'nodad')
  await hearsSolicitations(left.name, 'l')
  await hearsSolicitations(right.name, 'r')
})
afterAll(closeNamespaces)

describe('netns.ping', () => {
  it.each(['192.0.2.2', '2001:db8::2'])('gets an answer from %s to each request', async address => {
    const { sent, received, replies, refusals } = await left.ping(address, { count: 3, interval: 1 })
    expect({ sent, received, refusals }).toEqual({ sent: 3, received: 3, refusals: [] })
    expect(replies).toEqual([1, 2, 3].map(sequence => ({ sequence, time: expect.any(Number), ttl: 64 })))
  })

  it('crosses the wire', async () => {
    const before = (await right.links.get('r')).statistics?.rxPackets ?? 0
    await left.ping('192.0.2.2', { count: 5, interval: 1 })
    expect((await right.links.get('r')).statistics?.rxPackets).toBeGreaterThanOrEqual(before + 5)
  })

  it('carries as many bytes as asked', async () => {
    const before = (await right.links.get('r')).statistics?.rxBytes ?? 0
    await left.ping('192.0.2.2', { size: 1400 })
    expect((await right.links.get('r')).statistics?.rxBytes).toBeGreaterThanOrEqual(before + 1400)
  })

  it('sends from the address that was given', async () => {
    expect((await left.ping('192.0.2.2', { from: '192.0.2.11' })).received).toBe(1)
  })

  it('refuses to send from an address that is not there', async () => {
    await expect(left.ping('192.0.2.2', { from: '192.0.2.99' })).rejects.toMatchObject({
      name: 'SystemError',
      code: 'EADDRNOTAVAIL',
      operation: 'netns.ping',
    })
  })

  it('reaches a link-local address through the interface', async () => {
    expect((await left.ping('fe80::2', { interface: 'l' })).received).toBe(1)
  })

  it.each([
    ['IPv4', '192.0.2.2', '-4'],
    ['IPv6', '2001:db8::2', '-6'],
  ])('is marked, so that rules know it: %s', async (_, address, family) => {
    ip('-n', left.name, family, 'rule', 'add', 'pref', '10', 'fwmark', '0xfffffff0', 'unreachable')
    try {
      expect((await left.ping(address, { mark: 7 })).received).toBe(1)
      await expect(left.ping(address, { mark: 0xfffffff0 })).rejects.toMatchObject({
        name: 'SystemError',
        operation: 'netns.ping',
      })
    } finally {
      ip('-n', left.name, family, 'rule', 'del', 'pref', '10')
    }
  })

  it('says that there is no such interface', async () => {
    await expect(left.ping('192.0.2.2', { interface: 'missing' })).rejects.toMatchObject({ name: 'SystemError', code: 'ENODEV' })
  })

  it('has no replies, and no error, when nobody answers in time', async () => {
    const result = await left.ping('192.0.2.77', { timeout: 20 })
    expect(result).toMatchObject({ sent: 1, received: 0, replies: [] })
  })

  it('says that nothing leads there', async () => {
    await expect(left.ping('198.51.100.1')).rejects.toMatchObject({
      name: 'SystemError',
      code: 'ENETUNREACH',
      operation: 'netns.ping',
      message: expect.stringContaining('ENETUNREACH'),
    })
  })

  it('hears that a router knows no way', async () => {
    ip('-n', left.name, 'route', 'add', '203.0.113.0/24', 'via', '192.0.2.2')
    ip('netns', 'exec', right.name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    const { received, refusals } = await left.ping('203.0.113.1')
    expect({ received, refusals }).toEqual({ received: 0, refusals: [{ sequence: 1, icmpType: 3 }] })
  })

  it('stays in its own namespace', async () => {
    expect((await right.ping('192.0.2.1')).received).toBe(1)
    await expect((await createNamespace()).ping('192.0.2.1')).rejects.toMatchObject({ code: 'ENETUNREACH' })
  })

  it('is stopped by a signal', async () => {
    const controller = new AbortController()
    const pinging = left.ping('192.0.2.77', { count: 100, timeout: 10_000, signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(pinging).rejects.toMatchObject({ name: 'AbortError' })
  })

  it.each<[string, unknown[], string, string]>([
    ['address', ['example.org'], 'ERR_INVALID_ARG_VALUE', 'address'],
    ['address', [5], 'ERR_INVALID_ARG_TYPE', 'address'],
    ['count', ['192.0.2.2', { count: 0 }], 'ERR_OUT_OF_RANGE', 'count'],
    ['timeout', ['192.0.2.2', { timeout: '1s' }], 'ERR_INVALID_ARG_TYPE', 'timeout'],
    ['from', ['192.0.2.2', { from: '::1' }], 'ERR_INVALID_ARG_VALUE', 'from'],
    ['interface', ['192.0.2.2', { interface: 'a/b' }], 'ERR_INVALID_ARG_VALUE', 'interface'],
    ['option', ['192.0.2.2', { cuont: 3 }], 'ERR_UNKNOWN_OPTION', 'cuont'],
  ])('refuses a wrong %s', async (_, args, code, option) => {
    await expect(left.ping(...(args as [string]))).rejects.toMatchObject({ code, operation: 'netns.ping', option })
  })
})
