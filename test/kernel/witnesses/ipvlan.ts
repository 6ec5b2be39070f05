import type { LinkKind } from '../../../lib/links/kind.ts'
import { ipvlan } from '../../../lib/links/kinds/ipvlan.ts'
import { ipvtap } from '../../../lib/links/kinds/ipvtap.ts'
import { ofKind } from './kind.ts'
import type { Subject } from './witness.ts'

function witnessesOf(kind: LinkKind<any, any>): Subject {
  return ofKind(kind, {
    onParent: true,
    witnesses: [
      { option: 'mode', value: 'l2', words: 'mode l2', shows: ['mode', 'l2'] },
      { option: 'mode', value: 'l3s', words: 'mode l3s', shows: ['mode', 'l3s'] },
      { option: 'flags', value: ['private'], words: 'private', shows: ['private', true] },
      { option: 'flags', value: ['vepa'], words: 'vepa', shows: ['vepa', true] },
    ],
  })
}

export const ipvlanWitnesses = witnessesOf(ipvlan)
export const ipvtapWitnesses = witnessesOf(ipvtap)
