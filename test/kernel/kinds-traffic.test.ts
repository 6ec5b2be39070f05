import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { BYTES, crossed, ECHOES, entering, runInsideHeld } from '../support/inside.ts'
import { runInside, shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

afterAll(closeNamespaces)

const echoes = { ...ECHOES, timeout: 300 }

/** Two namespaces and a wire: eth0 at both ends, 192.0.2.1 here and 192.0.2.2 there. */
async function wired(): Promise<{ here: NamedNetns; there: NamedNetns }> {
  const [here, there] = [await createNamespace(), await createNamespace()]
  const peer = { name: 'eth0', netns: there, up: true }
  await here.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer } })
  await here.addresses.add({ link: 'eth0', address: '192.0.2.1/24' })
  await there.addresses.add({ link: 'eth0', address: '192.0.2.2/24' })
  await expect.poll(async () => (await here.links.get('eth0')).operationalState).toBe('up')
  return { here, there }
}

describe('a dummy', () => {
  const lack = lackOf('dummy')
  if (lack !== undefined) return it('swallows what is sent', context => context.skip(lack))

  it('swallows what is sent', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'dummy', name: 'dummy0', up: true })
    await ns.addresses.add({ link: 'dummy0', address: '192.0.2.1/24' })
    let received = -1
    const [grown] = await crossed([[ns, 'dummy0']], async () => {
      received = (await ns.ping('192.0.2.2', echoes)).received
    })
    expect(received).toBe(0)
    expect(grown.tx).toBeGreaterThanOrEqual(BYTES)
    expect(grown.rx).toBe(0)
  })

  it('keeps an address reachable from inside', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'dummy', name: 'dummy0', up: true })
    await ns.links.set('lo', { up: true })
    await ns.addresses.add({ link: 'dummy0', address: '192.0.2.1/32' })
    expect((await ns.ping('192.0.2.1', ECHOES)).received).toBe(ECHOES.count)
  })

  it('has the carrier that it is told, says ip', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'dummy', name: 'dummy0', up: true, carrier: false })
    expect(shownLink(ns.name, 'dummy0').flags).toContain('NO-CARRIER')
    await ns.links.set('dummy0', { carrier: true })
    await expect.poll(() => shownLink(ns.name, 'dummy0').flags).toContain('LOWER_UP')
  })
})

/** Reads packets of a link until one has the text; prints its protocol, hardware type, and the type and body of the netlink message. */
const READER = `
import socket, struct, sys
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packets.bind((sys.argv[1], 0))
packets.settimeout(20)
print('ready', flush=True)
while True:
    data, (link, protocol, kind, hardware, address) = packets.recvfrom(65536)
    if sys.argv[2].encode() in data:
        print(protocol, hardware, struct.unpack_from('=H', data, 4)[0], data[16:].hex())
        break
`

describe('an nlmon', () => {
  const lack = lackOf('nlmon')
  if (lack !== undefined) return it('shows netlink messages', context => context.skip(lack))

  it('shows the messages of this very session', async () => {
    const ns = await createNamespace()
    await ns.links.add({ kind: 'nlmon', name: 'nlmon0', up: true })
    const [command, ...args] = [...entering(ns), 'python3', '-c', READER, 'nlmon0', 'watched0']
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text
    })
    const ended = once(child, 'exit')
    await expect.poll(() => output, { timeout: 20_000 }).toBe('ready\n')
    await ns.links.add({ kind: 'veth', name: 'watched0', veth: { peer: { name: 'watched1' } } })
    await ended
    const [protocol, hardware, type, rest] = output.split('\n')[1].split(' ')
    expect({ protocol, hardware, type }).toEqual({
      protocol: '0', // NETLINK_ROUTE
      hardware: '824', // ARPHRD_NETLINK
      type: '16', // RTM_NEWLINK
    })
    expect(Buffer.from(rest, 'hex').toString('latin1')).toContain('veth')
  })

  it('says what it is, as ip does', async () => {
    const ns = await createNamespace()
    const link = await ns.links.add({ kind: 'nlmon', name: 'nlmon0', up: true })
    expect(link.type).toBe('netlink')
    expect(shownLink(ns.name, 'nlmon0')).toMatchObject({ link_type: 'netlink', linkinfo: { info_kind: 'nlmon' } })
  })
})

describe('an ifb', () => {
  const lack = lackOf('ifb')
  if (lack !== undefined) return it('shapes what arrives', context => context.skip(lack))

  it('shapes what arrives at another link', async context => {
    const { here, there } = await wired()
    const tc = (...words: string[]) => runInside(here.name, 'tc', ...words)
    await here.links.add({ kind: 'ifb', name: 'ifb0', up: true })
    try {
      tc('qdisc', 'add', 'dev', 'eth0', 'ingress')
      tc(...'filter add dev eth0 parent ffff: matchall action mirred egress redirect dev ifb0'.split(' '))
      // Room for two packets in the bucket, and for two more to wait: of twenty at once most are dropped.
      tc(...'qdisc add dev ifb0 root handle 1: tbf rate 8kbit burst 2200 limit 2200'.split(' '))
    } catch (error) {
      context.skip(`ifb: tc cannot redirect and shape here: ${(error as { stderr?: string }).stderr?.split('\n')[0]}`)
    }
    const shaped = await there.ping('192.0.2.1', echoes)
    const [qdisc] = JSON.parse(runInsideHeld(here, 'tc', '-s', '-j', 'qdisc', 'show', 'dev', 'ifb0'))
    expect(shaped.received).toBeGreaterThan(0)
    expect(shaped.received).toBeLessThan(ECHOES.count)
    expect(qdisc).toMatchObject({ kind: 'tbf' })
    expect(qdisc.drops).toBeGreaterThanOrEqual(ECHOES.count - 8)

    tc('qdisc', 'delete', 'dev', 'ifb0', 'root')
    let received = -1
    const [grown] = await crossed([[here, 'ifb0']], async () => {
      received = (await there.ping('192.0.2.1', ECHOES)).received
    })
    expect(received).toBe(ECHOES.count)
    expect(grown.tx).toBeGreaterThanOrEqual(BYTES)
  })
})

describe.each(['macvlan', 'macvtap'] as const)('a %s in mode source', kind => {
  const lack = lackOf(kind)
  if (lack !== undefined) return it('hears those that it lists', context => context.skip(lack))

  it('hears those that it lists, and nobody else', async () => {
    const { here, there } = await wired()
    const { address } = await there.links.get('eth0')
    await here.links.add({ kind, name: 'mac0', link: 'eth0', up: true, [kind]: { mode: 'source' } } as never)
    const heard = async () => {
      const [grown] = await crossed([[here, 'mac0']], () => there.ping('192.0.2.1', echoes))
      return grown.rx
    }
    const list = (macAddresses: unknown[]) => here.links.set('mac0', { [kind]: { macAddresses } })
    expect(await heard()).toBeLessThan(BYTES / 2)
    await list(['02:00:00:00:00:99'])
    expect(await heard()).toBeLessThan(BYTES / 2)
    await list(['02:00:00:00:00:99', address])
    expect(await heard()).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
    await list([])
    expect(await heard()).toBeLessThan(BYTES / 2)
  })
})
