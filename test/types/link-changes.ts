import type { Link, Netns, SetLinkOptions } from '../../lib/index.ts'

/** Changes carry the kind's data under its name, without `kind`. */
export const ageing: SetLinkOptions = { vxlan: { ageing: 60 } }
export const port: SetLinkOptions = { master: 'br0', port: { kind: 'bridge', hairpin: true } }
export const released: SetLinkOptions = { master: null }

// @ts-expect-error chosen on creation only
export const index: SetLinkOptions = { index: 7 }
// @ts-expect-error the id of a VLAN stays
export const id: SetLinkOptions = { vlan: { id: 7 } }
// @ts-expect-error the tag protocol of a VLAN stays
export const protocol: SetLinkOptions = { vlan: { protocol: '802.1ad' } }
export const bitRate: SetLinkOptions = { can: { bitTiming: { bitrate: 500_000 }, controlMode: { listenOnly: true } } }
// @ts-expect-error a controller says itself what state it is in
export const state: SetLinkOptions = { can: { state: 'errorActive' } }
// @ts-expect-error the role of a gtp stays
export const role: SetLinkOptions = { gtp: { role: 'sgsn' } }
// @ts-expect-error null is no MTU
export const mtu: SetLinkOptions = { mtu: null }
// @ts-expect-error the bond decides which port works
export const activePort: SetLinkOptions = { port: { kind: 'bond', state: 'active' } }
// @ts-expect-error a port's options belong to a kind of master
export const noKind: SetLinkOptions = { port: { hairpin: true } }

export function escaped(link: Link): Uint8Array | undefined {
  if (link.kind !== 'other') return undefined
  const name: string = link.kernelKind
  return name === 'ovpn' ? link.data : undefined
}

export async function misused(ns: Netns): Promise<void> {
  // @ts-expect-error an object, not a name
  await ns.links.add('br0')
  // @ts-expect-error no such filter
  await ns.links.list({ master: 'br0', colour: 'red' })
  // @ts-expect-error text, not a number of milliseconds
  await ns.links.get('br0', { timeout: '1s' })
  const link = await ns.links.get('br0')
  // @ts-expect-error results are read-only
  link.mtu = 9000
}
