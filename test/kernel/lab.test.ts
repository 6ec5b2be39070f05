import http from 'node:http'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Address } from '../../lib/addresses/address.ts'
import { Addresses } from '../../lib/addresses/addresses.ts'
import { NetlinkError, SystemError } from '../../lib/errors.ts'
import { Lab } from '../../lib/lab/lab.ts'
import type { Netns } from '../../lib/netns/netns.ts'
import { runProgram } from '../support/dist.ts'
import { ipShowsInside, linkInside } from '../support/inside.ts'
import { lackOf } from '../support/kernel.ts'
import { secondHandle } from '../support/lab.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const labs: Lab[] = []

afterEach(() => {
  for (const lab of labs.splice(0)) lab.close()
})

function kept<N extends string>(lab: Lab<N>): Lab<N> {
  labs.push(lab)
  return lab
}

const namesIn = (netns: Netns) => ipShowsInside(netns, 'link', 'show').map(link => link.ifname)
const addressesOn = (netns: Netns, name: string) =>
  ipShowsInside(netns, 'address', 'show', 'dev', name)[0].addr_info.map((entry: any) => `${entry.local}/${entry.prefixlen}`)

const count = { count: 2, interval: 10 }

const threeOnASwitch = {
  namespaces: { web: { routes: { default: 'lan' } }, db: {}, client: {} },
  bridges: { lan: { addresses: '10.0.0.1/24', ports: { web: '10.0.0.2/24', db: '10.0.0.3/24', client: '10.0.0.4/24' } } },
} as const

describe('a lab of three hosts on a bridge', () => {
  it('is what ip sees, with the bridge in a namespace of its own', async () => {
    const lab = kept(await Lab.create(threeOnASwitch))
    const { web, db } = lab.namespaces
    expect(namesIn(lab.hub as Netns).slice(1)).toEqual(['lan', 'web-eth0', 'db-eth0', 'client-eth0'])
    expect(addressesOn(lab.hub as Netns, 'lan')[0]).toBe('10.0.0.1/24')
    const port = linkInside(lab.hub as Netns, 'web-eth0')
    expect(port).toMatchObject({
      master: 'lan',
      operstate: 'UP',
      num_tx_queues: 1,
      linkinfo: { info_slave_data: { state: 'forwarding' } },
    })
    expect(linkInside(web, 'eth0')).toMatchObject({ link_index: port.ifindex, num_tx_queues: 1, linkinfo: { info_kind: 'veth' } })
    expect(linkInside(web, 'eth0').flags).toContain('LOWER_UP')
    expect(addressesOn(db, 'eth0')[0]).toBe('10.0.0.3/24')
    expect(ipShowsInside(web, 'route', 'show', 'default')).toMatchObject([{ gateway: '10.0.0.1', dev: 'eth0' }])
    expect(linkInside(db, 'lo').flags).toContain('UP')
  })

  it('carries packets from the first one on', async () => {
    for (let i = 0; i < 5; i++) {
      const { client, web } = kept(await Lab.create(threeOnASwitch)).namespaces
      const pings = [
        client.ping('10.0.0.2', { count: 1 }),
        web.ping('10.0.0.3', { count: 1 }),
        client.ping('10.0.0.1', { count: 1 }),
      ]
      expect((await Promise.all(pings)).map(({ received }) => received)).toEqual([1, 1, 1])
    }
  })

  it('stands beside others that are the same', async () => {
    const [one, other] = await Promise.all([Lab.create(threeOnASwitch), Lab.create(threeOnASwitch)])
    labs.push(one, other)
    expect(one.namespaces.web.inode).not.toBe(other.namespaces.web.inode)
    expect((await other.namespaces.web.ping('10.0.0.4', count)).received).toBe(2)
  })

  it('touches nothing of the machine', async () => {
    const before = [ip('-o', 'link'), ip('-o', 'address'), ip('route', 'show', 'table', 'all')]
    kept(await Lab.create(threeOnASwitch))
    expect([ip('-o', 'link'), ip('-o', 'address'), ip('route', 'show', 'table', 'all')]).toEqual(before)
  })
})

