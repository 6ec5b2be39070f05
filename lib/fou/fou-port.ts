import type { CreateOptions, Reports } from '../schema/infer.ts'
import type { fouRows } from './fou-table.ts'

/** Options of `fou.add`. What `list` returns is taken too. */
export type FouPortOptions = CreateOptions<typeof fouRows>

/** A port as the kernel reports it. What it is not bound to is `undefined`. */
export type FouPort = Reports<typeof fouRows>

/** What `fou.delete` and `fou.get` know a port by: all of it must be as it was when the port was added. Takes what `list` returns. */
export type FouPortIdentity = Pick<FouPortOptions, 'port' | 'family' | 'local' | 'peer' | 'peerPort' | 'link'>
