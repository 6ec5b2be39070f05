import type { Hint } from '../protocol/failure.ts'

const ENOENT = 2
const EEXIST = 17
const EINVAL = 22
const EOPNOTSUPP = 95
const EAFNOSUPPORT = 97

/** The next step for a refusal that is about an entry. Bridges and vxlans say little, or say it in the kernel's log. */
export function fdbHint(operation: string): Hint {
  return (errno, message) => {
    if (errno === EEXIST) return 'there is an entry for the address already; fdb.replace changes it'
    if (errno === ENOENT) return 'there is no such entry'
    if (errno === EOPNOTSUPP && message === undefined) return noTable(operation)
    if (errno === EAFNOSUPPORT)
      return '"remote" must be of the family that the vxlan has; give the vxlan a "remote" or "local" of that family'
    if (errno === EINVAL && operation === 'fdb.flush') return 'flushing takes Linux 6.0 or newer for a bridge, 6.7 for a vxlan'
    if (errno === EINVAL && message === undefined)
      return 'the link may not be in the VLAN; an entry of a bridge itself has to be permanent; one of a vxlan has a "remote" or "nexthopId", and is not static'
    return undefined
  }
}

function noTable(operation: string): string {
  const what = operation === 'fdb.replace' ? ', and all zeros or a multicast address on a vxlan cannot be replaced' : ''
  return `"link" must be a port of a bridge; for a bridge itself, a vxlan, or the link's own addresses give "self: true"${what}`
}
