import type { Hint } from '../protocol/failure.ts'

const ENOENT = 2
const EEXIST = 17
const EINVAL = 22
const EOPNOTSUPP = 95

/** The next step for a refusal that is about a multicast group. */
export function mdbHint(operation: string): Hint {
  return (errno, message) => {
    if (errno === EEXIST) return 'there is an entry for the group at this port already; mdb.replace changes it'
    if (errno === ENOENT) return 'there is no such entry'
    if (errno === EOPNOTSUPP && operation === 'mdb.flush')
      return '"master" must be a bridge or a vxlan, and the kernel Linux 6.8 or newer'
    if (errno === EOPNOTSUPP && operation === 'mdb.get')
      return '"master" must be a bridge or a vxlan, and the kernel Linux 6.7 or newer'
    if (errno === EOPNOTSUPP)
      return '"master" must be the bridge that the port is of, or a vxlan since Linux 6.4; a bridge needs CONFIG_BRIDGE_IGMP_SNOOPING'
    if (errno === EINVAL && operation === 'mdb.delete' && message === undefined)
      return 'there may be no such entry: a bridge has no other answer'
    if (errno === EINVAL && message === undefined)
      return '"master" must be the bridge that the port is of, up, with multicast snooping on, and the port in the VLAN and not disabled'
    return undefined
  }
}
