import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import { runInside } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'eth0.100', veth: { peer: { name: 'peer' } } })
})
afterAll(closeNamespaces)

/** What a process inside reads. */
function inside(path: string): string {
  return runInside(ns.name, 'cat', `/proc/sys/${path}`).trim()
}

describe('netns.sysctl.set', () => {
  it('writes the setting of its own namespace, and no other', async () => {
    const ours = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')
    await ns.sysctl.set('net.ipv4.ip_forward', 1)
    expect(inside('net/ipv4/ip_forward')).toBe('1')
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(ours)
  })

  it.each([
    [true, '1'],
    [false, '0'],
    [2, '2'],
    ['1', '1'],
  ])('takes %j', async (value, text) => {
    await ns.sysctl.set('net.ipv4.conf.peer.rp_filter', value)
    expect(inside('net/ipv4/conf/peer/rp_filter')).toBe(text)
  })

  it('writes several numbers', async () => {
    await ns.sysctl.set('net.ipv4.ip_local_port_range', '40000 40100')
    expect(inside('net/ipv4/ip_local_port_range')).toBe('40000\t40100')
  })

  it.each(['net.ipv4.conf.eth0/100.forwarding', 'net/ipv4/conf/eth0.100/forwarding'])(
    'takes %s for a link with a dot',
    async name => {
      await ns.sysctl.set('net/ipv4/conf/eth0.100/forwarding', 0)
      await ns.sysctl.set(name, 1)
      expect(inside('net/ipv4/conf/eth0.100/forwarding')).toBe('1')
    },
  )

  it('says that the setting does not take a value', async () => {
    await expect(ns.sysctl.set('net.ipv4.ip_forward', 'x')).rejects.toMatchObject({
      name: 'SystemError',
      code: 'EINVAL',
      syscall: 'write',
      path: '/proc/sys/net/ipv4/ip_forward',
      message: expect.stringContaining('the setting does not take this value'),
    })
  })

  it('says that there is no such setting', async () => {
    await expect(ns.sysctl.set('net.ipv4.ip_forwad', 1)).rejects.toMatchObject({ code: 'ENOENT', operation: 'sysctl.set' })
  })
})

describe('netns.sysctl.get', () => {
  it('reads what a process inside wrote, without the end of the line', async () => {
    runInside(ns.name, 'sysctl', '-qw', 'net.ipv4.ip_default_ttl=77')
    expect(await ns.sysctl.get('net.ipv4.ip_default_ttl')).toBe('77')
  })

  it('reads a setting that is a list', async () => {
    runInside(ns.name, 'sysctl', '-qw', 'net.ipv4.ip_local_reserved_ports=8000-8100,9000')
    expect(await ns.sysctl.get('net.ipv4.ip_local_reserved_ports')).toBe('8000-8100,9000')
  })

  it('reads those of the current namespace', async () => {
    await using current = Netns.current()
    const own = readFileSync('/proc/sys/net/ipv4/ip_default_ttl', 'utf8').trim()
    expect(await current.sysctl.get('net.ipv4.ip_default_ttl')).toBe(own)
  })

  it('says that a group of settings is none', async () => {
    await expect(ns.sysctl.get('net.ipv4.conf')).rejects.toMatchObject({ code: 'EISDIR', syscall: 'read' })
  })

  it.each([
    ['kernel.hostname', /is no setting of a network namespace/],
    ['net', /is no name of a setting/],
    ['net..ipv4', /is no name of a setting/],
    ['net/../kernel/hostname', /is no name of a setting/],
    ['net.ipv4.//.x', /is no name of a setting/],
    ['', /is no setting/],
  ])('refuses %j before anything is opened', async (name, message) => {
    await expect(ns.sysctl.get(name)).rejects.toThrow(message)
  })

  it('refuses a closed handle', async () => {
    const closed = await createNamespace()
    closed.close()
    await expect(closed.sysctl.get('net.ipv4.ip_forward')).rejects.toMatchObject({ name: 'ClosedError', operation: 'sysctl.get' })
  })
})

