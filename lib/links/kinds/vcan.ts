import { defineLinkKind } from '../kind.ts'

/** What vcan_change_mtu() in drivers/net/can/vcan.c takes, though not on creation: frames of classical CAN, CAN FD, and CAN XL. */
export const canMtus = [
  { min: 16, max: 16 },
  { min: 72, max: 72 },
  { min: 76, max: 2060 },
] as const

/**
 * A CAN bus without hardware: what one socket sends the others on it receive. It takes no bit rate. `mtu` says which frames it carries: 16 classical CAN,
 * 72 CAN FD too, 76 to 2060 CAN XL too. Default 72; 2060 since Linux 6.18. It can be changed while the link is down. No IP, no hardware address, and no port of a bridge; a `vxcan` joins two namespaces.
 * Same as `ip link add vcan0 type vcan`.
 */
export const vcan = defineLinkKind('vcan', {}, { mtu: canMtus, module: { config: 'CONFIG_CAN_VCAN', name: 'vcan' } })
