import { dummy } from '../../../lib/links/kinds/dummy.ts'
import { ifb } from '../../../lib/links/kinds/ifb.ts'
import { nlmon } from '../../../lib/links/kinds/nlmon.ts'
import { vcan } from '../../../lib/links/kinds/vcan.ts'
import { veth } from '../../../lib/links/kinds/veth.ts'
import { virtWifi } from '../../../lib/links/kinds/virt_wifi.ts'
import { vsockmon } from '../../../lib/links/kinds/vsockmon.ts'
import { vxcan } from '../../../lib/links/kinds/vxcan.ts'
import { ofKind } from './kind.ts'

export const vethWitnesses = ofKind(veth, {
  witnesses: [],
  unwitnessed: { peer: 'links-veth.test.ts has every option of the other end' },
})
export const dummyWitnesses = ofKind(dummy, { witnesses: [] })
export const ifbWitnesses = ofKind(ifb, { witnesses: [] })
export const nlmonWitnesses = ofKind(nlmon, { witnesses: [] })
export const vcanWitnesses = ofKind(vcan, { witnesses: [] })
export const virtWifiWitnesses = ofKind(virtWifi, { onParent: true, witnesses: [] })
export const vsockmonWitnesses = ofKind(vsockmon, { witnesses: [] })
export const vxcanWitnesses = ofKind(vxcan, {
  witnesses: [],
  unwitnessed: { peer: 'vxcan.test.ts has options of the other end' },
})
