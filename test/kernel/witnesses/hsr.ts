import { hsr } from '../../../lib/links/kinds/hsr.ts'
import { ofKind } from './kind.ts'

export const hsrWitnesses = ofKind(hsr, {
  // A link is a port once only.
  alone: true,
  prepare: async ns => {
    await ns.links.add({ kind: 'veth', name: 'left', index: 7001, veth: { peer: { name: 'right', index: 7002 } } })
  },
  needs: () => ({ options: { port1: 'left', port2: 'right' }, words: 'slave1 left slave2 right' }),
  witnesses: [
    { option: 'port1', value: 'left', reads: 7001, words: '', shows: ['slave1', 'left'] },
    { option: 'port2', value: 'right', reads: 7002, words: '', shows: ['slave2', 'right'] },
    {
      option: 'supervision',
      value: 7,
      reads: undefined,
      words: 'supervision 7',
      shows: ['supervision_addr', '01:15:4e:00:01:07'],
    },
    { option: 'protocol', value: 'prp', words: 'proto 1', shows: ['proto', 1] },
  ],
  unwitnessed: {
    version: 'not reported; hsr.test.ts sees it on the wire',
    interlink: 'not reported by Linux 6.18; hsr.test.ts sends frames through it',
  },
  readings: [
    { option: 'supervisionAddress', shows: 'supervision_addr' },
    { option: 'sequenceNumber', shows: 'seq_nr' },
  ],
})