describe('netns.sysctl.setLink', () => {
  it('writes settings of both families', async () => {
    await ns.sysctl.setLink('eth0.100', {
      ipv4: { rpFilter: 'loose', acceptLocal: true, routeLocalnet: true, arpNotify: true, arpIgnore: 2 },
      ipv6: { acceptDad: 'off', disabled: true },
    })
    expect(inside('net/ipv4/conf/eth0.100/rp_filter')).toBe('2')
    expect(inside('net/ipv4/conf/eth0.100/accept_local')).toBe('1')
    expect(inside('net/ipv4/conf/eth0.100/route_localnet')).toBe('1')
    expect(inside('net/ipv4/conf/eth0.100/arp_notify')).toBe('1')
    expect(inside('net/ipv4/conf/eth0.100/arp_ignore')).toBe('2')
    expect(inside('net/ipv6/conf/eth0.100/accept_dad')).toBe('0')
    expect(inside('net/ipv6/conf/eth0.100/disable_ipv6')).toBe('1')
  })

  it('of "default" is what links made from now on begin with', async () => {
    await ns.sysctl.setLink('default', { ipv4: { rpFilter: 'strict' } })
    await ns.links.add({ kind: 'veth', name: 'later' })
    expect((await ns.sysctl.getLink('later')).ipv4.rpFilter).toBe('strict')
  })

  it('changes nothing when one option is wrong', async () => {
    await ns.sysctl.setLink('peer', { ipv4: { acceptLocal: false } })
    const options = { ipv4: { acceptLocal: true, rpFilter: 'looze' as never } }
    await expect(ns.sysctl.setLink('peer', options)).rejects.toThrow(/option "ipv4\.rpFilter": .*did you mean "loose"/)
    expect(inside('net/ipv4/conf/peer/accept_local')).toBe('0')
  })

  it.each([
    [{ ipv4: { rp_filter: 1 } }, /unknown option "ipv4\.rp_filter" \(did you mean "rpFilter"\?\)/],
    [{ inet: {} }, /unknown option "inet"/],
    [{ ipv4: { forwarding: 1 } }, /option "ipv4\.forwarding": expected a boolean, got 1/],
    [{ ipv4: { arpIgnore: 9 } }, /option "ipv4\.arpIgnore": allowed is a whole number from 0 to 8/],
    [{ ipv6: 1 }, /option "ipv6": expected an object of settings/],
  ])('refuses %j', async (options, message) => {
    await expect(ns.sysctl.setLink('peer', options as never)).rejects.toThrow(message)
  })

  it('refuses a name that would leave its folder', async () => {
    await expect(ns.sysctl.setLink('..', { ipv4: { forwarding: true } })).rejects.toThrow(/option "link": ".." names no link/)
  })
})

describe('netns.sysctl.getLink', () => {
  it('reads what a process inside set', async () => {
    runInside(ns.name, 'sysctl', '-qw', 'net.ipv4.conf.peer.arp_announce=2', 'net.ipv6.conf.peer.accept_ra=2')
    const { ipv4, ipv6 } = await ns.sysctl.getLink('peer')
    expect(ipv4).toMatchObject({ arpAnnounce: 2 })
    expect(ipv6).toMatchObject({ acceptRa: 'whenForwarding', disabled: false })
  })

  it('gives back what setLink takes', async () => {
    const settings = await ns.sysctl.getLink('eth0.100')
    await ns.sysctl.setLink('peer', settings)
    expect(await ns.sysctl.getLink('peer')).toEqual(settings)
  })

  it('says that there is no such link', async () => {
    await expect(ns.sysctl.getLink('gone')).rejects.toMatchObject({
      code: 'ENOENT',
      message: 'sysctl.getLink: there is no link "gone" in this namespace (ENOENT)',
    })
  })
})

describe('netns.sysctl', () => {
  it('leaves no descriptor and no thread behind', async () => {
    await ns.sysctl.get('net.ipv4.ip_forward')
    const before = openDescriptors()
    await Promise.all(Array.from({ length: 200 }, (_, i) => ns.sysctl.set('net.ipv4.ip_forward', i % 2)))
    expect(openDescriptors()).toBeLessThanOrEqual(before)
    expect(await lastingStrayThreads()).toEqual([])
  })
})
