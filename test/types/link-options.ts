import type { AddLinkOptions, Link } from '../../lib/links/link.ts'
import type { Links } from '../../lib/links/links.ts'

/** Misuse that must not compile, and use that must. */
export const vlan: AddLinkOptions = { kind: 'vlan', name: 'x', link: 'eth0', vlan: { id: 5 } }
export const peer: AddLinkOptions = { kind: 'veth', name: 'x', veth: { peer: { name: 'y', up: true } } }

// @ts-expect-error a VLAN needs its id
export const withoutId: AddLinkOptions = { kind: 'vlan', name: 'x', link: 'eth0', vlan: {} }
// @ts-expect-error unknown option of the kind
export const misspelt: AddLinkOptions = { kind: 'vlan', name: 'x', link: 'eth0', vlan: { id: 5, idd: 6 } }
// @ts-expect-error an enumeration by a name that it does not have
export const wrongMode: AddLinkOptions = { kind: 'macvlan', name: 'x', link: 'eth0', macvlan: { mode: 'bridged' } }
// @ts-expect-error read-only
export const readOnly: AddLinkOptions = { kind: 'dummy', name: 'x', carrierChanges: 5 }
// @ts-expect-error a channel needs its number
export const withoutMuxId: AddLinkOptions = { kind: 'rmnet', name: 'x', link: 'wwan0', rmnet: {} }
// @ts-expect-error a tunnel needs its mode, its link and its own address
export const halfATunnel: AddLinkOptions = { kind: 'amt', name: 'x', amt: { discovery: '192.0.2.1' } }
export const foundRelay: AddLinkOptions = {
  kind: 'amt',
  name: 'x',
  // @ts-expect-error what a relay is found to be is not given
  amt: { mode: 'relay', link: 1, local: '192.0.2.1', remote: '192.0.2.2' },
}
export const source: AddLinkOptions = { kind: 'macvlan', name: 'x', link: 'eth0', macvlan: { mode: 'source', macAddresses: [] } }
export const ipvlan: AddLinkOptions = { kind: 'ipvlan', name: 'x', link: 'eth0', ipvlan: { mode: 'l3s', flags: ['private'] } }

export function narrowed(link: Link): number | undefined {
  // @ts-expect-error only a VLAN has these
  link.vlan.id
  return link.kind === 'vlan' ? link.vlan.id : undefined
}

export async function many(links: Links): Promise<number> {
  // @ts-expect-error a link that is not read back needs a name
  await links.addAll([{ kind: 'dummy' }])
  // @ts-expect-error unknown option
  await links.addAll([{ kind: 'dummy', name: 'x', mtuu: 1400 }])
  return await links.addAll([{ kind: 'dummy', name: 'x' }, peerOf('y')])
}

export async function changed(links: Links): Promise<number> {
  // @ts-expect-error nothing says which link is meant
  await links.setAll([{ up: true }])
  // @ts-expect-error unknown option
  await links.setAll([{ link: 'x', mtuu: 1400 }])
  // @ts-expect-error a link does not change its name by its index alone
  await links.setAll([{ link: 'x', index: 7 }])
  return await links.setAll([
    { link: 'x', up: true },
    { link: 2, bridge: { ageingTime: 100 } },
  ])
}

const peerOf = (name: string) => ({ kind: 'veth', name, veth: { peer: { name: `${name}-peer` } } }) as const
