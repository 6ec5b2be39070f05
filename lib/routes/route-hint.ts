import type { Hint } from '../protocol/failure.ts'

const ESRCH = 3
const EACCES = 13
const EEXIST = 17
const EINVAL = 22
const ENETDOWN = 100
const ENETUNREACH = 101
const EHOSTUNREACH = 113

/** The next step for a refusal to write a route. */
export function routeHint(operation: string): Hint {
  return (errno, message) => {
    if (errno === ENETUNREACH)
      return '"via" is not reachable from any address of this namespace; give "link" and "onLink" if it is on that link'
    if (errno === EHOSTUNREACH) return '"via" has no route that leads to it'
    if (errno === ESRCH)
      return `there is no such route${operation === 'routes.delete' ? '; what is given has to agree with it' : ''}`
    if (errno === EEXIST)
      return 'there is such a route already; routes.replace changes it, and another "metric" makes another route'
    if (errno === ENETDOWN && message === undefined) return 'the link is down'
    return undefined
  }
}

/** What the kernel says by an errno when it is asked where a packet goes. */
export const lookupHint: Hint = (errno, message) => {
  if (message !== undefined) return undefined
  if (errno === ENETUNREACH) return 'no route leads there'
  if (errno === EHOSTUNREACH) return 'a route of type unreachable leads there, or none'
  if (errno === EACCES) return 'a route of type prohibit leads there'
  if (errno === EINVAL) return 'a route of type blackhole may lead there'
  return undefined
}
