import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NetlinkError } from '../../lib/index.ts'
import { lackOfProgram, runInside } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

const lack = lackOfProgram('ethtool', 'ethtool', 'ethtool')
/** What `ethtool` prints inside the namespace. */
const shown = (ns: NamedNetns, ...words: string[]) => runInside(ns.name, 'ethtool', ...words)
/** Its lines `name: value`, without what it says about groups. */
function pairs(text: string): Record<string, string> {
  const lines = text.split('\n').map(line => /^\s*(\S.*?):\s+(.*?)\s*$/.exec(line))
  return Object.fromEntries(lines.flatMap(line => (line === null ? [] : [[line[1], line[2]]])))
}

let ns: NamedNetns
let other: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  other = await createNamespace()
})
beforeEach(async () => {
  for (const link of await ns.links.list()) if (link.name !== 'lo') await ns.links.delete(link).catch(() => {})
  ip(
    '-n',
    ns.name,
    'link',
    'add',
    'v0',
    'numrxqueues',
    '4',
    'numtxqueues',
    '4',
    'type',
    'veth',
    'peer',
    'v1',
    'netns',
    other.name,
  )
})
afterAll(closeNamespaces)

describe('ethtool', () => {
  beforeEach(context => {
    if (lack !== undefined) context.skip(lack)
  })

  it('names the driver, as ethtool -i', async () => {
    const driver = await ns.ethtool.getDriver('v0')
    const { driver: name, version, 'bus-info': bus } = pairs(shown(ns, '-i', 'v0'))
    expect({ name: driver.name, version: driver.version, bus: driver.bus ?? '' }).toEqual({ name, version, bus })
    expect(name).toBe('veth')
  })

  it('has the statistics that ethtool -S has, by the same names', async () => {
    const { 'NIC statistics': _, ...theirs } = pairs(shown(ns, '-S', 'v0'))
    const ours = await ns.ethtool.getStatistics('v0')
    expect(Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, String(value)]))).toEqual(theirs)
    expect(Object.keys(ours).length).toBe((await ns.ethtool.getDriver('v0')).statistics)
  })

  it('has no statistics of a link whose driver keeps none', async () => {
    expect(await ns.ethtool.getStatistics('lo')).toEqual({})
    expect(await ns.ethtool.getPeerIndex('lo')).toBeUndefined()
  })

  it('knows the peer’s index in its own namespace', async () => {
    const [peer] = JSON.parse(ip('-n', other.name, '-j', 'link', 'show', 'v1'))
    expect(await ns.ethtool.getPeerIndex('v0')).toBe(peer.ifindex)
  })

  it('says whether the link is up, as the last line of ethtool', async () => {
    const detected = async () => [(await ns.ethtool.getLinkState('v0')).detected, pairs(shown(ns, 'v0'))['Link detected']]
    expect(await detected()).toEqual([false, 'no'])
    ip('-n', ns.name, 'link', 'set', 'v0', 'up')
    ip('-n', other.name, 'link', 'set', 'v1', 'up')
    expect(await detected()).toEqual([true, 'yes'])
  })

  it('has the speed and the duplex that ethtool shows', async () => {
    const settings = await ns.ethtool.getSettings('v0')
    const { Speed: speed, Duplex: duplex, Port: port } = pairs(shown(ns, 'v0'))
    expect([`${settings.speed}Mb/s`, settings.duplex, settings.port]).toEqual([speed, duplex!.toLowerCase(), 'twistedPair'])
    expect(port).toBe('Twisted Pair')
  })

  describe('features', () => {
    /** `on`, `off`, and `[fixed]` of `ethtool -k`, of those that are no groups. */
    function featuresShown(): Record<string, string> {
      return pairs(shown(ns, '-k', 'v0'))
    }

    it('are those of ethtool -k', async () => {
      const theirs = featuresShown()
      const ours = await ns.ethtool.getFeatures('v0')
      const known = Object.keys(ours).filter(name => name in theirs)
      expect(known.length).toBeGreaterThan(30)
      const texts = known.map(name => {
        const { active, available, neverChanged } = ours[name]!
        return [name, `${active ? 'on' : 'off'}${!available || neverChanged ? ' [fixed]' : ''}`]
      })
      expect(Object.fromEntries(texts)).toEqual(Object.fromEntries(known.map(name => [name, theirs[name]])))
    })

    it('have names, all of them', async () => {
      expect(Object.keys(await ns.ethtool.getFeatures('v0'))).not.toContain('')
    })

    it('are turned off and on, says ethtool', async () => {
      await ns.ethtool.setFeatures('v0', { 'tx-checksum-sctp': false })
      expect(featuresShown()['tx-checksum-sctp']).toBe('off')
      await ns.ethtool.setFeatures('v0', { 'tx-checksum-sctp': true })
      expect(featuresShown()['tx-checksum-sctp']).toBe('on')
    })

    it('tell all that changed, also what depends on them', async () => {
      const changed = await ns.ethtool.setFeatures('v0', { 'tx-checksum-ip-generic': false })
      expect(changed).toMatchObject({ 'tx-checksum-ip-generic': false, 'tx-tcp-segmentation': false })
      expect((await ns.ethtool.getFeatures('v0'))['tx-tcp-segmentation']).toMatchObject({ active: false, requested: true })
    })

    it('change nothing that is so already', async () => {
      expect(await ns.ethtool.setFeatures('v0', { 'tx-checksum-sctp': true })).toEqual({})
    })

    it('that are fixed are refused by name, and the others are set', async () => {
      const failed = ns.ethtool.setFeatures('v0', { 'tx-checksum-sctp': false, 'tx-checksum-ipv4': true })
      await expect(failed).rejects.toMatchObject({
        name: 'NetlinkError',
        code: 'EOPNOTSUPP',
        option: 'tx-checksum-ipv4',
        message: expect.stringContaining('did not turn "tx-checksum-ipv4" on'),
      })
      expect(featuresShown()['tx-checksum-sctp']).toBe('off')
    })

    it('that there are not are refused by name, and nothing is set', async () => {
      const failed = ns.ethtool.setFeatures('v0', { 'tx-checksum-sctp': false, nonsense: true })
      await expect(failed).rejects.toMatchObject({ code: 'EOPNOTSUPP', option: 'nonsense', kernelMessage: 'bit name not found' })
      expect(featuresShown()['tx-checksum-sctp']).toBe('on')
    })
  })

  it('reads channels and sets them, says ethtool -l', async () => {
    expect(await ns.ethtool.getChannels('v0')).toMatchObject({ rxMax: 4, txMax: 4 })
    await ns.ethtool.setChannels('v0', { rx: 3, tx: 2 })
    const [, now] = shown(ns, '-l', 'v0').split('Current hardware settings:')
    expect(pairs(now!)).toMatchObject({ RX: '3', TX: '2' })
    expect(await ns.ethtool.getChannels('v0')).toMatchObject({ rx: 3, tx: 2 })
  })

  it('names the option of which there are too many', async () => {
    await expect(ns.ethtool.setChannels('v0', { rx: 5 })).rejects.toMatchObject({ code: 'EINVAL', option: 'rx' })
  })

  it('reads and sets how many packets a tap waits for, says ethtool -c', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 't0', 'mode', 'tap')
    await ns.ethtool.setCoalescing('t0', { rxFrames: 16 })
    expect((await ns.ethtool.getCoalescing('t0')).rxFrames).toBe(16)
    expect(pairs(shown(ns, '-c', 't0'))['rx-frames']).toBe('16')
  })

  it('names the option that a driver cannot change', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 't0', 'mode', 'tap')
    await expect(ns.ethtool.setCoalescing('t0', { txMicroseconds: 5 })).rejects.toMatchObject({
      code: 'EINVAL',
      option: 'txMicroseconds',
    })
  })

  it('sets speed and duplex of a tap, says ethtool', async () => {
    ip('-n', ns.name, 'tuntap', 'add', 't0', 'mode', 'tap')
    await ns.ethtool.setSettings('t0', { speed: 100, duplex: 'half', autonegotiation: false })
    expect(pairs(shown(ns, 't0'))).toMatchObject({ Speed: '100Mb/s', Duplex: 'Half' })
    expect(await ns.ethtool.getSettings('t0')).toMatchObject({ speed: 100, duplex: 'half' })
  })

  it('goes by a name of more than 15 bytes, by an index and by a link', async () => {
    const link = await ns.links.get('v0')
    await ns.links.addAltNames('v0', 'a-name-of-26-bytes-in-all.')
    for (const reference of ['a-name-of-26-bytes-in-all.', link.index, link]) {
      expect((await ns.ethtool.getDriver(reference)).name).toBe('veth')
      expect((await ns.ethtool.getLinkState(reference)).link).toBe(link.index)
    }
  })

  it('keeps call order with the requests for links', async () => {
    const [, before, , , state] = await Promise.allSettled([
      ns.links.add({ kind: 'veth', name: 'w0', veth: { peer: { name: 'w1' } } }),
      ns.ethtool.getDriver('w0'),
      ns.links.set('w0', { up: true }),
      ns.links.set('w1', { up: true }),
      ns.ethtool.getFeatures('w0'),
      ns.links.delete('w0'),
    ])
    expect([before.status, state.status]).toEqual(['fulfilled', 'fulfilled'])
  })

  it('is refused where the driver has no such thing, and says so', async () => {
    const failed = ns.ethtool.getRings('v0')
    await expect(failed).rejects.toMatchObject({ code: 'EOPNOTSUPP', message: expect.stringContaining('has no such thing') })
    await expect(failed).rejects.toBeInstanceOf(NetlinkError)
    await expect(ns.ethtool.getPrivateFlags('v0')).rejects.toMatchObject({ code: 'EOPNOTSUPP' })
    await expect(ns.ethtool.getDriver('lo')).rejects.toMatchObject({ code: 'EOPNOTSUPP' })
  })

  it.each([
    ['a name', 'nope'],
    ['an index', 77_777],
    ['a long name', 'a-name-that-there-is-not'],
  ])('says that there is no such link, of %s', async (_, link) => {
    for (const call of [ns.ethtool.getDriver(link), ns.ethtool.getStatistics(link), ns.ethtool.getFeatures(link)])
      await expect(call).rejects.toMatchObject({ name: 'NetlinkError', code: 'ENODEV', option: 'link' })
  })

  it('refuses what cannot be meant before anything is sent', async () => {
    await expect(ns.ethtool.setRings('v0', { rxx: 5 } as object)).rejects.toThrow(/unknown option "rxx" \(did you mean "rx"\?\)/)
    await expect(ns.ethtool.setFeatures('v0', { 'rx-gro': 1 as never })).rejects.toMatchObject({ option: 'rx-gro' })
    await expect(ns.ethtool.getDriver({} as never)).rejects.toMatchObject({ option: 'link' })
  })
})

