import type { Locator } from '../protocol/failure.ts'
import { eachAttribute, type Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { NDTMSG_SIZE, neighborTableRows, PARAMETERS_LINK } from './attributes.ts'
import type { NeighborTableEntry } from './neighbor-table-entry.ts'

export const neighborTableTable = new Table('neighborTable', neighborTableRows, {
  headerLength: NDTMSG_SIZE,
  padding: { NDTA_PAD: 9 },
  acceptsListed: true,
})

const { link, parameters } = neighborTableTable.rows

/** Reads a table from its `ndtmsg` at `start`. */
export function decodeNeighborTable(message: Message, start: number, end: number): NeighborTableEntry {
  const index = linkOf(message, start, end)
  return neighborTableTable.shape(message, start, end, (slots, shape) => {
    slots[link.slot] = index
    return shape(slots) as NeighborTableEntry
  })
}

function linkOf(message: Message, start: number, end: number): number | undefined {
  let index = 0
  eachAttribute(message, start + NDTMSG_SIZE, end, (type, at, length) => {
    if (type !== parameters.number) return
    eachAttribute(message, at, at + length, (inner, from, size) => {
      if (inner === PARAMETERS_LINK && size >= 4) index = message.u32(from)
    })
  })
  return index === 0 ? undefined : index
}

export const neighborTableLocator: Locator = {
  locate(message, start, end, target) {
    const path = neighborTableTable.locate(message, start, end, target)
    return path === 'parameters.$link' ? 'link' : path
  },
  keyOf: number => neighborTableTable.keyOf(number),
}
