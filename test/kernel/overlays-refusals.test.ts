import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddLinkOptions, SetLinkOptions } from '../../lib/index.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'

interface Refusal {
  readonly kind: string
  readonly title: string
  /** The link that is there. */
  readonly first: object
  /** Another link, or what `first` is to become. */
  readonly second?: object
  readonly change?: object
  readonly error: { readonly code: string; readonly option?: string; readonly message: unknown }
}

const gn = { vni: 7, remote: '192.0.2.1' }

/** What people read when the kernel refuses what only it can know. */
const refusals: readonly Refusal[] = [
  {
    kind: 'geneve',
    title: 'a second tunnel of the same id, port and remote',
    first: { geneve: gn },
    second: { geneve: gn },
    error: { code: 'EBUSY', message: expect.stringContaining('there is a geneve with the same vni, port and remote already') },
  },
  {
    kind: 'geneve',
    title: 'a remote of the other family later',
    first: { geneve: gn },
    change: { geneve: { ttl: 3, remote: '2001:db8::1' } },
    error: { code: 'EOPNOTSUPP', option: 'geneve.remote', message: expect.stringContaining('Changing VNI, Port') },
  },
  {
    kind: 'geneve',
    title: 'any change of a link that collects metadata',
    first: { geneve: { collectMetadata: true, port: 6090 } },
    change: { geneve: { ttl: 3 } },
    error: { code: 'EOPNOTSUPP', option: 'geneve.ttl', message: expect.stringContaining('a link of this kind cannot do that') },
  },
]

let ns: NamedNetns
let count = 0

beforeAll(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

describe.each([...new Set(refusals.map(({ kind }) => kind))])('a %s that the kernel refuses', kind => {
  const lack = lackOf(kind)
  if (lack !== undefined) return it('is explained', context => context.skip(lack))

  it.each(refusals.filter(refusal => refusal.kind === kind))('is explained: $title', async ({ first, second, change, error }) => {
    const name = `t${++count}`
    await ns.links.add({ kind, name, ...first } as AddLinkOptions)
    const adding = () => ns.links.add({ kind, name: `${name}b`, ...second } as AddLinkOptions)
    await expect(change === undefined ? adding() : ns.links.set(name, change as SetLinkOptions)).rejects.toMatchObject(error)
    await ns.links.delete(name)
  })
})
