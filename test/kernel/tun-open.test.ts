import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/netns/netns.ts'
import { openTun } from '../../lib/tun/open.ts'
import type { TapOptions } from '../../lib/tun/options.ts'
import { closeDevices, heldDevice } from '../support/device.ts'
import { runProgram } from '../support/dist.ts'
import { tuntapInside } from '../support/inside.ts'
import { ipShows, shownLink, shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  await ns.sysctl.set('net.ipv6.conf.default.disable_ipv6', true)
  await ns.links.add({ kind: 'bridge', name: 'br0', up: true })
})
afterEach(async () => {
  await closeDevices()
  for (const name of shownNames(ns.name)) if (name !== 'lo' && name !== 'br0') ip('-n', ns.name, 'link', 'delete', name)
})
afterAll(closeNamespaces)

const open = async (options: Omit<TapOptions, 'netns'> = {}, type: 'tun' | 'tap' = 'tap') =>
  heldDevice(await (type === 'tun' ? ns.openTun(options) : ns.openTap(options)))
const dataOf = (name: string) => shownLink(ns.name, name).linkinfo.info_data

/** Each option: its value, what `ip -d link` shows of it, and the option as the library reports it. */
const options: [Omit<TapOptions, 'netns'>, object, object][] = [
  [{ name: 'a' }, { ifname: 'a' }, { name: 'a' }],
  [{ name: 'fifteen-bytes-x' }, { ifname: 'fifteen-bytes-x' }, { name: 'fifteen-bytes-x' }],
  [{ index: 77 }, { ifindex: 77 }, { index: 77 }],
  [
    {},
    { linkinfo: { info_data: { persist: false, pi: false, vnet_hdr: false, multi_queue: false } } },
    {
      tun: { persist: false, packetInformation: false, vnetHeader: false, multiQueue: false, owner: undefined, group: undefined },
    },
  ],
  [{ persist: true }, { linkinfo: { info_data: { persist: true } } }, { tun: { persist: true } }],
  [{ owner: 1 }, { linkinfo: { info_data: { user: 'daemon' } } }, { tun: { owner: 1, group: undefined } }],
  [{ group: 2 }, { linkinfo: { info_data: { group: 'bin' } } }, { tun: { owner: undefined, group: 2 } }],
  [{ packetInformation: true }, { linkinfo: { info_data: { pi: true } } }, { tun: { packetInformation: true } }],
  [{ vnetHeader: true }, { linkinfo: { info_data: { vnet_hdr: true } } }, { tun: { vnetHeader: true } }],
  [
    { queues: 3 },
    { linkinfo: { info_data: { multi_queue: true, numqueues: 3, numdisabled: 0 } } },
    { tun: { multiQueue: true, numQueues: 3, numDisabledQueues: 0 } },
  ],
  [
    { multiQueue: true },
    { linkinfo: { info_data: { multi_queue: true, numqueues: 1 } } },
    { tun: { multiQueue: true, numQueues: 1 } },
  ],
  [{ up: true }, { flags: expect.arrayContaining(['UP', 'LOWER_UP']) }, { up: true }],
  [{ mtu: 1400 }, { mtu: 1400 }, { mtu: 1400 }],
  [{ txQueueLength: 77 }, { txqlen: 77 }, { txQueueLength: 77 }],
  [{ hardwareAddress: '02:00:00:00:00:77' }, { address: '02:00:00:00:00:77' }, { address: '02:00:00:00:00:77' }],
  [{ master: 'br0' }, { master: 'br0', linkinfo: { info_slave_kind: 'bridge' } }, { port: { kind: 'bridge' } }],
  [{ master: 'br0', up: true }, { master: 'br0', linkinfo: { info_slave_data: { state: 'forwarding' } } }, { up: true }],
]

