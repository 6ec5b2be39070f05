import { dummy } from '../../../lib/links/kinds/dummy.ts'
import { ifb } from '../../../lib/links/kinds/ifb.ts'
import { veth } from '../../../lib/links/kinds/veth.ts'
import { ofKind } from './kind.ts'

export const vethWitnesses = ofKind(veth, {
  witnesses: [],
  unwitnessed: { peer: 'links-veth.test.ts has every option of the other end' },
})
export const dummyWitnesses = ofKind(dummy, { witnesses: [] })
export const ifbWitnesses = ofKind(ifb, { witnesses: [] })
