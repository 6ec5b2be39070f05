import { describe, expect, it } from 'vitest'
import { IFF_RUNNING, LINK_FLAGS } from '../../../lib/links/flags.ts'
import { RTM } from '../../../lib/protocol/notifications.ts'
import { Message } from '../../../lib/schema/message.ts'
import { RouteCollection } from '../../../lib/watch/objects/route-collection.ts'
import { routeHints } from '../../../lib/watch/objects/route-hints.ts'

const { UP, LOWER_UP } = LINK_FLAGS
const INDEX = 3

/** `struct ifinfomsg`: family, padding, type, index, flags, change. */
function ifinfomsg(flags: number): Message {
  return new Message(new Uint8Array(new Uint32Array([0, INDEX, flags, 0]).buffer))
}

function listener(): (flags: number) => boolean {
  const routes = new RouteCollection()
  const route = { family: 'inet6', to: 'fe80::/64', table: 'main', metric: 256, tos: 0, link: INDEX }
  routes.put(route as never, 0, () => {})
  const hint = routeHints.begin()
  return flags => hint(RTM.newLink, ifinfomsg(flags), 0, 16, routes)
}

describe('whether routes have to be read again because of a link', () => {
  it('is so when the link goes down', () => {
    const isTurn = listener()
    isTurn(UP | LOWER_UP | IFF_RUNNING)
    expect(isTurn(0)).toBe(true)
  })

  it('is not so when nothing of it changes', () => {
    const isTurn = listener()
    isTurn(UP | LOWER_UP | IFF_RUNNING)
    expect(isTurn(UP | LOWER_UP | IFF_RUNNING)).toBe(false)
  })

  it('is so once more when the kernel has worked through a loss of carrier that showed before', () => {
    const isTurn = listener()
    isTurn(UP | LOWER_UP | IFF_RUNNING)
    expect(isTurn(UP | IFF_RUNNING)).toBe(true)
    expect(isTurn(UP)).toBe(true)
  })
})
