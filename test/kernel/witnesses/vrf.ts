import { vrf } from '../../../lib/links/kinds/vrf.ts'
import { vrfPort } from '../../../lib/links/kinds/vrf-port.ts'
import { ofKind } from './kind.ts'
import type { Subject } from './witness.ts'

export const vrfWitnesses = ofKind(vrf, {
  needs: (_n, witness) => (witness === undefined ? { options: { table: 10 }, words: 'table 10' } : { options: {}, words: '' }),
  witnesses: [
    { option: 'table', value: 1, words: 'table 1', shows: ['table', 1] },
    { option: 'table', value: 0xffff_ffff, words: 'table 4294967295', shows: ['table', 0xffff_ffff] },
  ],
})

export const vrfPortWitnesses: Subject = {
  title: 'vrf port',
  kind: 'vrf',
  rows: vrfPort.table.rows,
  witnesses: [],
  unwitnessed: {},
  readings: [{ option: 'table', shows: 'table' }],
  prepare: async ns => void (await ns.links.add({ kind: 'vrf', name: 'red', vrf: { table: 1001 } })),
  add: (ns, name) => ns.links.add({ kind: 'veth', name, master: 'red', veth: { peer: { name: `${name}p` } } }),
  change: () => Promise.reject(new Error('nothing of it can be changed')),
  commands: () => [],
  pick: link => link.port,
  shown: link => link.linkinfo.info_slave_data,
}
