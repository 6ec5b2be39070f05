import type { Hint } from '../protocol/failure.ts'

const ENOENT = 2
const EEXIST = 17
const EOPNOTSUPP = 95
const ENETDOWN = 100
const ENETUNREACH = 101
const EHOSTUNREACH = 113

/** The next step for a refusal that is about a nexthop object. */
export const nexthopHint: Hint = (errno, message) => {
  if (errno === EEXIST) return 'there is an object with this id already; nexthops.replace changes it'
  if (errno === ENOENT) return 'there is no nexthop object with this id'
  if (errno === ENETDOWN) return 'the link has to be up and to have a carrier; a blackhole needs "lo" to be up'
  if (errno === ENETUNREACH || errno === EHOSTUNREACH)
    return '"via" is not reachable from any address on the link; give "onLink" if it is on that link'
  if (errno === EOPNOTSUPP && message === undefined)
    return 'this kernel may be older than Linux 5.3, which brought nexthop objects'
  return undefined
}
