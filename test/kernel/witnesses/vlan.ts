import { vlan } from '../../../lib/links/kinds/vlan.ts'
import { ofKind } from './kind.ts'

export const vlanWitnesses = ofKind(vlan, {
  onParent: true,
  needs: (_n, witness) => (witness?.option === 'id' ? { options: {}, words: '' } : { options: { id: 2 }, words: 'id 2' }),
  witnesses: [
    { option: 'id', value: 4094, words: 'id 4094', shows: ['id', 4094] },
    { option: 'protocol', value: '802.1ad', words: 'protocol 802.1ad', shows: ['protocol', '802.1ad'] },
    // The kernel does not report flags of which none is set.
    { option: 'flags.reorderHeader', value: false, reads: undefined, words: 'reorder_hdr off', shows: ['flags', undefined] },
    { option: 'flags.gvrp', value: true, words: 'gvrp on', shows: ['flags', ['REORDER_HDR', 'GVRP']] },
    { option: 'flags.mvrp', value: true, words: 'mvrp on', shows: ['flags', ['REORDER_HDR', 'MVRP']] },
    { option: 'flags.looseBinding', value: true, words: 'loose_binding on', shows: ['flags', ['REORDER_HDR', 'LOOSE_BINDING']] },
    {
      option: 'flags.bridgeBinding',
      value: true,
      words: 'bridge_binding on',
      shows: ['flags', ['REORDER_HDR', 'BRIDGE_BINDING']],
    },
    {
      option: 'egressQos',
      value: [{ from: 1, to: 2 }],
      words: 'egress-qos-map 1:2',
      shows: ['egress_qos', [{ from: 1, to: 2 }]],
    },
    {
      option: 'ingressQos',
      value: [{ from: 3, to: 4 }],
      words: 'ingress-qos-map 3:4',
      shows: ['ingress_qos', [{ from: 3, to: 4 }]],
    },
  ],
})
