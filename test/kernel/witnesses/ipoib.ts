import { ipoib } from '../../../lib/links/kinds/ipoib.ts'
import { ofKind } from './kind.ts'

/** Only where there is InfiniBand: a link named ib0. Its bytes are in test/wire/ipoib.test.ts. */
export const ipoibWitnesses = ofKind(ipoib, {
  witnesses: [],
  unwitnessed: {
    pkey: 'needs InfiniBand hardware',
    mode: 'needs InfiniBand hardware',
    userMulticast: 'needs InfiniBand hardware',
  },
})
