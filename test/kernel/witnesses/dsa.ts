import { dsa } from '../../../lib/links/kinds/dsa.ts'
import { ofKind } from './kind.ts'

/** Its bytes are in test/wire/dsa.test.ts. */
export const dsaWitnesses = ofKind(dsa, { witnesses: [], unwitnessed: { conduit: 'needs a switch chip' } })
