import { u32 } from '../../schema/scalars.ts'
import { definePortKind } from '../kind.ts'

/** What a link has because it is a port of a VRF. */
export const vrfPort = definePortKind('vrf', {
  /** Number of the VRF's routing table. */
  table: u32(1, 'IFLA_VRF_PORT_TABLE', { access: 'readOnly' }),
})
