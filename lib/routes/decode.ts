import type { Message } from '../schema/message.ts'
import type { Route } from './route.ts'
import { decodeAnyRoute } from './route-table.ts'

/** Reads a route from its `rtmsg` at `start`. */
export function decodeRoute(message: Message, start: number, end: number): Route {
  return decodeAnyRoute(message, start, end)
}
