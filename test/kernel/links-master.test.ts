import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownLink, shownNames } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

let ns: NamedNetns
let count = 0

async function veth(up = false): Promise<string> {
  const name = `v${++count}`
  await ns.links.add({ kind: 'veth', name, up, veth: { peer: { name: `${name}p`, up } } })
  return name
}

const shown = (name: string) => shownLink(ns.name, name)
const portData = (name: string) => shown(name).linkinfo.info_slave_data

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'bridge', name: 'br0', up: true })
})

describe('a port of a bridge', () => {
  it('is made with its data in one call', async () => {
    const name = await veth(true)
    await ns.links.set(name, { master: 'br0', up: true, port: { kind: 'bridge', isolated: true } })
    expect(portData(name).isolated).toBe(true)
  })

  // An ifb has carrier from the start; elsewhere it comes from a work queue.
  it('is made, brought up and put into a state that only a port that is up has, in one call', async () => {
    await ns.links.add({ kind: 'ifb', name: 'ifb-set' })
    await ns.links.set('ifb-set', { master: 'br0', up: true, port: { kind: 'bridge', state: 'learning' } })
    expect(portData('ifb-set').state).toBe('learning')
  })

  it('is created, up and in such a state, in one call', async () => {
    await ns.links.add({ kind: 'ifb', name: 'ifb-add', master: 'br0', up: true, port: { kind: 'bridge', state: 'learning' } })
    expect(portData('ifb-add').state).toBe('learning')
  })

  it('is created and up where nothing is said of it but that its master is a bridge', async () => {
    await ns.links.add({ kind: 'ifb', name: 'ifb-bare', master: 'br0', up: true, port: { kind: 'bridge' } })
    expect(shown('ifb-bare')).toMatchObject({ master: 'br0', flags: expect.arrayContaining(['UP']) })
    const link = ns.links.add({ kind: 'ifb', name: 'ifb-none', master: 'br0', port: { kind: 'bridgee' } } as never)
    await expect(link).rejects.toThrow('"bridgee" has no port options')
  })

  it('may be renamed along with it', async () => {
    const name = await veth()
    await ns.links.set(name, { name: 'other-name', master: 'br0', up: true, port: { kind: 'bridge', hairpin: true } })
    expect(shown('other-name')).toMatchObject({ master: 'br0', flags: expect.arrayContaining(['UP']) })
    expect(portData('other-name').hairpin).toBe(true)
  })

  it('is one already when its data is refused, and the error says so', async () => {
    const name = await veth()
    const setting = ns.links.set(name, { master: 'br0', port: { kind: 'bridge', backupPort: name } })
    await expect(setting).rejects.toMatchObject({ option: undefined, message: expect.stringContaining('the rest was done') })
    expect(shown(name).master).toBe('br0')
  })

  it('is not touched when its options are no good', async () => {
    const name = await veth()
    const port = { kind: 'bridge', priority: 64 } as const
    await expect(ns.links.set(name, { master: 'br0', up: true, port })).rejects.toThrow(RangeError)
    expect(shown(name).master).toBeUndefined()
  })
})

describe('a port of a master that takes none that is up', () => {
  const lack = lackOf('bond')
  if (lack !== undefined) return it('comes up behind it', context => context.skip(lack))

  beforeAll(() => {
    ip('-n', ns.name, 'link', 'add', 'name', 'bond0', 'type', 'bond', 'mode', 'active-backup')
  })

  it('is created, and up', async () => {
    await ns.links.add({ kind: 'veth', name: 'b0', master: 'bond0', up: true, veth: { peer: { name: 'b0p' } } })
    expect(shown('b0')).toMatchObject({ master: 'bond0', flags: expect.arrayContaining(['SLAVE', 'UP']) })
  })

  it('is created though the kernel chooses its name', async () => {
    const { name } = await ns.links.add({ kind: 'veth', name: 'any%d', master: 'bond0', up: true })
    expect(shown(name)).toMatchObject({ master: 'bond0', flags: expect.arrayContaining(['SLAVE', 'UP']) })
  })

  it('is the other end of a pair', async () => {
    await ns.links.add({ kind: 'veth', name: 'b1', veth: { peer: { name: 'b1p', master: 'bond0', up: true } } })
    expect(shown('b1p')).toMatchObject({ master: 'bond0', flags: expect.arrayContaining(['SLAVE', 'UP']) })
  })

  it('is a link that was down', async () => {
    const name = await veth()
    await ns.links.set(name, { master: 'bond0', up: true })
    expect(shown(name)).toMatchObject({ master: 'bond0', flags: expect.arrayContaining(['SLAVE', 'UP']) })
  })

  it('is a link that was up, with up: false', async () => {
    const name = await veth(true)
    await ns.links.set(name, { master: 'bond0', up: false })
    expect(shown(name)).toMatchObject({ master: 'bond0', flags: expect.arrayContaining(['SLAVE', 'UP']) })
  })

  it('is not one that is up: then the error says what to do', async () => {
    const name = await veth(true)
    await expect(ns.links.set(name, { master: 'bond0', up: true })).rejects.toMatchObject({
      code: 'EPERM',
      kernelMessage: 'Device can not be enslaved while up',
      message: expect.stringContaining('give "up: false" with "master"'),
    })
    expect(shownNames(ns.name, 'master', 'bond0')).not.toContain(name)
  })
})
