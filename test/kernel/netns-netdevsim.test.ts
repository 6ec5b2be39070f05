import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/index.ts'
import { ipShows, shownLink, shownNames } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

/** Ids are the machine's: one that no other test of ours has. */
const ID = 70_000 + (process.pid % 10_000)

describe('netdevsim', () => {
  const lack = lackOf('netdevsim')
  if (lack !== undefined) {
    it('says what the kernel lacks', async () => {
      const ns = await createNamespace()
      await expect(ns.netdevsim.add({ id: ID })).rejects.toMatchObject({
        name: 'SystemError',
        code: 'ENOENT',
        message: expect.stringContaining('CONFIG_NETDEVSIM (try: modprobe netdevsim)'),
      })
    })
    return it('makes devices', context => context.skip(lack))
  }

  let ns: NamedNetns

  beforeAll(async () => {
    ns = await createNamespace()
  })
  afterEach(async () => {
    await ns.netdevsim.delete(ID).catch(() => {})
  })

  it('makes a device whose links are in the namespace, says ip', async () => {
    const links = await ns.netdevsim.add({ id: ID, ports: 2, queues: 3 })
    expect(links.map(({ physicalPortName }) => physicalPortName)).toEqual(['p1', 'p2'])
    const shown = ipShows(ns.name, 'link', 'show').filter(({ parentdev }) => parentdev === `netdevsim${ID}`)
    expect(shown).toEqual([
      expect.objectContaining({ ifname: links[0].name, phys_port_name: 'p1', num_tx_queues: 3, parentbus: 'netdevsim' }),
      expect.objectContaining({ ifname: links[1].name, phys_port_name: 'p2', num_tx_queues: 3, parentbus: 'netdevsim' }),
    ])
  })

  it('makes one link with one queue unless told otherwise', async () => {
    const links = await ns.netdevsim.add({ id: ID })
    expect(links.map(({ numTxQueues }) => numTxQueues)).toEqual([1])
  })

  it('makes nothing in the namespace of the process', async () => {
    const names = async () => (await Netns.current().links.list()).map(({ name }) => name)
    const before = await names()
    await ns.netdevsim.add({ id: ID })
    expect(await names()).toEqual(before)
  })

  it('has links that can be renamed, brought up and addressed', async () => {
    const [link] = await ns.netdevsim.add({ id: ID })
    await ns.links.set(link, { name: 'sim0', up: true })
    await ns.addresses.add({ link: 'sim0', address: '192.0.2.1/24' })
    expect(shownLink(ns.name, 'sim0').flags).toContain('UP')
  })

  it('takes the links away on delete', async () => {
    const [link] = await ns.netdevsim.add({ id: ID })
    await ns.netdevsim.delete(ID)
    expect(shownNames(ns.name)).not.toContain(link.name)
  })

  it('adds a port and deletes one', async () => {
    await ns.netdevsim.add({ id: ID, ports: 0 })
    const link = await ns.netdevsim.addPort(ID, 4)
    expect(shownLink(ns.name, link.name)).toMatchObject({ phys_port_name: 'p5', parentdev: `netdevsim${ID}` })
    await expect(ns.netdevsim.addPort(ID, 4)).rejects.toMatchObject({ code: 'EEXIST' })
    await ns.netdevsim.deletePort(ID, 4)
    expect(shownNames(ns.name)).toEqual(['lo'])
    await expect(ns.netdevsim.deletePort(ID, 4)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('has as many virtual functions as it is told', async () => {
    const [link] = await ns.netdevsim.add({ id: ID, virtualFunctions: 2 })
    expect(shownLink(ns.name, link.name).vfinfo_list).toHaveLength(2)
    await ns.netdevsim.setVirtualFunctions(ID, 3)
    expect(shownLink(ns.name, link.name).vfinfo_list).toHaveLength(3)
    const { virtualFunctions } = await ns.links.get(link.name, { virtualFunctions: true })
    expect(virtualFunctions).toHaveLength(3)
  })

  it('has virtual functions that we read as ip sets them', async () => {
    const [{ name }] = await ns.netdevsim.add({ id: ID, virtualFunctions: 1 })
    for (const words of ['mac 02:00:00:00:00:07', 'vlan 9 qos 3', 'spoofchk on', 'trust on', 'state enable'])
      ip('-n', ns.name, 'link', 'set', name, 'vf', '0', ...words.split(' '))
    const shown = shownLink(ns.name, name).vfinfo_list[0]
    expect(shown).toMatchObject({ address: '02:00:00:00:00:07', trust: true, spoofchk: true, link_state: 'enable' })
    const { virtualFunctions } = await ns.links.get(name, { virtualFunctions: true })
    expect(virtualFunctions?.[0]).toMatchObject({
      address: shown.address,
      trust: { setting: 1 },
      spoofCheck: { setting: 1 },
      linkState: { state: 1 },
      vlans: [{ vlan: shown.vlan_list[0].vlan, qos: shown.vlan_list[0].qos }],
    })
    expect(shown.vlan_list).toEqual([expect.objectContaining({ vlan: 9, qos: 3 })])
  })

  it('says that an id is taken', async () => {
    await ns.netdevsim.add({ id: ID })
    await expect(ns.netdevsim.add({ id: ID })).rejects.toMatchObject({
      name: 'SystemError',
      code: 'ENOSPC',
      operation: 'netdevsim.add',
      syscall: 'write',
      path: '/sys/bus/netdevsim/new_device',
      message: expect.stringContaining('there is a device with this id already'),
    })
  })

  it('says that there is no such device', async () => {
    const message = expect.stringContaining('there is no device with this id')
    await expect(ns.netdevsim.delete(ID)).rejects.toMatchObject({ code: 'ENOENT', message })
    await expect(ns.netdevsim.addPort(ID, 1)).rejects.toMatchObject({ code: 'ENOENT', message })
    await expect(ns.netdevsim.setVirtualFunctions(ID, 1)).rejects.toMatchObject({ code: 'ENOENT', message })
  })

  it('is what the refusal of links.add leads to', async () => {
    await expect(ns.links.add({ kind: 'netdevsim', name: 'sim0' })).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      message: expect.stringContaining('netdevsim.add()'),
    })
  })
})

describe('netdevsim refuses, before anything is written,', () => {
  it.each<[string, object, string, string]>([
    ['no id', {}, 'id', 'ERR_INVALID_ARG_TYPE'],
    ['an id of text', { id: '10' }, 'id', 'ERR_INVALID_ARG_TYPE'],
    ['a negative id', { id: -1 }, 'id', 'ERR_OUT_OF_RANGE'],
    ['half a port', { id: ID, ports: 0.5 }, 'ports', 'ERR_OUT_OF_RANGE'],
    ['too many ports', { id: ID, ports: 129 }, 'ports', 'ERR_OUT_OF_RANGE'],
    ['no queue', { id: ID, queues: 0 }, 'queues', 'ERR_OUT_OF_RANGE'],
    ['five virtual functions', { id: ID, virtualFunctions: 5 }, 'virtualFunctions', 'ERR_OUT_OF_RANGE'],
    ['an unknown option', { id: ID, port: 1 }, 'port', 'ERR_UNKNOWN_OPTION'],
  ])('%s', async (_, options, option, code) => {
    const ns = Netns.current()
    await expect(ns.netdevsim.add(options as never)).rejects.toMatchObject({ operation: 'netdevsim.add', option, code })
  })

  it('a closed handle', async () => {
    const ns = await Netns.create()
    ns.close()
    await expect(ns.netdevsim.add({ id: ID })).rejects.toMatchObject({ code: 'ERR_CLOSED', operation: 'netdevsim.add' })
  })
})
