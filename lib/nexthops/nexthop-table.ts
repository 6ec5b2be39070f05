import type { Locator } from '../protocol/failure.ts'
import type { Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { bucketRows, nexthopPadding, nexthopRows } from './attributes.ts'
import { NHMSG_SIZE } from './header.ts'
import type { NexthopBucket, NexthopObject } from './nexthop-object.ts'

export const nexthopTable = new Table('nexthop', nexthopRows, {
  headerLength: NHMSG_SIZE,
  padding: nexthopPadding,
  acceptsListed: true,
})

export const bucketTable = new Table('nexthopBucket', bucketRows, { headerLength: NHMSG_SIZE })

const { family } = nexthopTable.rows
const { index, nexthopId, idleTime, $bucket } = bucketTable.rows

/** Reads a nexthop object from its `nhmsg` at `start`. */
export function decodeNexthop(message: Message, start: number, end: number): NexthopObject {
  return nexthopTable.shape(message, start, end, (slots, shape) => {
    if (slots[family.slot] === 0) slots[family.slot] = undefined
    return shape(slots) as NexthopObject
  })
}

/** Reads a bucket from its `nhmsg` at `start`. */
export function decodeBucket(message: Message, start: number, end: number): NexthopBucket {
  return bucketTable.shape(message, start, end, (slots, shape) => {
    const bucket = slots[$bucket.slot] as { index?: number; nexthopId?: number; idleTime?: number } | undefined
    slots[index.slot] = bucket?.index
    slots[nexthopId.slot] = bucket?.nexthopId
    slots[idleTime.slot] = bucket?.idleTime
    return shape(slots) as NexthopBucket
  })
}

export const nexthopLocator: Locator = {
  locate: (message, start, end, target) => nexthopTable.locate(message, start, end, target),
  keyOf: number => nexthopTable.keyOf(number),
  // The kernel's "nexthop id" is that of a member.
  kernelWords: {
    via: 'gateway',
    link: 'device',
    id: 'object id',
    group: 'nexthop id',
    groupType: 'group type',
    encap: 'encapsulation attribute',
  },
}

export const bucketLocator: Locator = {
  locate(message, start, end, target) {
    const path = bucketTable.locate(message, start, end, target)
    return path === '$bucket' ? 'index' : path
  },
  keyOf: number => (number === $bucket.number ? 'index' : bucketTable.keyOf(number)),
}
