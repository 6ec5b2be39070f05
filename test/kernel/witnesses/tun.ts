import { tun } from '../../../lib/links/kinds/tun.ts'
import { ip } from '../../support/test-namespaces.ts'
import type { Subject } from './witness.ts'

/** rtnetlink cannot create them: `ip tuntap` does. */
export const tunWitnesses: Subject = {
  title: 'tun',
  kind: 'tun',
  rows: tun.table.rows,
  witnesses: [],
  unwitnessed: {},
  readings: [
    { option: 'owner', file: '/sys/class/net/NAME/owner', as: String },
    { option: 'group', file: '/sys/class/net/NAME/group', as: String },
    { option: 'type', shows: 'type' },
    { option: 'packetInformation', shows: 'pi' },
    { option: 'vnetHeader', shows: 'vnet_hdr' },
    { option: 'persist', shows: 'persist' },
    { option: 'multiQueue', shows: 'multi_queue' },
    { option: 'numQueues', shows: 'numqueues' },
    { option: 'numDisabledQueues', shows: 'numdisabled' },
  ],
  add: async (ns, name, n) => {
    const mode = n % 2 === 0 ? 'tun' : 'tap'
    ip('-n', ns.name, 'tuntap', 'add', 'dev', name, 'mode', mode, 'user', '1000', 'group', '100', 'pi', 'multi_queue')
  },
  change: () => Promise.reject(new Error('nothing can be changed')),
  commands: () => [],
  pick: link => link.tun,
  shown: link => link.linkinfo.info_data,
}
