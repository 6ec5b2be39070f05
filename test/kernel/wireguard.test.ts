import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateWireguardKey, generateWireguardPresharedKey, type NetlinkError, wireguardPublicKey } from '../../lib/index.ts'
import { lackOfProgram, runInside } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

const lack = lackOf('wireguard')
const noWg = lackOfProgram('wireguard', 'wg', 'wireguard-tools')

let ns: NamedNetns
beforeEach(async context => {
  if (lack !== undefined) return context.skip(lack)
  ns = await createNamespace()
  ip('-n', ns.name, 'link', 'add', 'wg0', 'type', 'wireguard')
})
afterEach(closeNamespaces)
afterAll(closeNamespaces)

/** `wg show wg0 dump`: the device, then its peers, one row each. */
function shown(name = ns.name): string[][] {
  const text = runInside(name, 'wg', 'show', 'wg0', 'dump')
  return text
    .trim()
    .split('\n')
    .map(line => line.split('\t'))
}

const wg = (...words: string[]) => runInside(ns.name, 'wg', 'set', 'wg0', ...words)

/** A file with a key in it, as `wg` wants it. */
function keyFile(key: string): string {
  const path = join(tmpdir(), `rtnl-test-key-${process.pid}-${Math.random()}`)
  writeFileSync(path, key, { mode: 0o600 })
  return path
}

async function refusal(promise: Promise<unknown>): Promise<NetlinkError> {
  return await promise.then(
    () => expect.fail('it was not refused'),
    error => error,
  )
}

