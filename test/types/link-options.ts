import type { AddLinkOptions, Link } from '../../lib/links/link.ts'

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

export function narrowed(link: Link): number | undefined {
  // @ts-expect-error only a VLAN has these
  link.vlan.id
  return link.kind === 'vlan' ? link.vlan.id : undefined
}