describe('a lab with a router', () => {
  const description = {
    namespaces: {
      laptop: { routes: { default: 'router' } },
      router: { forwarding: true },
      server: { routes: { default: 'router' } },
    },
    bridges: {
      office: {
        ports: {
          router: { addresses: ['10.0.1.1/24', 'fd00:1::1/64'] },
          laptop: { addresses: ['10.0.1.10/24', 'fd00:1::10/64'] },
        },
      },
    },
    cables: [{ router: { addresses: ['10.0.2.1/30', 'fd00:2::1/64'] }, server: { addresses: ['10.0.2.2/30', 'fd00:2::2/64'] } }],
  } as const

  it('carries IPv4 and IPv6 from one network to the other', async () => {
    const { laptop } = kept(await Lab.create(description)).namespaces
    const { received, replies } = await laptop.ping('10.0.2.2', count)
    expect([received, replies[0]?.ttl]).toEqual([2, 63])
    expect((await laptop.ping('fd00:2::2', count)).received).toBe(2)
  })

  it('does not forward where nobody said so', async () => {
    const router = { forwarding: false }
    const { laptop } = kept(await Lab.create({ ...description, namespaces: { ...description.namespaces, router } })).namespaces
    expect((await laptop.ping('10.0.2.2', { count: 1, timeout: 200 })).received).toBe(0)
  })

  it('may have the bridge in the router, whose address is the way out', async () => {
    const lab = kept(
      await Lab.create({
        namespaces: { router: {}, a: { routes: { default: 'lan' } } },
        bridges: { lan: { namespace: 'router', addresses: '10.0.0.1/24', ports: { a: '10.0.0.2/24' } } },
      }),
    )
    expect(lab.hub).toBeUndefined()
    expect(namesIn(lab.namespaces.router)).toEqual(expect.arrayContaining(['lan', 'a-eth0']))
    expect((await lab.namespaces.a.ping('10.0.0.1', count)).received).toBe(2)
  })
})