describe('wireguard.set', () => {
  beforeEach(context => void (noWg !== undefined && context.skip(noWg)))

  it('sets everything of a device and its peers, as wg shows it', async () => {
    const [privateKey, presharedKey] = [generateWireguardKey(), generateWireguardPresharedKey()]
    const [one, other] = [generateWireguardKey(), generateWireguardKey()].map(wireguardPublicKey)
    await ns.wireguard.set('wg0', {
      privateKey,
      listenPort: 51_820,
      fwmark: 0x10,
      peers: [
        {
          publicKey: one,
          presharedKey,
          endpoint: '192.0.2.1:1234',
          persistentKeepalive: 25,
          allowedIps: ['10.0.0.0/8', '2001:db8::/32'],
        },
        { publicKey: other, endpoint: '[2001:db8::7]:51820', allowedIps: ['192.168.0.1'] },
      ],
    })
    expect(shown()).toEqual([
      [privateKey, wireguardPublicKey(privateKey), '51820', '0x10'],
      [one, presharedKey, '192.0.2.1:1234', '10.0.0.0/8,2001:db8::/32', '0', '0', '0', '25'],
      [other, '(none)', '[2001:db8::7]:51820', '192.168.0.1/32', '0', '0', '0', 'off'],
    ])
  })

  it('leaves what is not given', async () => {
    const privateKey = generateWireguardKey()
    await ns.wireguard.set('wg0', { privateKey, listenPort: 51_821, fwmark: 3 })
    await ns.wireguard.set('wg0', { fwmark: 4 })
    expect(shown()[0].slice(0, 1).concat(shown()[0].slice(2))).toEqual([privateKey, '51821', '0x4'])
  })

  it('takes keys away', async () => {
    const publicKey = wireguardPublicKey(generateWireguardKey())
    await ns.wireguard.set('wg0', {
      privateKey: generateWireguardKey(),
      peers: [{ publicKey, presharedKey: generateWireguardPresharedKey() }],
    })
    await ns.wireguard.set('wg0', { privateKey: null, peers: [{ publicKey, presharedKey: null }] })
    expect(shown()[0][0]).toBe('(none)')
    expect(shown()[1][1]).toBe('(none)')
  })

  it('removes a peer, updates one that is there, and adds none that is not', async () => {
    const [gone, there, missing] = Array.from({ length: 3 }, () => wireguardPublicKey(generateWireguardKey()))
    await ns.wireguard.set('wg0', { peers: [{ publicKey: gone }, { publicKey: there }] })
    await ns.wireguard.set('wg0', {
      peers: [
        { publicKey: gone, remove: true },
        { publicKey: there, updateOnly: true, persistentKeepalive: 7 },
        { publicKey: missing, updateOnly: true, persistentKeepalive: 7 },
      ],
    })
    expect(
      shown()
        .slice(1)
        .map(([key, , , , , , , keepalive]) => [key, keepalive]),
    ).toEqual([[there, '7']])
  })

  it('adds networks to those that a peer has, and replaces them where asked', async () => {
    const publicKey = wireguardPublicKey(generateWireguardKey())
    await ns.wireguard.set('wg0', { peers: [{ publicKey, allowedIps: ['10.0.0.1/32'] }] })
    await ns.wireguard.set('wg0', { peers: [{ publicKey, allowedIps: ['10.0.0.2/32'] }] })
    expect(shown()[1][3].split(',').sort()).toEqual(['10.0.0.1/32', '10.0.0.2/32'])
    await ns.wireguard.set('wg0', { peers: [{ publicKey, replaceAllowedIps: true, allowedIps: ['10.0.0.3/32'] }] })
    expect(shown()[1][3]).toBe('10.0.0.3/32')
  })

  it('replaces all peers where asked', async () => {
    const [first, second] = Array.from({ length: 2 }, () => wireguardPublicKey(generateWireguardKey()))
    await ns.wireguard.set('wg0', { peers: [{ publicKey: first }] })
    await ns.wireguard.set('wg0', { replacePeers: true, peers: [{ publicKey: second }] })
    expect(
      shown()
        .slice(1)
        .map(([key]) => key),
    ).toEqual([second])
    await ns.wireguard.set('wg0', { replacePeers: true })
    expect(shown()).toHaveLength(1)
  })

  it('spreads peers and networks over as many messages as they need, and reads them back', async () => {
    const peers = Array.from({ length: 40 }, (_, i) => ({
      publicKey: wireguardPublicKey(generateWireguardKey()),
      persistentKeepalive: i + 1,
      allowedIps: Array.from({ length: i === 7 ? 5000 : 20 }, (_, j) => `10.${i}.${j >> 8}.${j & 255}/32`),
    }))
    await ns.wireguard.set('wg0', { peers })
    const byKey = (a: { publicKey: string }, b: { publicKey: string }) => (a.publicKey < b.publicKey ? -1 : 1)
    const expected = peers.toSorted(byKey).map(peer => ({ ...peer, allowedIps: peer.allowedIps.toSorted() }))
    const theirs = shown()
      .slice(1)
      .map(([publicKey, , , networks, , , , keepalive]) => ({
        publicKey,
        persistentKeepalive: Number(keepalive),
        allowedIps: networks.split(',').sort(),
      }))
    expect(theirs.sort(byKey)).toEqual(expected)
    const { peers: ours } = await ns.wireguard.get('wg0')
    const read = ours.map(({ publicKey, persistentKeepalive, allowedIps = [] }) => ({
      publicKey,
      persistentKeepalive,
      allowedIps: allowedIps.toSorted(),
    }))
    expect(read.sort(byKey)).toEqual(expected)
  })
})

describe('wireguard.get', () => {
  it('reads what wg set', async context => {
    if (noWg !== undefined) return context.skip(noWg)
    const [privateKey, presharedKey] = [generateWireguardKey(), generateWireguardPresharedKey()]
    const publicKey = wireguardPublicKey(generateWireguardKey())
    wg('private-key', keyFile(privateKey), 'listen-port', '4000', 'fwmark', '9')
    wg(
      'peer',
      publicKey,
      'preshared-key',
      keyFile(presharedKey),
      'endpoint',
      '[2001:db8::1]:5',
      'allowed-ips',
      '10.1.0.0/16,::/0',
    )
    const device = await ns.wireguard.get('wg0')
    expect(device).toMatchObject({
      name: 'wg0',
      link: (await ns.links.get('wg0')).index,
      publicKey: wireguardPublicKey(privateKey),
      listenPort: 4000,
      fwmark: 9,
    })
    expect(device.privateKey).toBe(privateKey)
    expect(device.peers).toHaveLength(1)
    expect(device.peers[0]).toMatchObject({
      publicKey,
      endpoint: '[2001:db8::1]:5',
      persistentKeepalive: 0,
      lastHandshake: undefined,
      receivedBytes: 0,
      transmittedBytes: 0,
      allowedIps: ['10.1.0.0/16', '::/0'],
    })
    expect(device.peers[0].presharedKey).toBe(presharedKey)
  })

  it('shows no key in a log or in JSON', async () => {
    const privateKey = generateWireguardKey()
    await ns.wireguard.set('wg0', { privateKey })
    const device = await ns.wireguard.get('wg0')
    expect(inspect(device) + JSON.stringify(device)).not.toContain(privateKey)
  })

  it('gives a device without peers an empty list', async () => {
    expect((await ns.wireguard.get('wg0')).peers).toEqual([])
  })
})

