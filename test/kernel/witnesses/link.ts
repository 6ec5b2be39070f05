import { expect } from 'vitest'
import { linkRows } from '../../../lib/links/attributes.ts'
import type { Field } from '../../../lib/schema/field.ts'
import type { Subject, Witness } from './witness.ts'

const old = 'iproute2 6.1 does not know it'
const has = (flag: string) => expect.arrayContaining([flag])
const lacks = (flag: string) => expect.not.arrayContaining([flag])

/** Options of which only a macvlan has a driver that takes them. */
const onMacvlan = new Set(['protoDown', 'protoDownReason', 'link'])

const witnesses: readonly Witness[] = [
  { option: 'up', value: true, words: 'up', shows: ['flags', has('UP')] },
  { option: 'arp', value: false, words: 'arp off', shows: ['flags', has('NOARP')] },
  { option: 'promiscuous', value: true, words: 'promisc on', shows: ['flags', has('PROMISC')] },
  { option: 'allMulticast', value: true, words: 'allmulticast on', shows: ['flags', has('ALLMULTI')] },
  { option: 'multicast', value: false, words: 'multicast off', shows: ['flags', lacks('MULTICAST')] },
  { option: 'dynamic', value: true, words: 'dynamic on', shows: ['flags', has('DYNAMIC')] },
  { option: 'noTrailers', value: true, words: 'trailers off', shows: ['flags', has('NOTRAILERS')] },
  { option: 'address', value: '02:00:00:00:00:99', words: 'address 02:00:00:00:00:99', shows: ['address', '02:00:00:00:00:99'] },
  {
    option: 'broadcast',
    value: 'ff:ff:ff:ff:ff:fe',
    words: 'broadcast ff:ff:ff:ff:ff:fe',
    shows: ['broadcast', 'ff:ff:ff:ff:ff:fe'],
  },
  { option: 'mtu', value: 1400, words: 'mtu 1400', shows: ['mtu', 1400] },
  { option: 'link', value: 'under', reads: 7001, words: 'link under', shows: ['link', 'under'] },
  { option: 'master', value: 'br0', reads: 7002, words: 'master br0', shows: ['master', 'br0'] },
  { option: 'alias', value: 'uplink', words: 'alias uplink', shows: ['ifalias', 'uplink'] },
  { option: 'group', value: 7, words: 'group 7', shows: ['group', '7'] },
  { option: 'txQueueLength', value: 77, words: 'txqueuelen 77', shows: ['txqlen', 77] },
  { option: 'numTxQueues', value: 3, words: 'numtxqueues 3', shows: ['num_tx_queues', 3] },
  {
    option: 'numRxQueues',
    value: 3,
    words: 'numrxqueues 3',
    shows: ['num_rx_queues', 3],
    needs: 'receive packet steering',
  },
  { option: 'linkMode', value: 'dormant', words: 'mode dormant', shows: ['linkmode', 'DORMANT'] },
  { option: 'protoDown', value: true, words: 'protodown on', shows: ['proto_down', true] },
  {
    option: 'protoDownReason',
    value: { mask: 8, value: 8 },
    reads: 8,
    words: 'protodown_reason 3 on',
    shows: ['proto_down_reason', ['3']],
  },
  { option: 'gsoMaxSize', value: 30_000, words: 'gso_max_size 30000', shows: ['gso_max_size', 30_000] },
  { option: 'gsoMaxSegments', value: 100, words: 'gso_max_segs 100', shows: ['gso_max_segs', 100] },
  { option: 'groMaxSize', value: 30_000, words: 'gro_max_size 30000', shows: ['gro_max_size', 30_000] },
  { option: 'gsoIpv4MaxSize', value: 30_000, unseen: old, needs: 'Linux 6.3' },
  { option: 'groIpv4MaxSize', value: 30_000, unseen: old, needs: 'Linux 6.3' },
  {
    option: 'families.inet6.addressGenerationMode',
    value: 'none',
    words: 'addrgenmode none',
    shows: ['inet6_addr_gen_mode', 'none'],
  },
  { option: 'families.inet.conf.forwarding', value: 1, file: ['/proc/sys/net/ipv4/conf/NAME/forwarding', '1'] },
  { option: 'families.inet.conf.rpFilter', value: 2, file: ['/proc/sys/net/ipv4/conf/NAME/rp_filter', '2'] },
  { option: 'families.inet.conf.acceptLocal', value: 1, file: ['/proc/sys/net/ipv4/conf/NAME/accept_local', '1'] },
  { option: 'families.inet.conf.arpEvictNocarrier', value: 0, file: ['/proc/sys/net/ipv4/conf/NAME/arp_evict_nocarrier', '0'] },
]