describe('what a lab describes', () => {
  it('is built from JSON as it stands', async () => {
    const lab = kept(await Lab.create(JSON.parse(JSON.stringify(threeOnASwitch))))
    expect(Object.keys(lab.namespaces)).toEqual(['web', 'db', 'client'])
    expect((await lab.namespaces.web!.ping('10.0.0.3', count)).received).toBe(2)
  })

  it('are links of other kinds, also on and in other namespaces', async () => {
    const lab = kept(
      await Lab.create({
        namespaces: {
          a: {
            links: [
              { kind: 'macvlan', name: 'mv0', link: 'eth0', netns: 'b', macvlan: { mode: 'bridge' }, addresses: '10.0.0.9/24' },
              { kind: 'veth', name: 'v0', master: 'br0', veth: { peer: { name: 'v1', netns: 'b' } } },
              { kind: 'bridge', name: 'br0', bridge: { ageingTime: 1000 }, up: false },
            ],
          },
          b: { addresses: { v1: { address: '10.1.0.1/24', broadcast: '+' }, lo: ['192.0.2.1/32', '192.0.2.2/32'] } },
          c: {},
        },
        cables: [{ a: null, c: '10.0.0.1/24' }],
      }),
    )
    const { a, b, c } = lab.namespaces
    expect(namesIn(b)).toEqual(expect.arrayContaining(['mv0', 'v1']))
    expect(addressesOn(b, 'lo')).toEqual(expect.arrayContaining(['192.0.2.1/32', '192.0.2.2/32']))
    expect(ipShowsInside(b, 'address', 'show', 'dev', 'v1')[0].addr_info[0]).toMatchObject({ broadcast: '10.1.0.255' })
    expect(linkInside(a, 'v0')).toMatchObject({ master: 'br0' })
    expect(linkInside(a, 'br0').flags).not.toContain('UP')
    expect(linkInside(a, 'br0').linkinfo.info_data.ageing_time).toBe(1000)
    expect((await c.ping('10.0.0.9', count)).received).toBe(2)
  })

  it('are options of ends and of ports', async () => {
    const lab = kept(
      await Lab.create({
        namespaces: { a: {}, b: {} },
        bridges: { lan: { ports: { a: { mtu: 1400, address: '02:00:00:00:00:0a', port: { hairpin: true } } } } },
        cables: [{ a: { name: 'up0', mtu: 9000, alias: 'to b' }, b: { up: false } }],
      }),
    )
    const { a, b } = lab.namespaces
    expect(linkInside(a, 'eth0')).toMatchObject({ mtu: 1400, address: '02:00:00:00:00:0a' })
    expect(linkInside(lab.hub as Netns, 'a-eth0')).toMatchObject({ mtu: 1400, linkinfo: { info_slave_data: { hairpin: true } } })
    expect(linkInside(a, 'up0')).toMatchObject({ mtu: 9000, ifalias: 'to b' })
    expect(linkInside(b, 'eth0').flags).not.toContain('UP')
  })

  it('are settings, those of links before they come up', async () => {
    const lab = kept(
      await Lab.create({
        namespaces: {
          a: {
            settings: {
              all: { ipv4: { rpFilter: 'strict' } },
              default: { ipv6: { disabled: true } },
              eth0: { ipv4: { arpIgnore: 1 } },
            },
            sysctl: { 'net.ipv4.ip_default_ttl': 40, 'net.ipv4.conf.eth0.arp_announce': 2 },
          },
          b: { links: [{ kind: 'bridge', name: 'br0', settings: { ipv6: { acceptDad: 'off' } } }] },
        },
        cables: [{ a: '10.0.0.1/24', b: '10.0.0.2/24' }],
      }),
    )
    const { a, b } = lab.namespaces
    expect(await a.sysctl.getLink('all')).toMatchObject({ ipv4: { rpFilter: 'strict' } })
    expect(await a.sysctl.getLink('eth0')).toMatchObject({ ipv4: { arpIgnore: 1, arpAnnounce: 2 }, ipv6: { disabled: true } })
    expect(await a.sysctl.get('net.ipv4.ip_default_ttl')).toBe('40')
    expect(addressesOn(a, 'eth0')).toEqual(['10.0.0.1/24'])
    expect(await b.sysctl.getLink('br0')).toMatchObject({ ipv6: { acceptDad: 'off' } })
    expect((await b.ping('10.0.0.1', count)).replies[0]?.ttl).toBe(40)
  })

  it('are bonds of cables, with VLANs on them', async context => {
    const lack = lackOf('bond') ?? lackOf('vlan')
    if (lack !== undefined) context.skip(lack)
    const end = (number: number) => ({
      links: [
        { kind: 'vlan', name: 'bond0.5', link: 'bond0', vlan: { id: 5 }, addresses: `10.5.0.${number}/24` },
        { kind: 'bond', name: 'bond0', bond: { mode: 'active-backup', miiInterval: 10 } },
      ] as const,
    })
    const cable = { a: { master: 'bond0' }, b: { master: 'bond0' } }
    const lab = kept(await Lab.create({ namespaces: { a: end(1), b: end(2) }, cables: [cable, cable] }))
    const { a, b } = lab.namespaces
    for (const name of ['eth0', 'eth1']) expect(linkInside(b, name)).toMatchObject({ master: 'bond0', operstate: 'UP' })
    await expect.poll(async () => (await a.ping('10.5.0.2', { count: 1, timeout: 100 })).received).toBe(1)
  })

  it('is usable at once, IPv6 addresses too', async () => {
    const lab = kept(await Lab.create({ namespaces: { a: {}, b: {} }, cables: [{ a: 'fd00::1/64', b: 'fd00::2/64' }] }))
    const server = await lab.namespaces.b.listen(
      http.createServer((_, response) => response.end('here')),
      { port: 80, host: 'fd00::2' },
    )
    const page = await (await lab.namespaces.a.fetch('http://[fd00::2]/')).text()
    server.close()
    expect(page).toBe('here')
  })
})

