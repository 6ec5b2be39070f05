import type { LinkKind } from '../../../lib/links/kind.ts'
import { macvlan } from '../../../lib/links/kinds/macvlan.ts'
import { macvtap } from '../../../lib/links/kinds/macvtap.ts'
import { ofKind } from './kind.ts'
import type { Subject } from './witness.ts'

const inSource = { options: { mode: 'source' }, words: 'mode source' }

function witnessesOf(kind: LinkKind<any, any>): Subject {
  return ofKind(kind, {
    onParent: true,
    // Without a mode the readings would lack the list of addresses.
    needs: (_n, witness) => (witness === undefined ? inSource : { options: {}, words: '' }),
    witnesses: [
      { option: 'mode', value: 'private', words: 'mode private', shows: ['mode', 'private'] },
      { option: 'mode', value: 'bridge', words: 'mode bridge', shows: ['mode', 'bridge'] },
      { option: 'mode', value: 'source', words: 'mode source', shows: ['mode', 'source'] },
      {
        option: 'mode',
        value: 'passthru',
        words: 'mode passthru',
        shows: ['mode', 'passthru'],
        fixed: 'it cannot be entered later',
      },
      {
        option: 'flags',
        value: ['noPromiscuous'],
        words: 'mode passthru nopromisc',
        shows: ['nopromisc', true],
        beside: { options: { mode: 'passthru' }, words: '' },
      },
      { option: 'flags', value: ['noDestination'], words: 'nodst', shows: ['nodst', true], beside: inSource },
      {
        option: 'macAddresses',
        value: ['02:00:00:00:00:07'],
        words: 'macaddr set 02:00:00:00:00:07',
        shows: ['macaddr_data', ['02:00:00:00:00:07']],
        beside: inSource,
      },
      { option: 'broadcastQueueLength', value: 77, words: 'bcqueuelen 77', shows: ['bcqueuelen', 77] },
      { option: 'broadcastCutoff', value: 5, unseen: 'iproute2 6.1 does not know it', needs: 'Linux 6.4' },
    ],
    unwitnessed: {
      macAddressMode: 'a command; kinds-effects.test.ts sees what it does',
      macAddress: 'a command; kinds-effects.test.ts sees what it does',
    },
    readings: [
      { option: 'macAddressCount', shows: 'macaddr_count' },
      { option: 'broadcastQueueLengthUsed', shows: 'usedbcqueuelen' },
    ],
  })
}

export const macvlanWitnesses = witnessesOf(macvlan)
export const macvtapWitnesses = witnessesOf(macvtap)
