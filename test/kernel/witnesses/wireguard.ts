import { wireguard } from '../../../lib/links/kinds/wireguard.ts'
import { ofKind } from './kind.ts'

export const wireguardWitnesses = ofKind(wireguard, { witnesses: [] })
