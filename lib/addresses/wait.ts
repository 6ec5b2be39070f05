import { DuplicateAddressError } from '../errors.ts'
import type { FilteredDump } from '../protocol/filtered-dump.ts'
import { GROUP, RTM } from '../protocol/notifications.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { ASK, waitUntil } from '../protocol/wait.ts'
import type { LinkReference } from '../schema/references.ts'
import type { Address, AddressFilter } from './address.ts'
import { IFADDR } from './header.ts'

const OPERATION = 'addresses.waitUsable'

/** Waits until no address of the link is tentative any more. */
export function waitUsable(
  session: Session,
  dump: FilteredDump<Address, AddressFilter>,
  link: LinkReference,
  call: CallOptions | undefined,
): Promise<Address[]> {
  let index = 0
  return waitUntil(
    session,
    {
      operation: OPERATION,
      failing: `the addresses of link ${typeof link === 'object' ? link.index : link} did not become usable`,
      groups: [GROUP.link, GROUP.inetAddress, GROUP.inet6Address],
      read: async options => {
        const addresses = await dump.list(OPERATION, { link }, options)
        index = addresses[0]?.link ?? 0
        return areUsable(addresses) ? addresses : undefined
      },
      heard: (type, message, start) => {
        if (type === RTM.deleteLink) return ASK
        if (type !== RTM.newAddress && type !== RTM.deleteAddress) return undefined
        return index === 0 || message.u32(start + IFADDR.index.offset) === index ? ASK : undefined
      },
    },
    call,
  )
}

function areUsable(addresses: readonly Address[]): boolean {
  const failed = addresses.filter(({ dadFailed }) => dadFailed).map(({ address }) => address)
  if (failed.length > 0) throw new DuplicateAddressError(OPERATION, failed)
  return addresses.length > 0 && addresses.every(({ tentative, flags }) => !tentative || flags.includes('optimistic'))
}
