import type { AddressOptions } from '../addresses/address.ts'
import type { NamespaceReference } from '../protocol/namespace-reference.ts'
import type { LinkReference } from '../schema/references.ts'
import type { offloads } from './flags.ts'

/** Work on packets that the kernel leaves to the program, where it has told the kernel that it can do it. */
export type TunOffload = keyof typeof offloads

/** An address of the link, with or without the other options that `addresses.replace` takes. */
export type DeviceAddress = string | Omit<AddressOptions, 'link'>

/** How packets look, and how many descriptors there are for them. */
interface FormatOptions {
  /** Descriptors that share the link, each with a queue and a thread of its own, 1–256. More than one makes it a multi-queue link. Default 1. */
  queues?: number | undefined
  /** Whether queues can be shared at all, also when there is one now. Default: when `queues` is more than 1. */
  multiQueue?: boolean | undefined
  /** A virtio header stands before each packet, both ways: {@link VnetHeader} reads and writes it. Default false. */
  vnetHeader?: boolean | undefined
  /** Bytes of that header, 10–256: what lies behind its 10 bytes is for virtual machines. Default 10. */
  vnetHeaderSize?: number | undefined
  /**
   * What the kernel may leave undone in the packets that are read; needs `vnetHeader`. `'checksum'`: checksums. `'tso4'`, `'tso6'`: TCP comes in
   * up to 64 KiB at once (with `'tsoEcn'` also with ECN bits). `'ufo'`: has no effect since Linux 4.14. `'uso'`: UDP likewise, Linux 6.2. All but
   * the first need `'checksum'`. Default: none. What is written may always carry them.
   */
  offloads?: readonly TunOffload[] | undefined
  /** Bytes of the memory that each queue is read into, 264 KiB–1 GiB; pages are taken as they are needed. Default 1 MiB. */
  receiveMemory?: number | undefined
}

/** What becomes of the link right after it was opened. */
interface LinkOptions {
  /** Sets the link up, or down. Default: as it is; a new one is down. */
  up?: boolean | undefined
  /** Largest packet, in bytes; 68–65535 for tun, to 65521 for tap. */
  mtu?: number | undefined
  /** Addresses that the link is to have, and may have already: `'192.0.2.1/24'`, or objects as `addresses.replace` takes them, without `link`. */
  address?: DeviceAddress | readonly DeviceAddress[] | undefined
  /** The bridge, bond or other link that it becomes a port of. */
  master?: LinkReference | null | undefined
  /** Packets that the kernel keeps until they are read; then it drops. Default 500. */
  txQueueLength?: number | undefined
}

/** What every way to open takes. */
interface PlaceOptions {
  /** Namespace of the link. Default: the process's own. */
  netns?: NamespaceReference | undefined
  /** Gives up. Should the device be open by then, it is closed again. */
  signal?: AbortSignal | undefined
}

/** Options of `openTun`. */
export interface TunOptions extends PlaceOptions, FormatOptions, LinkOptions {
  /** Name of the link, of at most 15 bytes; one `%d` in it is a number that the kernel chooses. One that is there is opened. Default `'tun%d'`. */
  name?: string | undefined
  /** Index of a link that is made. Default: the kernel chooses. */
  index?: number | undefined
  /** Fails with EBUSY when there is a link of that name. Default false. */
  exclusive?: boolean | undefined
  /** The link stays when nobody has it open. Default: as it is; a new one goes. */
  persist?: boolean | undefined
  /** User id that may open a persistent link without CAP_NET_ADMIN. Default: as it is. */
  owner?: number | undefined
  /** Group id likewise. With neither owner nor group, whoever can open /dev/net/tun may. */
  group?: number | undefined
  /** Four bytes stand before each packet, both ways: flags, and the protocol as in Ethernet. Default false. */
  packetInformation?: boolean | undefined
}

/** Options of `openTap`. */
export interface TapOptions extends TunOptions {
  /** Hardware address of the link. Default: as it is; the kernel chooses that of a new one. */
  hardwareAddress?: string | undefined
}

/** Options of `openTap` for the character device of a macvtap or ipvtap link, which is there already. */
export interface TapLinkOptions extends PlaceOptions, FormatOptions, LinkOptions {
  /** The macvtap or ipvtap link, by name, index or Link. */
  link: LinkReference
  /** Hardware address of the link. Default: as it is. */
  hardwareAddress?: string | undefined
}
