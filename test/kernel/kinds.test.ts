import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions, Link, NetlinkError } from '../../lib/index.ts'
import type { LinkKind } from '../../lib/links/kind.ts'
import { linkKinds } from '../../lib/links/kinds.ts'
import { expectedKinds, hasKind } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { NEEDED_OPTIONS } from '../support/needed-options.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

async function add(kind: string): Promise<unknown> {
  await ns.links.add({ kind: 'veth', name: 'parent', veth: { peer: { name: 'peer' } } })
  try {
    return await ns.links.add({ kind, name: `of-${kind}`, ...NEEDED_OPTIONS[kind] } as AddLinkOptions)
  } finally {
    await ns.links.delete('parent')
  }
}

const creatable = (linkKinds as unknown as LinkKind[]).filter(({ notCreatable }) => notCreatable === undefined)

describe('the kinds of this kernel', () => {
  it.each(expectedKinds() ?? [])('have %s, which RTNETLINK_EXPECTED_KINDS names', kind => {
    expect(hasKind(kind)).toBe(true)
  })

  it.each(creatable.map(({ kind }) => kind))('have %s when ip can make one, and else we say what is missing', async kind => {
    const outcome = await add(kind).then(
      link => (link as Link).kind,
      (error: NetlinkError) => error,
    )
    if (hasKind(kind)) return expect(outcome).toBe(kind)
    expect(outcome).toMatchObject({ name: 'NetlinkError', code: 'EOPNOTSUPP' })
    expect((outcome as NetlinkError).message).toMatch(
      /this kernel may lack ".+" links: they need CONFIG_\w+ \(try: modprobe [\w-]+\)/,
    )
  })

  it('have tun, which rtnetlink cannot make', async () => {
    await expect(ns.links.add({ kind: 'tun', name: 'of-tun' })).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      kernelMessage: expect.stringContaining('tun/tap creation via rtnetlink is not supported'),
    })
  })

  it.each([
    ['can', 'the driver of a CAN controller makes such links'],
    ['dsa', 'the driver of a switch chip makes such links'],
    ['netdevsim', '/sys/bus/netdevsim/new_device'],
    ['tun', '/dev/net/tun'],
  ] as const)('cannot make %s by rtnetlink, and we say what does', async (kind, what) => {
    const message = expect.stringContaining(what)
    await expect(ns.links.add({ kind, name: `of-${kind}` } as AddLinkOptions)).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      message,
    })
  })
})