/** What every link has, on a veth or, where a veth's driver does not take it, on a macvlan. */
export const linkWitnesses: Subject = {
  title: 'link',
  kind: 'veth',
  rows: linkRows,
  witnesses,
  unwitnessed: {
    index: 'links-add.test.ts',
    name: 'every test',
    altNames: 'links-names.test.ts',
    linkNetnsid: 'links-netns.test.ts',
    netns: 'links-netns.test.ts',
    operationalState: 'links-set.test.ts',
    carrier: 'links-set.test.ts, on a tap',
    statistics: 'links-get.test.ts',
    parentDeviceName: 'only links on a bus device have one',
    parentDeviceBusName: 'only links on a bus device have one',
    permanentAddress: 'only hardware has one',
    physicalPortId: 'only hardware has one',
    physicalPortName: 'only hardware has one',
    physicalSwitchId: 'only hardware has one',
    numVirtualFunctions: 'only hardware has them',
    virtualFunctions: 'only hardware has them',
    virtualFunctionPorts: 'only hardware has them',
    portSelf: 'only hardware has one',
    devlinkPort: 'only hardware has one',
    dpllPin: 'only hardware has one',
    resources: 'ip prints nothing of it; wire tests have the bytes',
    xdp: 'attaching is out of scope',
    event: 'in notifications only',
    newNetnsid: 'in notifications only',
    newIndex: 'in notifications only',
    targetNetnsid: 'in answers to requests with that option only',
    weight: 'no kernel sends it any longer',
    maxPacingOffloadHorizon: 'iproute2 6.1 does not know it; wire tests have the bytes',
    netnsImmutable: 'iproute2 6.1 does not know it; links-netns.test.ts reads it of lo',
    headroom: 'iproute2 6.1 does not know it; wire tests have the bytes',
    tailroom: 'iproute2 6.1 does not know it; wire tests have the bytes',
  },
  readings: [
    { option: 'type', shows: 'link_type' },
    // ip adds that the other end is down.
    { option: 'flags', shows: 'flags', as: (flags: string[]) => [...flags, 'M-DOWN'] },
    { option: 'qdisc', shows: 'qdisc' },
    { option: 'minMtu', shows: 'min_mtu' },
    { option: 'maxMtu', shows: 'max_mtu' },
    { option: 'promiscuity', shows: 'promiscuity' },
    { option: 'allMulticastCount', shows: 'allmulti' },
    { option: 'tsoMaxSize', shows: 'tso_max_size' },
    { option: 'tsoMaxSegments', shows: 'tso_max_segs' },
    { option: 'operationalState', shows: 'operstate', as: (state: string) => state.toUpperCase() },
    { option: 'carrierChanges', file: '/sys/class/net/NAME/carrier_changes', as: String },
    { option: 'carrierUpCount', file: '/sys/class/net/NAME/carrier_up_count', as: String },
    { option: 'carrierDownCount', file: '/sys/class/net/NAME/carrier_down_count', as: String },
    { option: 'families.inet6.conf.hoplimit', file: '/proc/sys/net/ipv6/conf/NAME/hop_limit', as: String },
    { option: 'families.inet6.conf.acceptRaMinLft', file: '/proc/sys/net/ipv6/conf/NAME/accept_ra_min_lft', as: String },
  ],
  prepare: async ns => {
    await ns.links.add({ kind: 'veth', name: 'under', index: 7001, veth: { peer: { name: 'below' } } })
    await ns.links.add({ kind: 'bridge', name: 'br0', index: 7002 })
  },
  add: (ns, name, _n, options, witness) =>
    isOnMacvlan(witness)
      ? ns.links.add({ kind: 'macvlan', name, link: 'under', ...options })
      : ns.links.add({ kind: 'veth', name, veth: { peer: { name: `${name}p` } }, ...options }),
  change: (ns, name, options) => ns.links.set(name, options),
  commands: (name, _n, words, witness) => {
    const kind = isOnMacvlan(witness) ? ['type', 'macvlan'] : ['type', 'veth', 'peer', 'name', `${name}p`]
    const parent = isOnMacvlan(witness) && witness?.option !== 'link' ? ['link', 'under'] : []
    const row = (linkRows as Record<string, unknown>)[(witness as Witness).option] as Field | undefined
    if (row?.access === 'create') return [['link', 'add', ...parent, ...words, 'name', name, ...kind]]
    return [
      ['link', 'add', ...parent, 'name', name, ...kind],
      ['link', 'set', 'dev', name, ...words],
    ]
  },
  pick: link => link,
  shown: link => link,
}

function isOnMacvlan(witness: Witness | undefined): boolean {
  return witness !== undefined && onMacvlan.has(witness.option)
}
