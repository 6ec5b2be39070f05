import type { Locator } from '../protocol/failure.ts'
import type { Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { NDMSG, NDMSG_SIZE, NTF_EXT } from '../values/ndmsg.ts'
import { fdbPadding, fdbRows } from './attributes.ts'
import type { FdbEntry } from './fdb-entry.ts'

export const fdbTable = new Table('fdbEntry', fdbRows, {
  headerLength: NDMSG_SIZE,
  padding: fdbPadding,
  acceptsListed: true,
})

const { link, use, locked, $flagsExt } = fdbTable.rows

/** Reads an entry from its `ndmsg` at `start`. */
export function decodeFdbEntry(message: Message, start: number, end: number): FdbEntry {
  const index = end - start < NDMSG_SIZE ? 0 : message.s32(start + NDMSG.index.offset)
  return fdbTable.shape(message, start, end, (slots, shape) => {
    slots[link.slot] = index
    slots[use.slot] = undefined
    slots[locked.slot] = (((slots[$flagsExt.slot] as number | undefined) ?? 0) & NTF_EXT.locked) !== 0
    return shape(slots) as FdbEntry
  })
}

export const fdbLocator: Locator = {
  locate(message, start, end, target) {
    if (target >= start + NDMSG.index.offset && target < start + NDMSG.state.offset) return 'link'
    return fdbTable.locate(message, start, end, target)
  },
  keyOf: number => fdbTable.keyOf(number),
  kernelWords: {
    macAddress: 'address',
    vlan: 'vlan id',
    remote: 'dst',
    nexthopId: 'nexthop',
    srcVni: 'src vni',
    port: 'vxlan port',
  },
}
