import type { Netns } from '../../lib/netns/netns.ts'
import type { TunDevice } from '../../lib/tun/device.ts'
import type { TapLinkOptions, TapOptions, TunOptions } from '../../lib/tun/options.ts'

const opened: TunDevice[] = []

/** Remembers a device, for `closeDevices`. Its errors as a stream are the business of the test that waits for one. */
export function heldDevice(device: TunDevice): TunDevice {
  opened.push(device)
  device.on('error', () => {})
  return device
}

/** A tun that is up and has 10.0.0.1/24, unless the options say otherwise. */
export async function openTun(netns: Netns, options: Omit<TunOptions, 'netns'> = {}): Promise<TunDevice> {
  return heldDevice(await netns.openTun({ up: true, address: '10.0.0.1/24', ...options }))
}

/** A tap likewise. */
export async function openTap(netns: Netns, options: Omit<TapOptions, 'netns'> = {}): Promise<TunDevice> {
  return heldDevice(await netns.openTap({ up: true, address: '10.0.1.1/24', ...options }))
}

export async function openTapLink(netns: Netns, options: Omit<TapLinkOptions, 'netns'>): Promise<TunDevice> {
  return heldDevice(await netns.openTap(options))
}

/** For afterEach. */
export async function closeDevices(): Promise<void> {
  for (const device of opened.splice(0)) await device.close()
}