describe('openTap', () => {
  it.each(options)('%j is what ip shows, and what the library reads', async (given, shown, reported) => {
    const device = await open(given)
    expect(shownLink(ns.name, device.name)).toMatchObject(shown)
    expect(await device.link()).toMatchObject(reported)
  })

  it('has a test for every option but those of the place and the buffers', () => {
    const tested = new Set(options.flatMap(([given]) => Object.keys(given)))
    for (const key of ['address', 'exclusive', 'offloads', 'vnetHeaderSize']) tested.add(key) // Below, and in tun-vnet-header.test.ts.
    const source = readFileSync(new URL('../../lib/tun/options.ts', import.meta.url), 'utf8')
    const keys = Array.from(source.matchAll(/^ {2}(\w+)\??:/gm), ([, key]) => key!)
    const others = ['netns', 'signal', 'receiveMemory', 'link']
    expect([...tested].sort()).toEqual([...new Set(keys)].filter(key => !others.includes(key)).sort())
  })

  it('makes a tap for ip tuntap, whose process is this one', async () => {
    await open({ name: 'tap7', queues: 2, vnetHeader: true, persist: true, owner: 1, group: 2 })
    const text = tuntapInside(ns)
    expect(text).toMatch(/^tap7: tap multi_queue vnet_hdr persist user 1 group 2$/m)
    expect(text).toContain(`(${process.pid})`)
  })
})

describe('openTun', () => {
  it('makes a tun for ip tuntap', async () => {
    await open({ name: 'tun7', packetInformation: true }, 'tun')
    expect(tuntapInside(ns)).toMatch(/^tun7: tun pi filter$/m)
  })

  it('lets the kernel choose the number', async () => {
    const names = [await open({}, 'tun'), await open({}, 'tun'), await open({ name: 'vpn%d' }, 'tun'), await open()].map(
      ({ name }) => name,
    )
    expect(names).toEqual(['tun0', 'tun1', 'vpn0', 'tap0'])
  })

  it('says what the device is', async () => {
    const device = await open({ queues: 2, vnetHeader: true, vnetHeaderSize: 12, packetInformation: true }, 'tun')
    const { name, index, type, queues, vnetHeaderSize, packetInformation } = device
    expect({ name, index, type, queues, vnetHeaderSize, packetInformation }).toEqual({
      name: 'tun0',
      index: shownLink(ns.name, 'tun0').ifindex,
      type: 'tun',
      queues: 2,
      vnetHeaderSize: 12,
      packetInformation: true,
    })
  })

  it.each<[string, TapOptions['address'], string[]]>([
    ['text', '10.0.0.1/24', ['10.0.0.1/24']],
    ['several', ['10.0.0.1/24', '10.0.1.1/32'], ['10.0.0.1/24', '10.0.1.1/32']],
    ['options of addresses.add', { address: '10.0.0.1', peer: '10.0.0.2' }, ['10.0.0.1/32']],
  ])('gives the link its addresses, as %s', async (_, address, shown) => {
    const { name } = await open({ address }, 'tun')
    const [{ addr_info }] = ipShows(ns.name, 'address', 'show', 'dev', name)
    expect(addr_info.map(({ local, prefixlen }: { local: string; prefixlen: number }) => `${local}/${prefixlen}`)).toEqual(shown)
  })

  it('gives a persistent link an address that it has already', async () => {
    await (await open({ name: 'kept', persist: true, address: '10.0.0.1/24' }, 'tun')).close()
    const { name } = await open({ name: 'kept', address: ['10.0.0.1/24', '10.0.1.1/24'] }, 'tun')
    expect(ipShows(ns.name, 'address', 'show', 'dev', name)[0].addr_info).toHaveLength(2)
  })

  it('opens what ip tuntap made, and leaves it there', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'kept', 'mode', 'tun', 'user', '0')
    const device = await open({ name: 'kept' }, 'tun')
    expect((await device.link()).kind === 'tun' && (await device.link())).toMatchObject({ tun: { persist: true, owner: 0 } })
    await device.close()
    expect(shownNames(ns.name)).toContain('kept')
  })

  it('makes a link that ip tuntap deletes', async () => {
    const device = await open({ name: 'kept', persist: true }, 'tun')
    await device.close()
    ip('-n', ns.name, 'tuntap', 'delete', 'dev', 'kept', 'mode', 'tun')
    expect(shownNames(ns.name)).not.toContain('kept')
  })

  it('takes persistence away again', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'kept', 'mode', 'tun')
    await (await open({ name: 'kept', persist: false }, 'tun')).close()
    expect(shownNames(ns.name)).not.toContain('kept')
  })

  it('opens in the namespace that is given in any form, and leaves no thread there', async () => {
    for (const netns of [ns, ns.name, { path: `/run/netns/${ns.name}` }]) {
      const device = heldDevice(await openTun({ netns, name: 'here' }))
      expect(shownNames(ns.name)).toContain('here')
      await device.close()
    }
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('goes on when the handle of its namespace is closed', async () => {
    const other = await createNamespace()
    const device = heldDevice(await other.openTun({ name: 'here' }))
    other.close()
    expect((await device.link()).name).toBe('here')
  })

  it('opens in the process’s own namespace when none is given', async () => {
    const { stdout, stderr } = await runProgram(
      `const { Netns, openTun } = rtnetlink
      const one = await openTun({ up: true })
      const other = await Netns.current().openTun()
      console.log((await Netns.current().links.list()).map(link => link.name).join(), one.name, other.name)`,
      ['unshare', '-rn'],
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'lo,tun0,tun1 tun0 tun1\n', stderr: '' })
  })
})

