import { defineLinkKind } from '../kind.ts'

/**
 * Shows vsock traffic, between virtual machines and their host: while it is up, a packet socket on it receives a copy of each packet, behind a `struct af_vsockmon_hdr`. It sees all
 * of the machine, whichever network namespace it is in. Same as `ip link add vsockmon0 type vsockmon`.
 */
export const vsockmon = defineLinkKind('vsockmon', {}, { module: { config: 'CONFIG_VSOCKMON', name: 'vsockmon' } })
