import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { readLinkData } from './link-data.ts'
import { hasSerialCan } from './serial-can.ts'
import { ip, uniqueName } from './test-namespaces.ts'

/** How `ip` makes a link of each kind, or what else is asked for by name; `parent` is there. Tunnels without an end would be those that the kernel itself makes. */
const MAKE: Readonly<Record<string, readonly string[]>> = {
  amt: 'link add name probe type amt mode relay local 10.0.0.1 dev parent'.split(' '),
  bareudp: alone('bareudp', 'dstport', '6635', 'ethertype', 'mpls_uc'),
  'bond use_carrier': alone('bond', 'use_carrier', '0'),
  'bridge vlan filtering': alone('bridge', 'vlan_filtering', '1'),
  erspan: alone('erspan', 'remote', '192.0.2.2', 'seq', 'key', '5'),
  fou: ['fou', 'add', 'port', '5555', 'ipproto', '47'],
  geneve: alone('geneve', 'id', '2', 'remote', '192.0.2.1'),
  gre: alone('gre', 'remote', '192.0.2.2'),
  gretap: alone('gretap', 'remote', '192.0.2.2'),
  gtp: 'link add name probe type gtp role ggsn'.split(' '),
  hsr: alone('hsr', 'slave1', 'parent', 'slave2', 'parentp'),
  ip6erspan: alone('ip6erspan', 'remote', '2001:db8::2', 'seq', 'key', '5'),
  ip6gre: alone('ip6gre', 'remote', '2001:db8::2'),
  ip6gretap: alone('ip6gretap', 'remote', '2001:db8::2'),
  ip6tnl: alone('ip6tnl', 'remote', '2001:db8::2'),
  ipip: alone('ipip', 'remote', '192.0.2.2'),
  ipoib: onParent('ipoib'),
  ipvlan: onParent('ipvlan'),
  ipvtap: onParent('ipvtap'),
  macsec: onParent('macsec'),
  macvlan: onParent('macvlan'),
  macvtap: onParent('macvtap'),
  rmnet: onParent('rmnet', 'mux_id', '2'),
  sit: alone('sit', 'remote', '192.0.2.2'),
  tun: ['tuntap', 'add', 'dev', 'probe', 'mode', 'tun'],
  virt_wifi: onParent('virt_wifi'),
  vlan: onParent('vlan', 'id', '2'),
  vrf: alone('vrf', 'table', '10'),
  vti: alone('vti', 'remote', '192.0.2.2'),
  vti6: alone('vti6', 'remote', '2001:db8::2'),
  xfrm: alone('xfrm', 'if_id', '2'),
  vxlan: alone('vxlan', 'id', '2', 'dstport', '4789'),
}

function alone(kind: string, ...words: string[]): string[] {
  return ['link', 'add', 'name', 'probe', 'type', kind, ...words]
}

function onParent(kind: string, ...words: string[]): string[] {
  return ['link', 'add', 'link', 'parent', 'name', 'probe', 'type', kind, ...words]
}

/** What a kernel may be built without, or too old for. */
export type Feature =
  | 'bond actor port priority'
  | 'bond use_carrier'
  | 'bridge vlan filtering'
  | 'netkit scrub'
  | 'receive packet steering'
  | `Linux ${number}.${number}`

const known = new Map<string, boolean>()

/** Asks `ip`, in a namespace of its own, whether this kernel can make a link of that kind. */
export function hasKind(kind: string): boolean {
  if (kind === 'can') return hasSerialCan()
  // Linux 6.13, and later ones of 6.12.
  if (kind === 'netkit scrub') return attributesOf(alone('netkit')).includes('6')
  // Linux 6.18, and later ones of 6.12.
  if (kind === 'bond actor port priority') return attributesOfPort(alone('bond', 'mode', '802.3ad')).includes('10')
  if (kind === 'netdevsim') return existsSync('/sys/bus/netdevsim/new_device')
  return probe(MAKE[kind] ?? ['link', 'add', 'name', 'probe', 'type', kind])
}

export function hasFeature(feature: Feature): boolean {
  // Without CONFIG_RPS the kernel has one receive queue for each link, and does not report it.
  if (feature === 'receive packet steering') return ip('-d', 'link', 'show', 'dev', 'lo').includes('numrxqueues')
  if (feature.startsWith('Linux ')) return compareVersions(release(), feature.slice('Linux '.length)) >= 0
  return isExpected(feature) || hasKind(feature)
}

/** Why tests of a feature are left out. */
export function lackOfFeature(kind: string, feature: Feature): string {
  return feature.startsWith('Linux ') ? `${kind}: this kernel is older than ${feature}` : `${kind}: this kernel has no ${feature}`
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number.parseFloat)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number.parseFloat)
  return majorA - majorB || minorA - minorB
}

/** Kinds that the tests must not skip, from RTNETLINK_EXPECTED_KINDS (`veth,bridge,vlan`); undefined: those that `ip` can make. */
export function expectedKinds(): string[] | undefined {
  return process.env.RTNETLINK_EXPECTED_KINDS?.split(',').filter(kind => kind !== '')
}

function isExpected(name: string): boolean {
  return expectedKinds()?.includes(name) ?? false
}

/** What has to be there for a kind, where that is not its name. */
const OTHERWISE_CALLED: Readonly<Record<string, string>> = { can: 'controller, and no slcan to make one', vlan: '8021q' }

/** Why tests of a kind are left out, or undefined when this kernel has it. An expected kind is never left out. */
export function lackOf(kind: string): string | undefined {
  if (isExpected(kind) || hasKind(kind)) return undefined
  return `${kind}: this kernel has no ${OTHERWISE_CALLED[kind] ?? kind}`
}

function probe(words: readonly string[]): boolean {
  const key = words.join(' ')
  const answer = known.get(key) ?? attempt(words)
  known.set(key, answer)
  return answer
}

function attempt(words: readonly string[]): boolean {
  try {
    return withProbe(words, () => true)
  } catch {
    return false
  }
}

/** Numbers of the attributes that a link says of its kind. */
function attributesOf(words: readonly string[]): string[] {
  return withProbe(words, namespace => Object.keys(readLinkData(namespace, 'probe').data))
}

/** Likewise of a link that is a port of it. */
function attributesOfPort(words: readonly string[]): string[] {
  return withProbe(words, namespace => {
    ip('-n', namespace, 'link', 'set', 'dev', 'parent', 'master', 'probe')
    return Object.keys(readLinkData(namespace, 'parent').port)
  })
}

function withProbe<T>(words: readonly string[], look: (namespace: string) => T): T {
  const namespace = uniqueName()
  ip('netns', 'add', namespace)
  try {
    ip('-n', namespace, 'link', 'add', 'name', 'parent', 'type', 'veth', 'peer', 'name', 'parentp')
    ip('-n', namespace, ...words)
    return look(namespace)
  } finally {
    ip('netns', 'delete', namespace)
  }
}
