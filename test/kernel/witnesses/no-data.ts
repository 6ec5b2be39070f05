import { batadv } from '../../../lib/links/kinds/batadv.ts'
import { dummy } from '../../../lib/links/kinds/dummy.ts'
import { ifb } from '../../../lib/links/kinds/ifb.ts'
import { netdevsim } from '../../../lib/links/kinds/netdevsim.ts'
import { nlmon } from '../../../lib/links/kinds/nlmon.ts'
import { team } from '../../../lib/links/kinds/team.ts'
import { teamPort } from '../../../lib/links/kinds/team-port.ts'
import { vcan } from '../../../lib/links/kinds/vcan.ts'
import { veth } from '../../../lib/links/kinds/veth.ts'
import { virtWifi } from '../../../lib/links/kinds/virt_wifi.ts'
import { vsockmon } from '../../../lib/links/kinds/vsockmon.ts'
import { vxcan } from '../../../lib/links/kinds/vxcan.ts'
import { ofKind } from './kind.ts'
import type { Subject } from './witness.ts'

export const vethWitnesses = ofKind(veth, {
  witnesses: [],
  unwitnessed: { peer: 'links-veth.test.ts has every option of the other end' },
})
export const batadvWitnesses = ofKind(batadv, {
  witnesses: [],
  unwitnessed: { algorithm: 'not reported; batadv.test.ts asks generic netlink' },
})
export const dummyWitnesses = ofKind(dummy, { witnesses: [] })
export const ifbWitnesses = ofKind(ifb, { witnesses: [] })
/** rtnetlink cannot create them: test/kernel/netns-netdevsim.test.ts. */
export const netdevsimWitnesses = ofKind(netdevsim, { witnesses: [] })
export const nlmonWitnesses = ofKind(nlmon, { witnesses: [] })
export const teamWitnesses = ofKind(team, { witnesses: [] })
export const vcanWitnesses = ofKind(vcan, { witnesses: [] })
export const virtWifiWitnesses = ofKind(virtWifi, { onParent: true, witnesses: [] })
export const vsockmonWitnesses = ofKind(vsockmon, { witnesses: [] })
export const vxcanWitnesses = ofKind(vxcan, {
  witnesses: [],
  unwitnessed: { peer: 'vxcan.test.ts has options of the other end' },
})

export const teamPortWitnesses: Subject = {
  title: 'team port',
  kind: 'team',
  rows: teamPort.table.rows,
  witnesses: [],
  unwitnessed: {},
  readings: [],
  prepare: async ns => void (await ns.links.add({ kind: 'team', name: 'master' })),
  add: (ns, name) => ns.links.add({ kind: 'veth', name, master: 'master', veth: { peer: { name: `${name}p` } } }),
  change: () => Promise.reject(new Error('nothing of it can be changed')),
  commands: () => [],
  pick: link => link.port,
  shown: link => link.linkinfo.info_slave_kind,
}
