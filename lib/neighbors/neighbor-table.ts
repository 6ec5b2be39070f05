import type { Locator } from '../protocol/failure.ts'
import type { Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { NDMSG, NDMSG_SIZE, NTF_EXT } from '../values/ndmsg.ts'
import { neighborRows } from './attributes.ts'
import type { Neighbor } from './neighbor.ts'

export const neighborTable = new Table('neighbor', neighborRows, { headerLength: NDMSG_SIZE, acceptsListed: true })

const { link, use, managed, externValidated, $flagsExt } = neighborTable.rows

/** Reads a neighbor from its `ndmsg` at `start`. */
export function decodeNeighbor(message: Message, start: number, end: number): Neighbor {
  const index = end - start < NDMSG_SIZE ? 0 : message.s32(start + NDMSG.index.offset)
  return neighborTable.shape(message, start, end, (slots, shape) => {
    const flags = (slots[$flagsExt.slot] as number | undefined) ?? 0
    slots[link.slot] = index === 0 ? undefined : index
    slots[use.slot] = undefined
    slots[managed.slot] = (flags & NTF_EXT.managed) !== 0
    slots[externValidated.slot] = (flags & NTF_EXT.externValidated) !== 0
    return shape(slots) as Neighbor
  })
}

export const neighborLocator: Locator = {
  locate(message, start, end, target) {
    if (target >= start + NDMSG.index.offset && target < start + NDMSG.state.offset) return 'link'
    const path = neighborTable.locate(message, start, end, target)
    return path === '$flagsExt' ? extOption(message, target) : path
  },
  keyOf: number => (number === $flagsExt.number ? 'managed' : neighborTable.keyOf(number)),
  kernelWords: { address: 'network address', linkLayerAddress: 'link layer address', link: 'device' },
}

/** An older kernel minds the newer of the flags. */
function extOption(message: Message, target: number): string {
  const flags = target + 8 <= message.bytes.length ? message.u32(target + 4) : 0
  return (flags & NTF_EXT.externValidated) !== 0 ? 'externValidated' : 'managed'
}
