import type { Hint } from '../protocol/failure.ts'
import type { LinkReference } from '../schema/references.ts'

const EACCES = 13
const EEXIST = 17
const EADDRNOTAVAIL = 99

interface Given {
  readonly link?: LinkReference | undefined
  readonly address?: string | undefined
}

/** The next step for a refusal about an address; `given` are the caller's options. */
export function addressHint(operation: string, given: Given): Hint {
  return errno => {
    if (errno === EACCES) return `see sysctl net.ipv6.conf.${nameOf(given.link)}.disable_ipv6`
    if (errno === EEXIST) return 'the link has this address already; addresses.replace changes it'
    if (errno !== EADDRNOTAVAIL || operation !== 'addresses.delete') return undefined
    const assumed = given.address?.includes('/') ? '' : ' (without one it is /32 or /128)'
    return `the link has no such address: the prefix length${assumed}, the peer and the label must be those of the address`
  }
}

function nameOf(link: LinkReference | undefined): string {
  return typeof link === 'string' ? link : '<link>'
}
