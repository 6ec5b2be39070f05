import { bond } from '../../../lib/links/kinds/bond.ts'
import { bondPort } from '../../../lib/links/kinds/bond-port.ts'
import type { NamedNetns } from '../../support/namespace.ts'
import { ofKind } from './kind.ts'
import type { Subject, Witness } from './witness.ts'

const inMode = (mode: string) => ({ options: { mode }, words: `mode ${mode}` })
const lacp = inMode('802.3ad')
const monitored = { options: { miiInterval: 200 }, words: 'miimon 200' }

const modes = ['active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb']
const hashPolicies = ['layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac']
const validations: [name: string, word: string][] = [
  ['active', 'active'],
  ['backup', 'backup'],
  ['all', 'all'],
  ['filter', 'filter'],
  ['filterActive', 'filter_active'],
  ['filterBackup', 'filter_backup'],
]

export const bondWitnesses = ofKind(bond, {
  witnesses: [
    ...modes.map((mode): Witness => ({ option: 'mode', value: mode, words: `mode ${mode}`, shows: ['mode', mode] })),
    { option: 'miiInterval', value: 200, words: 'miimon 200', shows: ['miimon', 200] },
    { option: 'upDelay', value: 400, words: 'updelay 400', shows: ['updelay', 400], beside: monitored },
    { option: 'downDelay', value: 600, words: 'downdelay 600', shows: ['downdelay', 600], beside: monitored },
    {
      option: 'peerNotifyDelay',
      value: 800,
      words: 'peer_notify_delay 800',
      shows: ['peer_notify_delay', 800],
      beside: monitored,
    },
    { option: 'useCarrier', value: false, words: 'use_carrier 0', shows: ['use_carrier', 0], needs: 'bond use_carrier' },
    { option: 'arpInterval', value: 300, words: 'arp_interval 300', shows: ['arp_interval', 300] },
    {
      option: 'arpIpTargets',
      value: ['192.0.2.1', '192.0.2.2'],
      words: 'arp_ip_target 192.0.2.1,192.0.2.2',
      shows: ['arp_ip_target', ['192.0.2.1', '192.0.2.2']],
    },
    ...validations.map(
      ([name, word]): Witness => ({
        option: 'arpValidate',
        value: name,
        words: `arp_validate ${word}`,
        shows: ['arp_validate', word],
      }),
    ),
    { option: 'arpAllTargets', value: 'all', words: 'arp_all_targets all', shows: ['arp_all_targets', 'all'] },
    { option: 'primaryReselect', value: 'better', words: 'primary_reselect better', shows: ['primary_reselect', 'better'] },
    { option: 'primaryReselect', value: 'failure', words: 'primary_reselect failure', shows: ['primary_reselect', 'failure'] },
    { option: 'failOverMac', value: 'active', words: 'fail_over_mac active', shows: ['fail_over_mac', 'active'] },
    { option: 'failOverMac', value: 'follow', words: 'fail_over_mac follow', shows: ['fail_over_mac', 'follow'] },
    ...hashPolicies.map(
      (policy): Witness => ({
        option: 'transmitHashPolicy',
        value: policy,
        words: `xmit_hash_policy ${policy}`,
        shows: ['xmit_hash_policy', policy],
      }),
    ),
    { option: 'resendIgmp', value: 5, words: 'resend_igmp 5', shows: ['resend_igmp', 5] },
    { option: 'peerNotifications', value: 7, words: 'num_grat_arp 7', shows: ['num_peer_notif', 7] },
    { option: 'allPortsActive', value: true, words: 'all_slaves_active 1', shows: ['all_slaves_active', 1] },
    { option: 'minLinks', value: 2, words: 'min_links 2', shows: ['min_links', 2] },
    { option: 'learningPacketInterval', value: 3, words: 'lp_interval 3', shows: ['lp_interval', 3] },
    { option: 'packetsPerPort', value: 0, words: 'packets_per_slave 0', shows: ['packets_per_slave', 0] },
    { option: 'packetsPerPort', value: 65_535, words: 'packets_per_slave 65535', shows: ['packets_per_slave', 65_535] },
    { option: 'lacpRate', value: 'fast', words: 'lacp_rate fast', shows: ['ad_lacp_rate', 'fast'], beside: lacp },
    { option: 'adSelect', value: 'bandwidth', words: 'ad_select bandwidth', shows: ['ad_select', 'bandwidth'] },
    { option: 'adSelect', value: 'count', words: 'ad_select count', shows: ['ad_select', 'count'] },
    {
      option: 'adActorSystemPriority',
      value: 77,
      words: 'ad_actor_sys_prio 77',
      shows: ['ad_actor_sys_prio', 77],
      beside: lacp,
    },
    { option: 'adUserPortKey', value: 1023, words: 'ad_user_port_key 1023', shows: ['ad_user_port_key', 1023], beside: lacp },
    {
      option: 'adActorSystem',
      value: '02:00:00:00:00:05',
      words: 'ad_actor_system 02:00:00:00:00:05',
      shows: ['ad_actor_system', '02:00:00:00:00:05'],
      beside: lacp,
    },
    {
      option: 'tlbDynamic',
      value: false,
      words: 'tlb_dynamic_lb 0',
      shows: ['tlb_dynamic_lb', 0],
      beside: inMode('balance-tlb'),
    },
    { option: 'lacpActive', value: false, words: 'lacp_active off', shows: ['ad_lacp_active', 'off'], beside: lacp },
    { option: 'arpMissedMax', value: 9, words: 'arp_missed_max 9', shows: ['arp_missed_max', 9] },
    {
      option: 'nsIp6Targets',
      value: ['2001:db8::1', '2001:db8::2'],
      words: 'ns_ip6_target 2001:db8::1,2001:db8::2',
      shows: ['ns_ip6_target', ['2001:db8::1', '2001:db8::2']],
    },
    { option: 'coupledControl', value: false, attribute: [32, '00'], beside: lacp, needs: 'Linux 6.9' },
    { option: 'broadcastNeighbor', value: true, attribute: [33, '01'], beside: lacp, needs: 'Linux 6.17' },
  ],
  unwitnessed: {
    activePort: 'needs ports; bond.test.ts',
    primary: 'needs ports; bond.test.ts',
    adInfo: 'needs another side; bond.test.ts',
    lacpStrict: 'newer than Linux 6.18',
  },
})

