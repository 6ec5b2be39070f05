import { decodeAddress } from '../../addresses/address-table.ts'
import { IFADDR } from '../../addresses/header.ts'
import { IFF_RUNNING, IFINFO, LINK_FLAGS } from '../../links/flags.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import type { Route } from '../../routes/route.ts'
import type { Message } from '../../schema/message.ts'
import { AF_INET } from '../../values/family.ts'
import type { Collection } from '../collection.ts'
import type { Hints } from '../watched.ts'
import type { RouteCollection } from './route-collection.ts'

const AF_UNSPEC = 0

/**
 * What becomes of routes without a word: those of IPv4 go with their link, with an address that they name as their source, and with their
 * nexthop object (fib_flush() in net/ipv4/fib_frontend.c), and carrier changes the flags of both families.
 */
export const routeHints: Hints<Route> = {
  groups: [GROUP.link, GROUP.inetAddress, GROUP.nexthop],
  begin: () => {
    const links = new Map<number, number>()
    return (type, message, start, end, known) => {
      const routes = known as Collection<Route> & RouteCollection
      switch (type) {
        case RTM.newLink:
        case RTM.deleteLink:
          return message.u8(start) === AF_UNSPEC && isTurn(links, type, message, start) && routes.hasLink(indexOf(message, start))
        case RTM.deleteAddress:
          return (
            message.u8(start + IFADDR.family.offset) === AF_INET && routes.hasSource(decodeAddress(message, start, end).local)
          )
        case RTM.newNexthop:
        case RTM.deleteNexthop:
          return routes.hasNexthopObjects
        default:
          return false
      }
    }
  },
}

function indexOf(message: Message, start: number): number {
  return message.s32(start + IFINFO.index)
}

/**
 * Whether a link went up or down, lost its carrier or got it, or went. A message that was sent in between shows LOWER_UP as it will be, and routes as they were: IFF_RUNNING
 * turns together with them (linkwatch_do_dev() in net/core/link_watch.c).
 */
function isTurn(links: Map<number, number>, type: number, message: Message, start: number): boolean {
  const index = indexOf(message, start)
  if (type === RTM.deleteLink) {
    links.delete(index)
    return true
  }
  const state = message.u32(start + IFINFO.flags) & (LINK_FLAGS.UP | LINK_FLAGS.LOWER_UP | IFF_RUNNING)
  const before = links.get(index)
  links.set(index, state)
  return state !== before
}