describe('opening without the right to make links', () => {
  const withoutAdmin = ['setpriv', '--inh-caps=-net_admin', '--bounding-set=-net_admin']
  const script = (options: object) => `
    const device = await rtnetlink.openTun(${JSON.stringify(options)}).catch(error => error)
    if (device instanceof Error) console.log(device.name, device.code, device.option, device.message.split('; ')[1])
    else console.log(device.name)
    process.exit()`
  const run = (options: object, wrapper: string[]) => runProgram(script(options), ['ip', 'netns', 'exec', ns.name, ...wrapper])

  it('works where the link is there and belongs to the user', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'mine', 'mode', 'tun', 'user', '0')
    expect(await run({ name: 'mine' }, withoutAdmin)).toMatchObject({ stdout: 'mine\n', stderr: '' })
  })

  it('fails with EPERM where it belongs to another', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'theirs', 'mode', 'tun', 'user', '1')
    const { stdout } = await run({ name: 'theirs' }, withoutAdmin)
    expect(stdout).toMatch(/^SystemError EPERM name "theirs" belongs to another user: it takes CAP_NET_ADMIN/)
  })

  it('fails with EPERM, and says what to do, where there is none', async () => {
    const { stdout } = await run({ name: 'none' }, withoutAdmin)
    expect(stdout).toMatch(
      /^SystemError EPERM name to make a link takes CAP_NET_ADMIN .* persistent one with your user as "owner"/,
    )
  })

  it('fails with EACCES for a user who may not open /dev/net/tun', async () => {
    const { stdout } = await run({}, ['setpriv', '--reuid=12345', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'])
    expect(stdout).toMatch(/^SystemError EACCES undefined its permissions do not let this user/)
  })

  it('works in a user namespace of one’s own', async () => {
    const { stdout, stderr } = await runProgram(script({ up: true, address: '10.0.0.1/24' }), ['unshare', '-rn'])
    expect({ stdout, stderr }).toEqual({ stdout: 'tun0\n', stderr: '' })
  })
})

