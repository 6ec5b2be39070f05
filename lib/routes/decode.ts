import type { Message } from '../schema/message.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { formatIpv4, formatIpv6 } from '../values/ip.ts'
import { flagNames, RTNH_F_ONLINK, RTNH_F_PERVASIVE } from './flags.ts'
import { RTMSG, RTMSG_SIZE } from './header.ts'
import { PREFERENCES, protocols, scopes, tables, types } from './names.ts'
import { formatIpv4Network, formatIpv6Network } from './network-text.ts'
import type { Route } from './route.ts'
import { decodeAnyRoute } from './route-table.ts'

const byNumber = <T>(names: { toName(number: number): T }): readonly T[] =>
  Array.from({ length: 256 }, (_, number) => names.toName(number))

const TABLES = byNumber(tables)
const PROTOCOLS = byNumber(protocols)
const SCOPES = byNumber(scopes)
const TYPES = byNumber(types)

/** nla_len of an attribute with one byte, four, sixteen, or a `struct rta_cacheinfo`. */
const OF_1 = 5
const OF_4 = 8
const OF_16 = 20
const OF_CACHEINFO = 36

/**
 * Reads a route from its `rtmsg` at `start`. Routes come by the hundred thousand, and nearly all have the same few attributes: those are
 * read here, into a smaller object of one shape. A message with anything else goes through the rows; a test holds both to the same answers.
 */
export function decodeRoute(message: Message, start: number, end: number): Route {
  const { bytes } = message
  const family = bytes[start]
  const prefix = bytes[start + RTMSG.toLength.offset]
  if ((family !== AF_INET && family !== AF_INET6) || bytes[start + RTMSG.fromLength.offset] !== 0) {
    return decodeAnyRoute(message, start, end)
  }
  let to = prefix === 0 ? 'default' : undefined
  let table = TABLES[bytes[start + RTMSG.table.offset]]
  let via: string | undefined
  let link: number | undefined
  let metric: number | undefined
  let preferredSource: string | undefined
  let preference: Route['preference']
  for (let at = start + RTMSG_SIZE; at + 4 <= end; ) {
    const length = message.u16(at)
    if (at + length > end) return decodeAnyRoute(message, start, end)
    // Number and length in one: an attribute of an unexpected length finds no case.
    switch ((message.u16(at + 2) << 8) | length) {
      case (1 << 8) | OF_4: // RTA_DST
        if (prefix !== 0) to = formatIpv4Network(bytes, at + 4, prefix)
        break
      case (1 << 8) | OF_16:
        if (prefix !== 0) to = formatIpv6Network(bytes, at + 4, prefix)
        break
      case (4 << 8) | OF_4: // RTA_OIF
        link = message.u32(at + 4)
        break
      case (5 << 8) | OF_4: // RTA_GATEWAY
        via = formatIpv4(bytes, at + 4)
        break
      case (5 << 8) | OF_16:
        via = formatIpv6(bytes, at + 4)
        break
      case (6 << 8) | OF_4: // RTA_PRIORITY
        metric = message.u32(at + 4)
        break
      case (7 << 8) | OF_4: // RTA_PREFSRC
        preferredSource = formatIpv4(bytes, at + 4)
        break
      case (7 << 8) | OF_16:
        preferredSource = formatIpv6(bytes, at + 4)
        break
      case (12 << 8) | OF_CACHEINFO: // RTA_CACHEINFO: IPv6 always sends it, mostly empty
        if (!isZero(message, at + 4, OF_CACHEINFO - 4)) return decodeAnyRoute(message, start, end)
        break
      case (15 << 8) | OF_4: // RTA_TABLE
        table = tableOf(message.u32(at + 4))
        break
      case (20 << 8) | OF_1: // RTA_PREF
        if (bytes[at + 4] !== PREFERENCES.medium) return decodeAnyRoute(message, start, end)
        preference = 'medium'
        break
      default:
        return decodeAnyRoute(message, start, end)
    }
    at += (length + 3) & ~3
  }
  if (to === undefined) return decodeAnyRoute(message, start, end)
  const flags = message.u32(start + RTMSG.flags.offset)
  return {
    family: family === AF_INET ? 'inet' : 'inet6',
    to,
    type: TYPES[bytes[start + RTMSG.type.offset]],
    table,
    protocol: PROTOCOLS[bytes[start + RTMSG.protocol.offset]],
    scope: SCOPES[bytes[start + RTMSG.scope.offset]],
    via,
    link,
    metric,
    preferredSource,
    tos: bytes[start + RTMSG.tos.offset],
    preference,
    onLink: (flags & RTNH_F_ONLINK) !== 0,
    pervasive: (flags & RTNH_F_PERVASIVE) !== 0,
    flags: flagNames(flags),
  }
}

function tableOf(number: number): Route['table'] {
  return number < TABLES.length ? TABLES[number] : number
}

function isZero(message: Message, start: number, length: number): boolean {
  for (let at = start; at < start + length; at += 4) if (message.u32(at) !== 0) return false
  return true
}
