import { netkit } from '../../../lib/links/kinds/netkit.ts'
import { createLinkWith } from '../../support/link-data.ts'
import { ofKind } from './kind.ts'

/** iproute2 6.1 knows the kind by name only, so both ways go through a program that knows its attributes by number. */
export const netkitWitnesses = ofKind(netkit, {
  maker: (name, words) => createLinkWith(name, 'netkit', words),
  witnesses: [
    { option: 'policy', value: 'blackhole', words: '3=02000000', attribute: [3, '02000000'] },
    { option: 'peerPolicy', value: 'blackhole', words: '4=02000000', attribute: [4, '02000000'] },
    { option: 'mode', value: 'l2', words: '5=00000000', attribute: [5, '00000000'] },
    { option: 'scrub', value: 'none', words: '6=00000000', attribute: [6, '00000000'], needs: 'netkit scrub' },
    { option: 'peerScrub', value: 'none', words: '7=00000000', attribute: [7, '00000000'], needs: 'netkit scrub' },
    { option: 'headroom', value: 64, words: '8=4000', attribute: [8, '4000'], needs: 'Linux 6.14' },
    { option: 'tailroom', value: 32, words: '9=2000', attribute: [9, '2000'], needs: 'Linux 6.14' },
  ],
  unwitnessed: { peer: 'netkit.test.ts has options of the other end', pairing: 'newer than Linux 6.18' },
  readings: [{ option: 'primary', attribute: 2, as: value => (value ? '01' : '00') }],
})
