import { decodeLink } from '../../links/link-table.ts'
import { type MdbFilter, MdbMatcher } from '../../mdb/filter.ts'
import { Mdb } from '../../mdb/mdb.ts'
import type { MdbEntry } from '../../mdb/mdb-entry.ts'
import { decodeMdb } from '../../mdb/mdb-table.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import { KeyedCollection } from '../collection.ts'
import type { Hints, Watched } from '../watched.ts'

const AF_UNSPEC = 0

/** Which entries of multicast databases to watch. */
export type WatchMdbFilter = MdbFilter

/**
 * Groups that a bridge itself listens to end with it in silence (br_multicast_dev_del() in net/bridge/br_multicast.c). Older kernels list none of a bridge
 * whose snooping is off (br_mdb_fill_info() in net/bridge/br_mdb.c).
 */
const mdbHints: Hints<MdbEntry> = {
  groups: [GROUP.link],
  begin: () => (type, message, start, end) => {
    if (type === RTM.deleteLink) return message.u8(start) === AF_UNSPEC
    if (type !== RTM.newLink || message.u8(start) !== AF_UNSPEC) return false
    const { kind } = decodeLink(message, start, end)
    return kind === 'bridge' || kind === 'vxlan'
  },
}

/** Ports behind which routers are come in the same messages, and are none. */
export const mdbEntry: Watched<'mdbEntry', MdbEntry, WatchMdbFilter> = {
  option: 'mdb',
  object: 'mdbEntry',
  groups: [GROUP.multicastGroup],
  messages: { new: RTM.newMulticastGroup, delete: RTM.deleteMulticastGroup },
  // One message is about one entry (br_mdb_notify()).
  decode: (message, start, end) => decodeMdb(message, start, end)[0],
  list: (session, filter) => new Mdb(session).list(filter),
  match: (program, filter) => new MdbMatcher(program, filter),
  collection: () => new KeyedCollection<MdbEntry>(identityOf),
  hints: mdbHints,
}

function identityOf({ master, link, group, vlan, source, srcVni, remote, port, vni, via }: MdbEntry): string {
  return [master, link, group, vlan, source, srcVni, remote, port, vni, via].join(' ')
}
