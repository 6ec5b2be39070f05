import type { AllowedRange } from '../errors.ts'
import { eachAttribute, type Message } from '../schema/message.ts'

/** NLMSGERR_ATTR_* of <linux/netlink.h>. */
const MSG = 1
const OFFS = 2
const POLICY = 4
const MISS_TYPE = 5
const MISS_NEST = 6

/** NL_POLICY_TYPE_ATTR_*. */
const MIN_SIGNED = 2
const MAX_SIGNED = 3
const MIN_UNSIGNED = 4
const MAX_UNSIGNED = 5
const MIN_LENGTH = 6
const MAX_LENGTH = 7
const BITFIELD_MASK = 10
const MASK = 12

/** What the kernel says beyond an errno. */
export interface ExtendedAck {
  message?: string
  /** Where in the request the attribute stands that it objects to. */
  offset?: number
  allowed?: AllowedRange
  /** Number of the attribute that is missing. */
  missingType?: number
  /** Where in the request the nest stands that misses it; undefined: the message itself. */
  missingNest?: number
}

export function parseExtendedAck(message: Message, start: number, end: number): ExtendedAck {
  const ack: ExtendedAck = {}
  eachAttribute(message, start, end, (type, at, length) => {
    if (type === MSG) ack.message = message.string(at, length)
    else if (type === OFFS && length >= 4) ack.offset = message.u32(at)
    else if (type === MISS_TYPE && length >= 4) ack.missingType = message.u32(at)
    else if (type === MISS_NEST && length >= 4) ack.missingNest = message.u32(at)
    else if (type === POLICY) ack.allowed = parsePolicy(message, at, at + length)
  })
  return ack
}

function parsePolicy(message: Message, start: number, end: number): AllowedRange {
  const range: { -readonly [K in keyof AllowedRange]: AllowedRange[K] } = {}
  eachAttribute(message, start, end, (type, at, length) => {
    if (type === MIN_SIGNED && length >= 8) range.min = plain(message.bigS64(at))
    else if (type === MAX_SIGNED && length >= 8) range.max = plain(message.bigS64(at))
    else if (type === MIN_UNSIGNED && length >= 8) range.min = plain(message.bigU64(at))
    else if (type === MAX_UNSIGNED && length >= 8) range.max = plain(message.bigU64(at))
    else if (type === MIN_LENGTH) range.minLength = message.u32(at)
    else if (type === MAX_LENGTH) range.maxLength = message.u32(at)
    else if (type === BITFIELD_MASK) range.mask = BigInt(message.u32(at))
    else if (type === MASK && length >= 8) range.mask = message.bigU64(at)
  })
  return range
}

function plain(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}