describe('IPv6 addresses', () => {
  const cable = [{ a: 'fd00::1/64', b: 'fd00::2/64' }]

  const withoutLinkLocal = (found: Address[]) => found.filter(({ scope }) => scope !== 'link')
  const tentative = (found: Address[]) => found.map(address => ({ ...address, tentative: address.scope !== 'link' }))
  const settled = (found: Address[]) => found.map(address => ({ ...address, tentative: false }))

  /** Lets lists be something else for the first `late` times, as they are until the kernel has come to it. Answers how often each namespace was listed. */
  function comeLate(late: number, meanwhile = withoutLinkLocal): () => number[] {
    const asked = new Map<Addresses, number>()
    const { list } = Addresses.prototype
    const spy = vi.spyOn(Addresses.prototype, 'list').mockImplementation(async function (this: Addresses, ...given) {
      asked.set(this, (asked.get(this) ?? 0) + 1)
      const found = settled(await list.apply(this, given))
      return (asked.get(this) as number) <= late ? meanwhile(found) : found
    })
    onTestFinished(() => spy.mockRestore())
    return () => [...asked.values()]
  }

  it.each([
    ['where there are no link-local ones yet', withoutLinkLocal],
    ['while those of the description are tentative', tentative],
  ])('are waited for %s', async (_, meanwhile) => {
    const asked = comeLate(3, meanwhile)
    kept(await Lab.create({ namespaces: { a: {}, b: {} }, cables: cable }))
    expect(asked()).toHaveLength(2)
    expect(Math.min(...asked())).toBeGreaterThan(3)
  })

  it('are not waited for on a link that gets none', async () => {
    const asked = comeLate(Infinity)
    const none = { families: { inet6: { addressGenerationMode: 'none' } } } as const
    const place = {
      links: [{ kind: 'veth', name: 'v', ...none, addresses: 'fd01::1/64', veth: { peer: { name: 'w' } } }],
    } as const
    kept(await Lab.create({ namespaces: { a: place } }))
    expect(asked()).toEqual([1])
  })
})