describe('errors of opening', () => {
  const refused = async (options: Omit<TapOptions, 'netns'>, type: 'tun' | 'tap' = 'tun') =>
    await open(options, type).then(
      () => undefined,
      (error: Error) => error,
    )

  it.each<[string, Omit<TapOptions, 'netns'>, object]>([
    [
      'an option that there is not',
      { naem: 'x' } as never,
      { name: 'TypeError', code: 'ERR_UNKNOWN_OPTION', option: 'naem', message: expect.stringContaining('did you mean "name"?') },
    ],
    [
      'a hardware address of a tun',
      { hardwareAddress: '02:00:00:00:00:01' },
      { code: 'ERR_UNKNOWN_OPTION', option: 'hardwareAddress' },
    ],
    ['a name of 16 bytes', { name: 'sixteen-bytes-xx' }, { code: 'ERR_INVALID_ARG_VALUE', option: 'name' }],
    ['a name with a % that is no %d', { name: 'tun%s' }, { code: 'ERR_INVALID_ARG_VALUE', option: 'name' }],
    ['two patterns', { name: 'a%d%d' }, { code: 'ERR_INVALID_ARG_VALUE', option: 'name' }],
    ['a name that is no text', { name: 5 } as never, { code: 'ERR_INVALID_ARG_TYPE', option: 'name' }],
    ['no queue', { queues: 0 }, { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', option: 'queues' }],
    ['too many queues', { queues: 257 }, { code: 'ERR_OUT_OF_RANGE', option: 'queues' }],
    [
      'several queues of no multi-queue link',
      { queues: 2, multiQueue: false },
      { code: 'ERR_INVALID_ARG_VALUE', option: 'multiQueue' },
    ],
    ['a size of a header that there is not', { vnetHeaderSize: 12 }, { code: 'ERR_INVALID_ARG_VALUE', option: 'vnetHeaderSize' }],
    ['a header of 9 bytes', { vnetHeader: true, vnetHeaderSize: 9 }, { code: 'ERR_OUT_OF_RANGE', option: 'vnetHeaderSize' }],
    ['offloads without the header', { offloads: ['checksum'] }, { code: 'ERR_INVALID_ARG_VALUE', option: 'offloads' }],
    [
      'segments without checksums',
      { vnetHeader: true, offloads: ['tso4'] },
      { code: 'ERR_INVALID_ARG_VALUE', option: 'offloads' },
    ],
    [
      'an offload that there is not',
      { vnetHeader: true, offloads: ['tso5' as never] },
      { code: 'ERR_INVALID_ARG_VALUE', option: 'offloads', message: expect.stringContaining('did you mean "tso4"?') },
    ],
    ['the user that means none', { owner: 0xffff_ffff }, { code: 'ERR_OUT_OF_RANGE', option: 'owner' }],
    ['an index of 0', { index: 0 }, { code: 'ERR_OUT_OF_RANGE', option: 'index' }],
    ['little memory', { receiveMemory: 4096 }, { code: 'ERR_OUT_OF_RANGE', option: 'receiveMemory' }],
    ['an address that is none', { address: '10.0.0.300/24' }, { code: 'ERR_INVALID_ARG_TYPE', option: 'address' }],
    [
      'an address with a link',
      { address: { address: '10.0.0.1/24', link: 'lo' } as never },
      { code: 'ERR_INVALID_ARG_VALUE', option: 'address' },
    ],
    ['a number for an address', { address: [5 as never] }, { code: 'ERR_INVALID_ARG_TYPE', option: 'address' }],
    ['text for a switch', { up: 'yes' as never }, { code: 'ERR_INVALID_ARG_TYPE', option: 'up' }],
  ])('are found before anything is opened: %s', async (_, options, error) => {
    expect(await refused(options)).toMatchObject({ ...error, operation: 'openTun' })
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
  })

  it.each([
    ['text', '02:00:00:00:00'],
    ['a multicast address', '01:00:00:00:00:01'],
    ['zeros', '00:00:00:00:00:00'],
  ])('name the hardware address: %s', async (_, hardwareAddress) => {
    expect(await refused({ hardwareAddress }, 'tap')).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', option: 'hardwareAddress' })
  })

  it('refuse a namespace in a method of one', async () => {
    await expect(ns.openTun({ netns: ns } as never)).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPTION', option: 'netns' })
    await expect(ns.openTun(null as never)).rejects.toThrow(TypeError)
  })

  it('say so when the namespace is closed', async () => {
    const closed = await Netns.create()
    closed.close()
    await expect(closed.openTun()).rejects.toMatchObject({ code: 'ERR_CLOSED', operation: 'netns.openTun' })
    await expect(openTun({ netns: closed })).rejects.toMatchObject({ code: 'ERR_CLOSED', operation: 'openTun' })
  })

  it.each<[string, string, Omit<TapOptions, 'netns'>, string, string]>([
    ['no tun', 'lo', {}, 'EINVAL', '"lo" is there already, and is no tun or tap'],
    ['a tap', 'atap', {}, 'EINVAL', '"atap" is there already, and is a tap'],
    ['no multi-queue link', 'atun', { queues: 2 }, 'EINVAL', '"atun" is there already, and is no multi-queue link'],
    ['a multi-queue link', 'many', {}, 'EINVAL', '"many" is a multi-queue link: give multiQueue: true'],
    ['there already', 'atun', { exclusive: true }, 'EBUSY', 'exclusive: true'],
  ])('say that the link is %s', async (_, name, options, code, text) => {
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'atun', 'mode', 'tun')
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'atap', 'mode', 'tap')
    ip('-n', ns.name, 'tuntap', 'add', 'dev', 'many', 'mode', 'tun', 'multi_queue')
    const error = await refused({ name, ...options })
    expect(error).toMatchObject({ name: 'SystemError', code, syscall: 'ioctl', operation: 'openTun', option: 'name' })
    expect(error?.message).toContain(text)
  })

  it('say that somebody has it open', async () => {
    await open({ name: 'busy' }, 'tun')
    const error = await refused({ name: 'busy' })
    expect(error).toMatchObject({ code: 'EBUSY', option: 'name', message: expect.stringContaining('somebody has "busy" open') })
  })

  it('say that others share it with packets of another form', async () => {
    await open({ name: 'shared', multiQueue: true, packetInformation: true }, 'tun')
    const error = await refused({ name: 'shared', multiQueue: true })
    expect(error).toMatchObject({ code: 'EBUSY', option: 'packetInformation' })
    expect(dataOf('shared')).toMatchObject({ numqueues: 1 })
  })

  it('say which id is not there, in a user namespace', async () => {
    const { stdout } = await runProgram(
      `await rtnetlink.openTun({ group: 4711 }).catch(error => console.log(error.code, error.option, error.message))`,
      ['unshare', '-rn'],
    )
    expect(stdout).toMatch(/^EINVAL group .*there is no such id in the user namespace/)
  })

  it('say which setting the kernel refuses, and close the device again', async () => {
    const before = openDescriptors()
    expect(await refused({ name: 'x', mtu: 10 })).toMatchObject({
      name: 'NetlinkError',
      code: 'EINVAL',
      operation: 'openTun',
      option: 'mtu',
      message: expect.stringMatching(/; the device was closed again$/),
    })
    expect(await refused({ name: 'x', master: 'none' })).toMatchObject({ code: 'ENODEV', option: 'master' })
    // IPv6 is disabled on it.
    expect(await refused({ name: 'x', address: ['10.0.0.1/24', '2001:db8::1/64'] })).toMatchObject({ code: 'EACCES' })
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
    expect(await eventually(() => openDescriptors() <= before + 1)).toBe(true)
  })

  it('begin at the caller’s line', async () => {
    const error = await refused({ name: 'lo' })
    expect(error?.stack?.split('\n')[1]).toContain('tun-open.test.ts')
  })

  it('name the device and the module when /dev/net/tun is missing', async () => {
    const { stdout } = await runProgram(
      `await rtnetlink.openTun().catch(({ name, code, path, syscall, message }) => console.log(name, code, path, syscall, message))`,
      ['unshare', '-rnm', 'sh', '-c', 'mount -t tmpfs none /dev/net && exec "$0" "$@"'],
    )
    expect(stdout).toMatch(/^SystemError ENOENT \/dev\/net\/tun open openTun: open \/dev\/net\/tun: .*modprobe tun.*mknod/)
  })
})

describe('an aborted opening', () => {
  it('opens nothing when the signal was given before', async () => {
    const reason = new Error('no')
    await expect(ns.openTun({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
  })

  it('closes the device again', async () => {
    const controller = new AbortController()
    const opened = ns.openTun({ name: 'gone', signal: controller.signal })
    controller.abort()
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' })
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
  })
})

describe('many devices', () => {
  it('open and close at once, and leave nothing', async () => {
    const cycle = async () => {
      const devices = await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 ? ns.openTap() : ns.openTun())))
      expect(shownNames(ns.name)).toHaveLength(32)
      await Promise.all(devices.map(device => device.close()))
    }
    await cycle()
    const before = openDescriptors()
    for (let i = 0; i < 5; i++) await cycle()
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
    expect(await eventually(() => openDescriptors() <= before + 1)).toBe(true)
  })

  it('are closed by themselves when the process exits', async () => {
    const { code, stderr } = await runProgram(
      `const ns = await rtnetlink.Netns.open(${JSON.stringify(ns.name)})
      for (let i = 0; i < 5; i++) (await ns.openTap()).on('data', () => {})
      process.exit(3)`,
    )
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
  })
})
