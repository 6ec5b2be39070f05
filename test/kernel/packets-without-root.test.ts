import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/dist.ts'

/** A user without any right, but to open /dev/net/tun, as most distributions let everybody. */
const asNobody = [
  'unshare',
  '-m',
  'sh',
  '-c',
  `mount -t tmpfs none /mnt && mknod -m 666 /mnt/tun c 10 200 && mount --bind /mnt /dev/net &&
   exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$0" "$@"`,
]

/** Runs a program that prints JSON. */
async function asUser(source: string): Promise<unknown> {
  const { stdout, stderr } = await runProgram(`const { Netns, ethernet } = rtnetlink\n${source}`, asNobody)
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

/** A cable of two tuns between two namespaces. */
const cable = `
  const [left, right] = [await Netns.create(), await Netns.create()]
  async function join(options) {
    const tuns = [await left.openTun({ ...options, address: '10.0.0.1/24' }), await right.openTun({ ...options, address: '10.0.0.2/24' })]
    const pass = async (from, to) => { for await (const batch of from.batches()) await to.writeBatch(batch).catch(() => {}) }
    return { tuns, passing: Promise.all([pass(tuns[0], tuns[1]), pass(tuns[1], tuns[0])]) }
  }`

describe('a user without any right', () => {
  it('carries packets between two tuns, with offloads and several queues', async () => {
    const result = await asUser(`${cable}
      const { tuns, passing } = await join({ up: true, mtu: 1400, vnetHeader: true, offloads: ['checksum', 'tso4'], queues: 2 })
      const { received } = await left.ping('10.0.0.2', { count: 3, interval: 1, timeout: 10_000 })
      const { stdout } = await left.execFile('ip', ['-j', '-d', 'link', 'show', 'tun0'])
      const [{ mtu, linkinfo }] = JSON.parse(stdout)
      const { tun } = await tuns[0].link()
      for (const tun of tuns) await tun.close()
      await passing
      console.log(JSON.stringify({ received, mtu, shown: linkinfo.info_data, tun, left: (await left.links.list()).length }))`)
    expect(result).toMatchObject({
      received: 3,
      mtu: 1400,
      shown: { type: 'tun', vnet_hdr: true, multi_queue: true, numqueues: 2 },
      tun: { type: 'tun', vnetHeader: true, multiQueue: true, numQueues: 2 },
      left: 1,
    })
  })

  it('keeps a tap, opens it again, and deletes it', async () => {
    const result = await asUser(`
      const ns = await Netns.create()
      const names = async () => (await ns.links.list()).map(({ name }) => name).join()
      const options = { name: 'kept', persist: true, hardwareAddress: '02:00:00:00:00:77' }
      await (await ns.openTap(options)).close()
      const kept = await names()
      const tap = await ns.openTap({ name: 'kept' })
      const { address, tun } = await tap.link()
      await tap.delete()
      console.log(JSON.stringify({ kept, address, persist: tun.persist, deleted: await names() }))`)
    expect(result).toEqual({ kept: 'lo,kept', address: '02:00:00:00:00:77', persist: true, deleted: 'lo' })
  })

  it('captures what crosses a veth, with a filter, in promiscuous mode', async () => {
    const result = await asUser(`
      const [left, right] = [await Netns.create(), await Netns.create()]
      await left.links.add({ kind: 'veth', name: 'wire', up: true, veth: { peer: { name: 'wire', netns: right, up: true } } })
      await Promise.all([
        left.addresses.add({ link: 'wire', address: '192.0.2.1/24' }),
        right.addresses.add({ link: 'wire', address: '192.0.2.2/24' }),
      ])
      const filter = [
        { code: 0x28, jt: 0, jf: 0, k: 12 },
        { code: 0x15, jt: 0, jf: 1, k: 0x0800 },
        { code: 0x06, jt: 0, jf: 0, k: 262144 },
        { code: 0x06, jt: 0, jf: 0, k: 0 },
      ]
      const capture = await left.capture('wire', { filter, promiscuous: true })
      await left.ping('192.0.2.2', { count: 2, interval: 1 })
      await capture.close()
      const seen = []
      for await (const { direction, bytes } of capture) seen.push(direction + ' ' + ethernet.parse(bytes).etherType)
      console.log(JSON.stringify(seen))`)
    expect(result).toEqual(['out ipv4', 'in ipv4', 'out ipv4', 'in ipv4'])
  })

  it('captures the packets of a tun', async () => {
    const result = await asUser(`${cable}
      const { tuns, passing } = await join({ up: true })
      const capture = await right.capture('tun0', { direction: 'in' })
      await left.ping('10.0.0.2')
      await capture.close()
      const seen = []
      for await (const { hardwareType, bytes } of capture) if (bytes[0] >> 4 === 4) seen.push([hardwareType, bytes[9]])
      for (const tun of tuns) await tun.close()
      await passing
      console.log(JSON.stringify(seen))`)
    expect(result).toEqual([['none', 1]])
  })
})