describe('wireguard', () => {
  it('names a link that is not there', async () => {
    await expect(ns.wireguard.get('wg1')).rejects.toMatchObject({ code: 'ENODEV', option: 'link', operation: 'wireguard.get' })
    await expect(ns.wireguard.set('wg1', {})).rejects.toMatchObject({ code: 'ENODEV', operation: 'wireguard.set' })
  })

  it('says that a link of another kind is none', async () => {
    const error = await refusal(ns.wireguard.get('lo'))
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', message: expect.stringContaining('the link is no WireGuard device') })
  })

  it('tells no key in the error of a refusal', async () => {
    const privateKey = generateWireguardKey()
    const error = await refusal(ns.wireguard.set('lo', { privateKey }))
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(privateKey)
  })

  it('refuses a peer without a key, before anything is sent', async () => {
    await expect(ns.wireguard.set('wg0', { fwmark: 5, peers: [{} as never] })).rejects.toThrow(
      'wireguard.set: option "peers.0.publicKey" is required',
    )
    expect((await ns.wireguard.get('wg0')).fwmark).toBe(0)
  })

  it('works on a link that was added in the same tick, and before it is deleted in the same tick', async () => {
    ip('-n', ns.name, 'link', 'delete', 'wg0')
    const [, , device] = await Promise.all([
      ns.links.add({ kind: 'wireguard', name: 'wg0' }),
      ns.wireguard.set('wg0', { fwmark: 77 }),
      ns.wireguard.get('wg0'),
      ns.links.delete('wg0'),
    ])
    expect(device.fwmark).toBe(77)
  })

  it('carries an echo between two namespaces, which each know the other as peer', async () => {
    const other = await createNamespace()
    await ns.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer: { name: 'eth0', netns: other, up: true } } })
    ip('-n', other.name, 'link', 'add', 'wg0', 'type', 'wireguard')
    const hosts = [
      { netns: ns, key: generateWireguardKey(), outside: '192.0.2.1', inside: '10.9.0.1' },
      { netns: other, key: generateWireguardKey(), outside: '192.0.2.2', inside: '10.9.0.2' },
    ]
    for (const [i, { netns, key, outside, inside }] of hosts.entries()) {
      const peer = hosts[1 - i]
      await netns.addresses.add({ link: 'eth0', address: `${outside}/24` })
      await netns.addresses.add({ link: 'wg0', address: `${inside}/24` })
      await netns.wireguard.set('wg0', {
        privateKey: key,
        listenPort: 51_820,
        peers: [
          { publicKey: wireguardPublicKey(peer.key), endpoint: `${peer.outside}:51820`, allowedIps: [`${peer.inside}/32`] },
        ],
      })
      await netns.links.set('wg0', { up: true })
    }
    expect(await ns.ping('10.9.0.2', { timeout: 5000 })).toMatchObject({ received: 1 })
    const [peer] = (await ns.wireguard.get('wg0')).peers
    expect(peer.receivedBytes).toBeGreaterThan(0)
    expect(peer.transmittedBytes).toBeGreaterThan(0)
    expect(peer.lastHandshake).toBeGreaterThan(Date.now() - 60_000)
  })
})