describe('a lab that cannot be built', () => {
  /** How many namespaces there were, which `create` made. */
  const failing = (namespaces: object, more: object = {}) =>
    Lab.create({ namespaces, ...more } as never).then(
      lab => {
        labs.push(lab)
        throw new Error('it was built')
      },
      error => error,
    )

  it('says where in the description, with the error of the kernel', async () => {
    const error = await failing({ web: { routes: { default: { via: '192.0.2.1', metric: 5 } } } })
    expect(error).toBeInstanceOf(NetlinkError)
    expect(error).toMatchObject({ code: 'ENETUNREACH', operation: 'routes.add', option: 'namespaces.web.routes.default.via' })
    expect(error.message).toMatch(/^Lab\.create: namespaces\.web\.routes\.default: routes\.add: option "via"/)
  })

  it('has the stack of who called', async () => {
    const error = await failing({ web: { routes: { default: '192.0.2.1' } } })
    expect(error.stack.split('\n')[0]).toBe(`NetlinkError: ${error.message}`)
    expect(error.stack.split('\n').slice(1, 4).join('\n')).toContain('lab.test.ts')
  })

  it.each([
    ['the end in a namespace', { lan: { ports: { web: { address: '01:00:00:00:00:00' } } } }, 'bridges.lan.ports.web'],
    ['a bridge', { lan: { address: '01:00:00:00:00:00' } }, 'bridges.lan'],
  ])('names %s', async (_, bridges, path) => {
    const error = await failing({ web: {} }, { bridges })
    expect(error.message).toContain(`Lab.create: ${path}: links.add: `)
  })

  it('names the link that does not get ready', async () => {
    // The link waits for a supplicant.
    const dormant = { namespaces: { a: {}, b: {} }, cables: [{ a: { linkMode: 'dormant' }, b: null }] } as const
    const error = await Lab.create(dormant, { timeout: 1000 }).catch(error => error)
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' })
    expect(error.stack).toContain('Lab.create: link "eth0" of namespace "a" was not ready within 1000 ms')
  })

  it('names a setting', async () => {
    const error = await failing({ web: { sysctl: { 'net.ipv4.no_such': 1 } } })
    expect(error).toBeInstanceOf(SystemError)
    expect(error.message).toMatch(/^Lab\.create: namespaces\.web\.sysctl\["net\.ipv4\.no_such"\]: sysctl\.set: /)
  })

  it('leaves nothing, wherever it ends', async () => {
    const before = openDescriptors()
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`)
    const ports = Object.fromEntries(names.map((name, i) => [name, `10.0.0.${i + 2}/24`]))
    const wrong = [
      { sysctl: { 'net.ipv4.no_such': 1 } },
      { links: [{ kind: 'other', kernelKind: 'no_such', name: 'x' }] },
      { routes: { default: '192.0.2.1' } },
    ]
    for (const [i, n17] of wrong.entries()) {
      const namespaces = { ...Object.fromEntries(names.map(name => [name, {}])), n17 }
      const error = await failing(namespaces, { bridges: { lan: { ports } } })
      expect(error.message, String(i)).toContain('Lab.create: namespaces.n17')
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('ends with the reason of a signal, and leaves nothing', async () => {
    const before = openDescriptors()
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`)
    const namespaces = Object.fromEntries(names.map(name => [name, {}]))
    const reason = new Error('enough')
    for (const milliseconds of [0, 2, 5]) {
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), milliseconds)
      await expect(Lab.create({ namespaces, bridges: { lan: { ports: namespaces } } }, controller)).rejects.toBe(reason)
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })
})

describe('the end of a lab', () => {
  it('closes its namespaces, and is idempotent', async () => {
    const before = openDescriptors()
    const lab = await Lab.create(threeOnASwitch)
    const { web } = lab.namespaces
    await lab[Symbol.asyncDispose]()
    lab.close()
    expect([lab.closed, web.closed, lab.hub?.closed]).toEqual([true, true, true])
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })

  it('takes all of it away in the kernel', async () => {
    const lab = await Lab.create(threeOnASwitch)
    const hub = await secondHandle(lab.hub as Netns)
    lab.close()
    await expect.poll(async () => (await hub.links.list({ kind: 'veth' })).length).toBe(0)
    hub.close()
  })
})

describe('a lab without root', () => {
  it('is built under a user namespace, and is the same', async () => {
    const lab = kept(
      await Lab.create(
        { ...threeOnASwitch, namespaces: { ...threeOnASwitch.namespaces, db: { forwarding: true } } },
        { user: true },
      ),
    )
    const { web, client, db } = lab.namespaces
    expect((await client.ping('10.0.0.2', count)).received).toBe(2)
    expect((await web.ping('10.0.0.1', count)).received).toBe(2)
    expect(await db.sysctl.get('net.ipv4.ip_forward')).toBe('1')
    expect((await web.links.get('eth0')).numTxQueues).toBe(1)
    expect((await lab.diagram()).match(/===/g)).toHaveLength(3)
  })

  it('comes by itself where the capabilities are missing, from the package as it is', async () => {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    const program = `
      const lab = await rtnetlink.Lab.create(${JSON.stringify(threeOnASwitch)})
      console.log((await lab.namespaces.client.ping('10.0.0.3', { count: 2, interval: 10 })).received)
      lab.close()`
    expect(await runProgram(program, nobody)).toMatchObject({ code: 0, stdout: '2\n', stderr: '' })
  })

  it('is refused where it is not wanted', async () => {
    await expect(Lab.create(threeOnASwitch, { user: 'yes' } as never)).rejects.toThrow('option "user": expected a boolean')
  })
})
