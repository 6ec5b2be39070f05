import { bridgePort } from '../../../lib/links/kinds/bridge-port.ts'
import { formatBridgeId } from './bridge-id.ts'
import type { Subject } from './witness.ts'

const old = 'iproute2 6.1 does not know it'

const hex = (value: number) => `0x${value.toString(16)}`

export const bridgePortWitnesses: Subject = {
  title: 'bridge port',
  kind: 'bridge',
  rows: bridgePort.table.rows,
  witnesses: [
    { option: 'priority', value: 10, words: 'priority 10', shows: ['priority', 10] },
    { option: 'cost', value: 77, words: 'cost 77', shows: ['cost', 77] },
    { option: 'hairpin', value: true, words: 'hairpin on', shows: ['hairpin', true] },
    { option: 'guard', value: true, words: 'guard on', shows: ['guard', true] },
    { option: 'rootBlock', value: true, words: 'root_block on', shows: ['root_block', true] },
    { option: 'fastLeave', value: true, words: 'fastleave on', shows: ['fastleave', true] },
    { option: 'learning', value: false, words: 'learning off', shows: ['learning', false] },
    { option: 'flood', value: false, words: 'flood off', shows: ['flood', false] },
    { option: 'proxyArp', value: true, words: 'proxy_arp on', shows: ['proxy_arp', true] },
    { option: 'proxyArpWifi', value: true, words: 'proxy_arp_wifi on', shows: ['proxy_arp_wifi', true] },
    { option: 'multicastRouter', value: 'permanent', words: 'mcast_router 2', shows: ['multicast_router', 2] },
    { option: 'multicastFlood', value: false, words: 'mcast_flood off', shows: ['mcast_flood', false] },
    { option: 'multicastToUnicast', value: true, words: 'mcast_to_unicast on', shows: ['mcast_to_unicast', true] },
    { option: 'vlanTunnel', value: true, words: 'vlan_tunnel on', shows: ['vlan_tunnel', true] },
    { option: 'broadcastFlood', value: false, words: 'bcast_flood off', shows: ['bcast_flood', false] },
    { option: 'groupForwardMask', value: 8, words: 'group_fwd_mask 8', shows: ['group_fwd_mask', '0x8'] },
    { option: 'neighborSuppress', value: true, words: 'neigh_suppress on', shows: ['neigh_suppress', true] },
    { option: 'isolated', value: true, words: 'isolated on', shows: ['isolated', true] },
    { option: 'backupPort', value: 'spare', reads: 7001, words: 'backup_port spare', shows: ['backup_port', 'spare'] },
    { option: 'multicastEhtHostsLimit', value: 100, unseen: old },
    { option: 'locked', value: true, words: 'locked on', shows: ['locked', true] },
    { option: 'mab', value: true, unseen: old, beside: { options: { locked: true }, words: 'locked on' }, needs: 'Linux 6.2' },
    { option: 'multicastMaxGroups', value: 50, unseen: old, needs: 'Linux 6.3' },
    { option: 'neighborVlanSuppress', value: true, unseen: old, needs: 'Linux 6.4' },
    { option: 'backupNexthopId', value: 9, unseen: old, needs: 'Linux 6.6' },
  ],
  unwitnessed: {
    state: 'only while the port is up: kinds-effects.test.ts waits for that',
    learningSync: 'present-day kernels take it and do nothing',
    fdbFlush: 'a command; kinds-effects.test.ts sees what it does',
    neighborForwardGratuitous: 'newer than Linux 6.18',
    forwardDelayTimer: 'it runs while the two are read',
    mrpRingOpen: 'only with MRP, which needs a second program to speak it',
    mrpInOpen: 'only with MRP',
    multicastEhtHostsCount: 'needs IGMPv3 hosts behind the port',
    multicastGroups: 'kinds-effects.test.ts counts a group that bridge(8) adds',
  },
  readings: [
    { option: 'designatedRoot', shows: 'root_id', as: formatBridgeId },
    { option: 'designatedBridge', shows: 'bridge_id', as: formatBridgeId },
    { option: 'designatedPort', shows: 'designated_port' },
    { option: 'designatedCost', shows: 'designated_cost' },
    { option: 'id', shows: 'id', as: hex },
    { option: 'number', shows: 'no', as: hex },
    { option: 'topologyChangeAck', shows: 'topology_change_ack', as: Number },
    { option: 'configPending', shows: 'config_pending', as: Number },
    { option: 'messageAgeTimer', shows: 'message_age_timer' },
    { option: 'holdTimer', shows: 'hold_timer' },
  ],
  // Every port is up and has carrier: only then the kernel takes a state.
  prepare: async ns => {
    await Promise.all([
      ns.links.add({ kind: 'bridge', name: 'br0', up: true }),
      ns.links.add({ kind: 'veth', name: 'spare', index: 7001, master: 'br0', veth: { peer: { name: 'spared' } } }),
    ])
  },
  add: (ns, name, _n, options) => {
    const port = Object.keys(options).length === 0 ? undefined : { kind: 'bridge' as const, ...options }
    return ns.links.add({ kind: 'veth', name, master: 'br0', up: true, veth: { peer: { name: `${name}p`, up: true } }, port })
  },
  change: (ns, name, options) => ns.links.set(name, { port: { kind: 'bridge', ...options } }),
  commands: (name, _n, words) => [
    ['link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', `${name}p`],
    ['link', 'set', 'dev', `${name}p`, 'up'],
    ['link', 'set', 'dev', name, 'master', 'br0', 'up'],
    ['link', 'set', 'dev', name, 'type', 'bridge_slave', ...words],
  ],
  pick: link => link.port,
  shown: link => link.linkinfo.info_slave_data,
}
