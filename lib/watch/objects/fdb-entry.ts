import { Fdb } from '../../fdb/fdb.ts'
import type { FdbEntry } from '../../fdb/fdb-entry.ts'
import { decodeFdbEntry } from '../../fdb/fdb-table.ts'
import { type FdbFilter, FdbMatcher } from '../../fdb/filter.ts'
import { decodeLink } from '../../links/link-table.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import { AF_BRIDGE } from '../../values/family.ts'
import { KeyedCollection } from '../collection.ts'
import type { Hints, Watched } from '../watched.ts'

/** Which entries of forwarding tables to watch: those of bridges and of vxlans. */
export type WatchFdbFilter = FdbFilter

const NO_ADDRESS = '00:00:00:00:00:00'

/**
 * A bridge says that a local address has become another port's, or its own, by nothing but the messages about its ports (fdb_delete_local() in
 * net/bridge/br_fdb.c).
 */
const fdbHints: Hints<FdbEntry> = {
  groups: [GROUP.link],
  begin: () => {
    const addresses = new Map<number, string | undefined>()
    return (type, message, start, end) => {
      if (type !== RTM.newLink && type !== RTM.deleteLink) return false
      if (message.u8(start) === AF_BRIDGE) return true
      const { index, kind, master, address } = decodeLink(message, start, end)
      if (kind !== 'bridge' && master === undefined) return false
      const before = addresses.get(index)
      if (type === RTM.deleteLink) return addresses.delete(index)
      addresses.set(index, address)
      return address !== before
    }
  },
}

/**
 * Of the addresses that a network card accepts by itself, which `bridge fdb` shows too, the kernel tells hardly ever. They have no times: those of bridges and vxlans
 * have. Before Linux 6.13 each entry that is added to a vxlan was told once more, as such an address (rtnl_fdb_add() in net/core/rtnetlink.c).
 */
export const fdbEntry: Watched<'fdbEntry', FdbEntry, WatchFdbFilter> = {
  option: 'fdb',
  object: 'fdbEntry',
  groups: [GROUP.neighbor],
  messages: { new: RTM.newNeighbor, delete: RTM.deleteNeighbor },
  decode: (message, start, end) => {
    if (message.u8(start) !== AF_BRIDGE) return undefined
    const entry = decodeFdbEntry(message, start, end)
    return hasTimes(entry) ? entry : undefined
  },
  list: (session, filter) => new Fdb(session).list(filter),
  match: (program, filter) => {
    const matcher = new FdbMatcher(program, filter)
    const bridge = matcher.master
    return {
      linkName: matcher.linkName,
      masterName: typeof bridge === 'string' ? bridge : undefined,
      matches: (entry, link, master = bridge as number | undefined) =>
        hasTimes(entry) && (master === undefined || entry.master === master) && matcher.matches(entry, link),
    }
  },
  collection: () => new KeyedCollection<FdbEntry>(identityOf),
  hints: fdbHints,
}

/** A bridge has an address once in each VLAN. On a vxlan, only all zeros and multicast addresses may have several other ends. */
function identityOf({ link, master, macAddress, vlan, srcVni, remote, port, vni, via }: FdbEntry): string {
  if (master !== undefined) return `${master} ${macAddress} ${vlan}`
  const ends = mayHaveSeveral(macAddress) ? `${remote} ${port} ${vni} ${via}` : ''
  return `vxlan ${link} ${macAddress} ${srcVni} ${ends}`
}

function mayHaveSeveral(macAddress: string): boolean {
  return macAddress === NO_ADDRESS || (Number.parseInt(macAddress.slice(0, 2), 16) & 1) === 1
}

function hasTimes({ cacheInfo }: FdbEntry): boolean {
  return cacheInfo !== undefined
}