describe('ethtool on a simulated device', () => {
  const lackOfDevice = lackOf('netdevsim') ?? lack
  const ID = 80_000 + (process.pid % 10_000)
  let name: string

  beforeAll(async () => {
    if (lackOfDevice === undefined) name = (await ns.netdevsim.add({ id: ID }))[0]!.name
  })
  beforeEach(async context => {
    if (lackOfDevice !== undefined) return context.skip(lackOfDevice)
    await ns.netdevsim.delete(ID).catch(() => {})
    name = (await ns.netdevsim.add({ id: ID }))[0]!.name
  })
  afterAll(async () => {
    if (lackOfDevice === undefined) await ns.netdevsim.delete(ID).catch(() => {})
  })

  it('reads and sets rings, says ethtool -g', async () => {
    await ns.ethtool.setRings(name, { rx: 128, tx: 256 })
    const [, now] = shown(ns, '-g', name).split('Current hardware settings:')
    expect(pairs(now!)).toMatchObject({ RX: '128', TX: '256' })
    expect(await ns.ethtool.getRings(name)).toMatchObject({ rx: 128, tx: 256, rxMax: 4096 })
  })

  it('reads and sets pause frames, says ethtool -a', async () => {
    await ns.ethtool.setPause(name, { rx: true, tx: false })
    expect(await ns.ethtool.getPause(name)).toMatchObject({ rx: true, tx: false })
    expect(pairs(shown(ns, '-a', name))).toMatchObject({ RX: 'on', TX: 'off' })
  })

  it('reads and sets forward error correction, says ethtool --show-fec', async () => {
    await ns.ethtool.setFec(name, { modes: { RS: true }, auto: false })
    expect(await ns.ethtool.getFec(name)).toMatchObject({ modes: { RS: true }, auto: false, active: 'RS' })
    expect(shown(ns, '--show-fec', name)).toMatch(/Active FEC encoding: RS/)
    await ns.ethtool.setFec(name, { modes: { RS: false, LLRS: true } })
    expect(await ns.ethtool.getFec(name)).toMatchObject({ modes: { LLRS: true }, active: 'LLRS' })
  })

  it('is asked for an encoding that is none, and that is the option', async () => {
    const failure = ns.ethtool.setFec(name, { modes: { Reed: true } })
    await expect(failure).rejects.toMatchObject({ code: 'EOPNOTSUPP', option: 'modes.Reed' })
  })

  it.each(['getEee', 'getWakeOnLan'] as const)('has nothing to say to %s', async method => {
    await expect(ns.ethtool[method](name)).rejects.toMatchObject({ code: 'EOPNOTSUPP', operation: `ethtool.${method}` })
  })

  it('reads and sets coalescing, says ethtool -c', async () => {
    await ns.ethtool.setCoalescing(name, { rxMicroseconds: 50, adaptiveTx: true })
    expect(await ns.ethtool.getCoalescing(name)).toMatchObject({ rxMicroseconds: 50, adaptiveTx: true })
    expect(pairs(shown(ns, '-c', name))['rx-usecs']).toBe('50')
  })
})
