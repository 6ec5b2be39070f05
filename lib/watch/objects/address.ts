import type { Address, AddressFilter } from '../../addresses/address.ts'
import { decodeAddress } from '../../addresses/address-table.ts'
import { Addresses, addressDump } from '../../addresses/addresses.ts'
import { IFADDR } from '../../addresses/header.ts'
import { invalidValue } from '../../errors.ts'
import { GROUP, RTM } from '../../protocol/notifications.ts'
import { AF_INET, AF_INET6 } from '../../values/family.ts'
import { KeyedCollection } from '../collection.ts'
import type { Watched } from '../watched.ts'

/** Which addresses to watch. */
export type WatchAddressFilter = Omit<AddressFilter, 'targetNetnsid'>

export const address: Watched<'address', Address, WatchAddressFilter> = {
  option: 'addresses',
  object: 'address',
  groups: [GROUP.inetAddress, GROUP.inet6Address],
  messages: { new: RTM.newAddress, delete: RTM.deleteAddress },
  decode: (message, start, end) => {
    const family = message.u8(start + IFADDR.family.offset)
    return family === AF_INET || family === AF_INET6 ? decodeAddress(message, start, end) : undefined
  },
  list: (session, filter: WatchAddressFilter): Promise<Address[]> => new Addresses(session).list(filter),
  match: (program, filter) => {
    if ('targetNetnsid' in filter) throw invalidValue(program.operation, 'targetNetnsid', 'can only be listed')
    return addressDump.match(program, filter)
  },
  collection: () => new KeyedCollection<Address>(identityOf),
}

/** An IPv6 address is once on a link; an IPv4 one once for each network and far end. */
function identityOf({ link, family, address: local, local: bare, peer }: Address): string {
  return family === 'inet6' ? `${link} ${bare}` : `${link} ${local} ${peer ?? ''}`
}
