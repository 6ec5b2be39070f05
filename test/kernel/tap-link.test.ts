import { readdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { arp, ethernet, icmp, ipv4 } from '../../lib/index.ts'
import type { Netns } from '../../lib/netns/netns.ts'
import type { TunDevice } from '../../lib/tun/device.ts'
import { VnetHeader } from '../../lib/tun/vnet-header.ts'
import { closeDevices, openTapLink } from '../support/device.ts'
import { runProgram } from '../support/dist.ts'
import { shownLink, shownNames } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { frame } from '../support/packets.ts'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const lack = lackOf('macvtap')
const BROADCAST = 'ff:ff:ff:ff:ff:ff'
const EXPERIMENTAL = 0x88b5
const INDEX = 4711

let ns: NamedNetns
let far: Netns
let count = 0

beforeAll(async () => {
  ns = await createNamespace()
  far = await createNamespace()
})
afterEach(async () => {
  await closeDevices()
  for (const name of shownNames(ns.name)) if (name !== 'lo') await ns.links.delete(name).catch(() => {})
})
afterAll(closeNamespaces)

/** A macvtap on one end of a veth, whose other end is in `far`. */
async function macvtap(netns: Netns = ns, options: { name?: string; index?: number } = {}): Promise<string> {
  const parent = `v${++count}`
  const name = options.name ?? `m${count}`
  await netns.links.add({ kind: 'veth', name: parent, up: true, veth: { peer: { name: `p${count}`, netns: far, up: true } } })
  await netns.links.add({ kind: 'macvtap', up: true, link: parent, macvtap: { mode: 'bridge' }, ...options, name })
  return name
}

const hello = (text: string, to = BROADCAST) => frame(to, '02:00:00:00:00:99', EXPERIMENTAL, Buffer.from(text.padEnd(46)))

/** Reads until a frame of the experimental type comes, and answers its text. */
async function heard(device: TunDevice): Promise<string> {
  for await (const batch of device.batches())
    for (const packet of batch)
      if (packet[device.vnetHeaderSize + 12] === 0x88 && packet[device.vnetHeaderSize + 13] === 0xb5)
        return Buffer.from(packet.subarray(device.vnetHeaderSize + 14))
          .toString()
          .trim()
  return ''
}

describe.skipIf(lack !== undefined)(`openTap({ link })${lack === undefined ? '' : ` (${lack})`}`, () => {
  it('opens by name, index and Link', async () => {
    const name = await macvtap()
    const link = await ns.links.get(name)
    for (const reference of [name, link.index, link]) {
      const tap = await openTapLink(ns, { link: reference })
      expect([tap.name, tap.index, tap.type, tap.queues, tap.vnetHeaderSize]).toEqual([name, link.index, 'tap', 1, 0])
      await tap.close()
    }
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('reads and writes frames', async () => {
    const [one, two] = [await macvtap(), await macvtap()]
    const taps = [await openTapLink(ns, { link: one }), await openTapLink(ns, { link: two })]
    // Both parents' other ends are ports of one bridge.
    await far.links.add({ kind: 'bridge', name: 'br0', up: true })
    for (const port of [`p${count - 1}`, `p${count}`]) await far.links.set(port, { master: 'br0' })
    await expect
      .poll(async () =>
        (await far.links.list({ master: 'br0' })).every(({ port }) => port?.kind === 'bridge' && port.state === 'forwarding'),
      )
      .toBe(true)
    const hearing = heard(taps[1]!)
    await taps[0]!.writeBatch([hello('hello')])
    expect(await hearing).toBe('hello')
    await far.links.delete('br0')
  })

  it('leaves the link when it is closed, and takes it away when that is asked for', async () => {
    const name = await macvtap()
    await (await openTapLink(ns, { link: name })).close()
    expect(shownNames(ns.name)).toContain(name)
    await (await openTapLink(ns, { link: name })).delete()
    expect(shownNames(ns.name)).not.toContain(name)
  })

  it('sets the link as it is told', async () => {
    const name = await macvtap()
    await openTapLink(ns, { link: name, mtu: 1400, hardwareAddress: '02:00:00:00:00:42', address: '10.9.0.1/24', up: false })
    expect(shownLink(ns.name, name)).toMatchObject({
      mtu: 1400,
      address: '02:00:00:00:00:42',
      flags: expect.not.arrayContaining(['UP']),
    })
  })

  it('opens several queues, which can be detached and attached', async () => {
    const name = await macvtap()
    const tap = await openTapLink(ns, { link: name, queues: 2 })
    expect(tap.queues).toBe(2)
    await tap.detachQueue(1)
    await tap.attachQueue(1)
    await tap.writeBatch([hello('x')], { queue: 1 })
    expect((await tap.statistics()).sent.packets).toBe(1)
  })

  it('reads a virtio header before each frame', async () => {
    const name = await macvtap()
    const tap = await openTapLink(ns, { link: name, vnetHeader: true, vnetHeaderSize: 12, offloads: ['checksum', 'tso4'] })
    const { address } = await ns.links.get(name)
    const hearing = heard(tap)
    const [octets] = [address!.split(':').map(octet => Number.parseInt(octet, 16))]
    // Another macvtap of the same parent, in mode bridge, is its neighbor.
    await ns.links.add({ kind: 'macvtap', name: 'beside', link: `v${count}`, up: true, macvtap: { mode: 'bridge' } })
    const beside = await openTapLink(ns, { link: 'beside', vnetHeader: true, vnetHeaderSize: 12 })
    const written = new Uint8Array(12 + 60)
    written.set(hello('with a header', address!), 12)
    expect(octets).toHaveLength(6)
    expect(new VnetHeader(written).gsoType).toBe('none')
    await beside.writeBatch([written])
    expect(await hearing).toBe('with a header')
  })

  it('counts what the kernel dropped because nobody read it', async () => {
    const name = await macvtap()
    const tap = await openTapLink(ns, { link: name, txQueueLength: 10 })
    await ns.links.add({ kind: 'macvtap', name: 'beside', link: `v${count}`, up: true, macvtap: { mode: 'bridge' } })
    const beside = await openTapLink(ns, { link: 'beside' })
    const { address } = await ns.links.get(name)
    await beside.writeBatch(Array.from({ length: 100 }, () => hello('much', address!)))
    const { dropped, received } = await tap.statistics()
    expect(received.packets).toBe(0)
    expect(dropped).toBeGreaterThanOrEqual(90)
    expect(dropped).toBeLessThanOrEqual(100)
  })

  it('waits when the neighbor does not read, and is destroyed all the same', async () => {
    const name = await macvtap()
    await openTapLink(ns, { link: name })
    await ns.links.add({ kind: 'macvtap', name: 'beside', link: `v${count}`, up: true, macvtap: { mode: 'bridge' } })
    const beside = await openTapLink(ns, { link: 'beside' })
    const { address } = await ns.links.get(name)
    // What the neighbor has not read yet counts as its sender's memory.
    const writing = beside.writeBatch(Array.from({ length: 1000 }, () => hello('much', address!)))
    const sent = async () => (await beside.statistics()).sent.packets
    await expect.poll(sent).toBeGreaterThan(0)
    expect(await sent()).toBeLessThan(1000)
    beside.destroy()
    await expect(writing).rejects.toMatchObject({ name: 'ClosedError', operation: expect.stringContaining('device.writeBatch') })
    expect(await eventually(() => beside.closed)).toBe(true)
  })

  it('ends with EBADFD a moment after the link was deleted', async () => {
    const name = await macvtap()
    const tap = await openTapLink(ns, { link: name })
    const ended = expect(heard(tap)).rejects.toMatchObject({ name: 'SystemError', code: 'EBADFD', operation: 'device.batches' })
    await ns.links.delete(name)
    await ended
  })

  it('ends with EBADFD when the link is deleted under a stream', async () => {
    const name = await macvtap()
    const tap = await openTapLink(ns, { link: name })
    const error = new Promise<Error>(resolve => tap.once('error', resolve))
    tap.on('data', () => {})
    await ns.links.delete(name)
    expect(await error).toMatchObject({ code: 'EBADFD', operation: 'device.read' })
  })

  it('opens the link of this namespace, and not the one of another that has the same index and so the node', async () => {
    const other = await createNamespace()
    await macvtap(ns, { name: 'mine', index: INDEX })
    await macvtap(other, { name: 'theirs', index: INDEX })
    const [mine, theirs] = [await openTapLink(ns, { link: 'mine' }), await openTapLink(other, { link: 'theirs' })]
    await theirs.writeBatch([hello('x'), hello('y')])
    expect(shownLink(other.name, 'theirs').stats64.tx.packets).toBeGreaterThanOrEqual(2)
    expect((await mine.statistics()).sent.packets).toBe(0)
    expect(await lastingStrayThreads()).toEqual([])
    other.close()
  })

  it('opens from a process whose own namespace the link is in', async () => {
    const name = await macvtap()
    const { stdout, stderr } = await runProgram(
      `const tap = await rtnetlink.openTap({ link: ${JSON.stringify(name)} })
      console.log(tap.name)`,
      ['ip', 'netns', 'exec', ns.name],
    )
    expect({ stdout, stderr }).toEqual({ stdout: `${name}\n`, stderr: '' })
  })

  it.each<[string, object, object]>([
    ['a link that is none', { link: 'none' }, { name: 'NetlinkError', code: 'ENODEV' }],
    [
      'a link of another kind',
      { link: 'lo' },
      { name: 'TypeError', option: 'link', message: expect.stringContaining('"lo" is no macvtap or ipvtap') },
    ],
    ['what only a tap of one’s own has', { link: 'lo', name: 'x' }, { code: 'ERR_UNKNOWN_OPTION', option: 'name' }],
    ['persistence', { link: 'lo', persist: true }, { code: 'ERR_UNKNOWN_OPTION', option: 'persist' }],
  ])('refuses %s', async (_, options, error) => {
    await expect(openTapLink(ns, options as never)).rejects.toMatchObject(error)
  })

  it('refuses setPersist: the link is not the device’s own', async () => {
    const tap = await openTapLink(ns, { link: await macvtap() })
    await expect(tap.setPersist(true)).rejects.toMatchObject({ name: 'TypeError', operation: 'device.setPersist' })
  })

  it('leaves no descriptor behind', async () => {
    const name = await macvtap()
    const cycle = async () => {
      const tap = await openTapLink(ns, { link: name, queues: 2 })
      tap.on('data', () => {})
      await new Promise(setImmediate)
      await tap.close()
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 20; i++) await cycle()
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })
})

describe.skipIf(lack !== undefined)('without a node in /dev', () => {
  const program = (link: string) => `
    const tap = await rtnetlink.openTap({ link: '${link}' }).catch(error => error)
    if (tap instanceof Error) console.log(tap.name, tap.code, tap.syscall, tap.option, tap.path, tap.message)
    else {
      await tap.writeBatch([new Uint8Array(60)])
      console.log(tap.name, (await import('node:fs')).readdirSync('/dev').filter(name => name.startsWith('tap')).length)
    }`
  /** A /dev with next to nothing in it. */
  const emptyDev =
    'mount -t tmpfs none /mnt && for d in null zero urandom; do cp -a /dev/$d /mnt/$d; done && mount --bind /mnt /dev && exec "$0" "$@"'
  const wrapper = (...more: string[]) => ['ip', 'netns', 'exec', ns.name, 'unshare', '-m', 'sh', '-c', emptyDev, ...more]

  it('one is made that only this process sees, and that leaves nothing', async () => {
    const name = await macvtap()
    const before = readdirSync('/sys').length
    const { stdout, stderr } = await runProgram(program(name), wrapper())
    expect({ stdout, stderr }).toEqual({ stdout: `${name} 0\n`, stderr: '' })
    expect(readdirSync('/sys')).toHaveLength(before)
  })

  it('says so where none can be made', async () => {
    const name = await macvtap()
    const { index } = await ns.links.get(name)
    const { stdout } = await runProgram(program(name), wrapper('setpriv', '--inh-caps=-sys_admin', '--bounding-set=-sys_admin'))
    expect(stdout).toMatch(
      new RegExp(
        `^SystemError EPERM unshare link /dev/tap${index} openTap: .*no node in /dev is the character device of "${name}", and to make one`,
      ),
    )
  })

  it('says so where devices cannot be made', async () => {
    const name = await macvtap()
    const { stdout } = await runProgram(program(name), wrapper('setpriv', '--inh-caps=-mknod', '--bounding-set=-mknod'))
    expect(stdout).toMatch(/^SystemError EPERM mknod link .*to make one takes CAP_MKNOD/)
  })
})

describe('openTap({ link }) of an ipvtap', () => {
  const lackOfIpvtap = lackOf('ipvtap')
  if (lackOfIpvtap !== undefined) return it('reads and writes frames', context => context.skip(lackOfIpvtap))

  /** Answers whoever looks for the address, and its echoes. */
  async function beHost(tap: TunDevice, mac: string): Promise<void> {
    for await (const frame of tap) {
      const { source, etherType, payload } = ethernet.parse(frame)
      const reply = { destination: source, source: mac, etherType }
      if (etherType === 'arp') {
        const { senderMac, senderAddress, targetAddress } = arp.parse(payload)
        const answer = { senderMac: mac, senderAddress: targetAddress, targetMac: senderMac, targetAddress: senderAddress }
        tap.write(ethernet.build({ ...reply, payload: arp.build({ operation: 'reply', ...answer }) }))
      } else if (etherType === 'ipv4') {
        const packet = ipv4.parse(payload)
        const { identifier, sequence, payload: data } = icmp.parse(packet.payload)
        const answer = icmp.build({ type: 'echoReply', identifier, sequence, payload: data })
        const addresses = { source: packet.destination, destination: packet.source }
        tap.write(ethernet.build({ ...reply, payload: ipv4.build({ ...addresses, protocol: 'icmp', payload: answer }) }))
      }
    }
  }

  it('reads and writes frames of the addresses that the link has', async () => {
    const { address: mac } = await ns.links.add({
      kind: 'veth',
      name: 'parent',
      up: true,
      veth: { peer: { name: 'wire', netns: far, up: true } },
    })
    await far.addresses.add({ link: 'wire', address: '10.0.7.2/24' })
    await ns.links.add({ kind: 'ipvtap', name: 'ip0', link: 'parent', up: true, ipvtap: { mode: 'l2' } })
    const tap = await openTapLink(ns, { link: 'ip0', address: '10.0.7.1/24' })
    const being = beHost(tap, mac!)
    expect((await far.ping('10.0.7.1', { count: 3, interval: 1, timeout: 10_000 })).received).toBe(3)
    await tap.close()
    await being
    expect(shownNames(ns.name)).toContain('ip0')
  })

  it('takes the link away when that is asked for', async () => {
    await ns.links.add({ kind: 'veth', name: 'parent', up: true, veth: { peer: { name: 'other', netns: far } } })
    await ns.links.add({ kind: 'ipvtap', name: 'ip0', link: 'parent' })
    await (await openTapLink(ns, { link: 'ip0' })).delete()
    expect(shownNames(ns.name)).not.toContain('ip0')
  })
})
