import { rmnet } from '../../../lib/links/kinds/rmnet.ts'
import { ofKind } from './kind.ts'

/** A change has to say it again. */
const channel = { options: { muxId: 2 }, words: '' }
const old = 'iproute2 6.1 does not print it'

export const rmnetWitnesses = ofKind(rmnet, {
  onParent: true,
  needs: (_n, witness) =>
    witness?.option === 'muxId' ? { options: {}, words: '' } : { options: { muxId: 2 }, words: 'mux_id 2' },
  witnesses: [
    { option: 'muxId', value: 254, words: 'mux_id 254', shows: ['mux_id', 254], beside: channel },
    { option: 'flags.ingressDeaggregation', value: false, unseen: old, beside: channel },
    { option: 'flags.ingressMapCommands', value: true, unseen: old, beside: channel },
    { option: 'flags.ingressChecksumV4', value: true, unseen: old, beside: channel },
    { option: 'flags.egressChecksumV4', value: true, unseen: old, beside: channel },
    { option: 'flags.ingressChecksumV5', value: true, unseen: old, beside: channel },
    { option: 'flags.egressChecksumV5', value: true, unseen: old, beside: channel },
  ],
})
