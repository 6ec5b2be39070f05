import { bareudp } from '../../../lib/links/kinds/bareudp.ts'
import { ofKind } from './kind.ts'
import type { Witness } from './witness.ts'

const multi = { options: { etherType: 'ipv4' }, words: 'ethertype ipv4' }

export const bareudpWitnesses = ofKind(bareudp, {
  // One link for a port.
  needs: (n, { option, beside }: Partial<Witness> = {}) => {
    const port = option === 'port' ? undefined : 10_000 + n
    const etherType = option === 'etherType' || beside !== undefined ? undefined : 'mpls'
    const words = [port && `dstport ${port}`, etherType && 'ethertype mpls_uc']
    return { options: { port, etherType }, words: words.filter(Boolean).join(' ') }
  },
  witnesses: [
    { option: 'port', value: 6635, words: 'dstport 6635', shows: ['dstport', 6635], alone: true },
    { option: 'etherType', value: 'ipv4', words: 'ethertype ipv4', shows: ['ethertype', 'ip'] },
    { option: 'etherType', value: 'ipv6', words: 'ethertype ipv6', shows: ['ethertype', 'ipv6'] },
    { option: 'etherType', value: 'mpls', words: 'ethertype mpls_uc', shows: ['ethertype', 'mpls_uc'] },
    { option: 'etherType', value: 'mplsMulticast', words: 'ethertype mpls_mc', shows: ['ethertype', 'mpls_mc'] },
    { option: 'etherType', value: 0x88f7, words: 'ethertype 0x88f7', shows: ['ethertype', '[35063]'] },
    { option: 'sourcePortMin', value: 5000, words: 'srcportmin 5000', shows: ['srcportmin', 5000] },
    { option: 'multiProtocol', value: true, words: 'multiproto', shows: ['multiproto', true], beside: multi },
  ],
})
