import { checkObject } from '../schema/check-options.ts'
import type { TunDevice } from './device.ts'
import { openLink, openOwn } from './open-device.ts'
import type { TapLinkOptions, TapOptions, TunOptions } from './options.ts'

/**
 * Opens a tun: a link whose IP packets this program reads and writes. It is made unless one of that name is there. Without `persist` it goes when the
 * device is closed. Same as `ip tuntap add`, and more: nobody can read what that makes without opening it.
 * Needs CAP_NET_ADMIN in the user namespace that owns the network namespace, unless the link is persistent and has an `owner` or `group`.
 * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is opened.
 * @throws {SystemError} `ENOENT` when there is no /dev/net/tun, `EPERM` without the capability, `EBUSY` when somebody has it open, `EINVAL` when there
 * is another kind of link of that name.
 * @throws {NetlinkError} when the kernel refuses one of the link's settings; the device is closed again.
 */
export async function openTun(options: TunOptions = {}): Promise<TunDevice> {
  return await openOwn('openTun', 'tun', options)
}

/**
 * Opens a tap: a link whose Ethernet frames this program reads and writes; otherwise as {@link openTun}. With `link`: the character device of that
 * macvtap or ipvtap, `/dev/tapN`. Where there is no such node, one is made that only this process sees.
 * @throws as {@link openTun}; of a macvtap or ipvtap {SystemError} `EPERM` when there is no node and none can be made, {NetlinkError} `ENODEV` when there is
 * no such link.
 */
export async function openTap(options: TapOptions | TapLinkOptions = {}): Promise<TunDevice> {
  if ('link' in checkObject('openTap', options)) return await openLink('openTap', options as TapLinkOptions)
  return await openOwn('openTap', 'tap', options)
}
