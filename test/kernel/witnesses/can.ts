import { can } from '../../../lib/links/kinds/can.ts'
import { ofKind } from './kind.ts'

/** What a serial adapter has is in test/kernel/can.test.ts, the bytes of all are in test/wire/can.test.ts. */
export const canWitnesses = ofKind(can, {
  witnesses: [],
  unwitnessed: Object.fromEntries(Object.keys(can.rows).map(row => [row, 'needs a CAN controller'])),
})
