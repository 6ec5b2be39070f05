import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shownLink } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { hex } from '../support/wire.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

describe('kind: "other"', () => {
  it('creates by the kernel’s name of the kind', async () => {
    await ns.links.add({ kind: 'other', kernelKind: 'ifb', name: 'raw-ifb' })
    expect(shownLink(ns.name, 'raw-ifb').linkinfo.info_kind).toBe('ifb')
  })

  it('creates with the bytes of its data', async () => {
    const data = hex(`
      08 00 01 00  2a 00 00 00    # IFLA_VXLAN_ID = 42
      06 00 0f 00  12 b5 00 00    # IFLA_VXLAN_PORT = 4789, network order, padded
    `)
    await ns.links.add({ kind: 'other', kernelKind: 'vxlan', name: 'raw-vxlan', data })
    expect(shownLink(ns.name, 'raw-vxlan').linkinfo.info_data).toMatchObject({ id: 42, port: 4789 })
  })

  it('changes with the bytes of its data', async () => {
    const data = hex('05 00 07 00  00 00 00 00    # IFLA_VXLAN_LEARNING = 0, padded')
    await ns.links.set('raw-vxlan', { kind: 'other', kernelKind: 'vxlan', data })
    expect(shownLink(ns.name, 'raw-vxlan').linkinfo.info_data.learning).toBe(false)
  })

  it('refuses a kind that this kernel does not have either', async () => {
    await expect(ns.links.add({ kind: 'other', kernelKind: 'nosuchkind', name: 'x' })).rejects.toMatchObject({
      name: 'NetlinkError',
      code: 'EOPNOTSUPP',
      operation: 'links.add',
      option: 'kernelKind',
      kernelMessage: 'Unknown device type',
    })
  })

  it('wants the kernel’s name of the kind', async () => {
    await expect(ns.links.add({ kind: 'other', name: 'x' } as never)).rejects.toMatchObject({
      code: 'ERR_MISSING_OPTION',
      option: 'kernelKind',
    })
  })
})