/** Each port is that of a bond of its own, since two of one cannot have the same queue. */
async function addBond(ns: NamedNetns, n: number, witness: Witness | undefined): Promise<void> {
  await ns.links.add({ kind: 'bond', name: `b${n}`, bond: { mode: modeFor(witness) } })
}

const modeFor = (witness: Witness | undefined) => (witness?.option === 'priority' ? 'active-backup' : '802.3ad')
const upperCase = (name: string) => name.toUpperCase()

export const bondPortWitnesses: Subject = {
  title: 'bond port',
  kind: 'bond',
  port: true,
  rows: bondPort.table.rows,
  witnesses: [
    { option: 'queueId', value: 16, words: 'queue_id 16', shows: ['queue_id', 16] },
    { option: 'priority', value: -5, words: 'prio -5', shows: ['prio', -5] },
    { option: 'priority', value: 0x7fff_ffff, words: 'prio 2147483647', shows: ['prio', 0x7fff_ffff] },
    { option: 'actorPortPriority', value: 7, attribute: [10, '0700'], needs: 'bond actor port priority' },
  ],
  unwitnessed: {
    aggregatorId: 'only while the bond is up; bond.test.ts',
    actorPortState: 'only while the bond is up; bond.test.ts',
    partnerPortState: 'only while the bond is up; bond.test.ts',
    actorChurn: 'only while the bond is up; bond.test.ts',
    partnerChurn: 'only while the bond is up; bond.test.ts',
  },
  readings: [
    { option: 'state', shows: 'state', as: upperCase },
    { option: 'miiStatus', shows: 'mii_status', as: upperCase },
    { option: 'linkFailures', shows: 'link_failure_count' },
    { option: 'permanentAddress', shows: 'perm_hwaddr' },
  ],
  add: async (ns, name, n, options, witness) => {
    await addBond(ns, n, witness)
    const port = Object.keys(options).length === 0 ? undefined : { kind: 'bond' as const, ...options }
    await ns.links.add({ kind: 'veth', name, master: `b${n}`, up: true, veth: { peer: { name: `${name}p`, up: true } }, port })
  },
  change: (ns, name, options) => ns.links.set(name, { port: { kind: 'bond', ...options } }),
  commands: (name, n, words, witness) => [
    ['link', 'add', 'name', `b${n}`, 'type', 'bond', 'mode', modeFor(witness)],
    ['link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', `${name}p`],
    ['link', 'set', 'dev', name, 'master', `b${n}`],
    ['link', 'set', 'dev', name, 'type', 'bond_slave', ...words],
  ],
  pick: link => link.port,
  shown: link => link.linkinfo.info_slave_data,
}
