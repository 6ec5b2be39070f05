import { ovpn } from '../../../lib/links/kinds/ovpn.ts'
import { ofKind } from './kind.ts'

export const ovpnWitnesses = ofKind(ovpn, {
  witnesses: [{ option: 'mode', value: 'mp', unseen: 'iproute2 6.1 does not know it' }],
})
