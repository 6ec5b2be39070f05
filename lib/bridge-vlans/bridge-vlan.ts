import type { ChangeOptions, CreateOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { bridgeVlanRows } from './bridge-vlan-table.ts'

type Rows = { [K in keyof typeof bridgeVlanRows as K extends `$${string}` ? never : K]: (typeof bridgeVlanRows)[K] }

/** Options of `bridgeVlans.add`. What `list` returns is taken too. */
export type BridgeVlanOptions = CreateOptions<Rows>

/** What `bridgeVlans.set` changes, and of which VLANs. */
export type BridgeVlanChanges = ChangeOptions<Rows> & BridgeVlanIdentity

/** A VLAN of a bridge or of one of its ports, or a range of VLANs that are alike. */
export type BridgeVlan = Reports<Rows>

/** What `bridgeVlans.delete` needs to know a VLAN, or a range, by. */
export interface BridgeVlanIdentity {
  /** The port, or the bridge itself. */
  readonly link: LinkReference
  /** VLAN id, 1–4094; the first of a range. */
  readonly vlan: number
  /** The last of a range. */
  readonly lastVlan?: number | undefined
}

/** Which VLANs `bridgeVlans.list` reads, and how. */
export interface BridgeVlanFilter {
  /** Those of this port, or of the bridge itself. Filtered in the kernel. Default: of all bridges and ports. */
  readonly link?: LinkReference | undefined
  /** Counters too; then no two VLANs share an entry. Default false. */
  readonly statistics?: boolean | undefined
}
