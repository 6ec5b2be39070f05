import type { Netns } from '../../lib/netns/netns.ts'
import type { TunDevice } from '../../lib/tun/device.ts'
import { openTap, openTun } from '../../lib/tun/open.ts'
import type { TapLinkOptions, TapOptions, TunOptions } from '../../lib/tun/options.ts'
import { VnetHeader } from '../../lib/tun/vnet-header.ts'

/** Misuse that must not compile, and use that must. */
export const tun: TunOptions = {
  name: 'tun%d',
  address: ['10.0.0.1/24', { address: '10.0.0.2', peer: '10.0.0.3' }],
  offloads: ['checksum'],
}
export const tap: TapOptions = { hardwareAddress: '02:00:00:00:00:01', master: 'br0', queues: 2 }
export const tapLink: TapLinkOptions = { link: 'mv0', netns: 'red' }

// @ts-expect-error a tun has no hardware address
export const hardwareAddress: TunOptions = { hardwareAddress: '02:00:00:00:00:01' }
// @ts-expect-error an offload that there is not
export const offload: TunOptions = { offloads: ['tso5'] }
// @ts-expect-error the link of an address is the one that is opened
export const address: TunOptions = { address: { address: '10.0.0.1/24', link: 'eth0' } }
// @ts-expect-error which link?
export const withoutLink: TapLinkOptions = {}
// @ts-expect-error a macvtap is there already: it has its name
export const named: TapLinkOptions = { link: 'mv0', name: 'x' }

export async function uses(netns: Netns, device: TunDevice): Promise<void> {
  for await (const packet of device) packet.subarray(20) satisfies Uint8Array
  for await (const batch of device.batches({ queue: 0 })) {
    for (const packet of batch) packet satisfies Uint8Array
    batch.at(0) satisfies Uint8Array
    batch.offsetAt(0) satisfies number
    await device.writeBatch(batch)
    await device.writeBatch(
      [...batch].filter(packet => packet.length > 20),
      { queue: 1 },
    )
  }
  ;(await device.link()).name satisfies string
  ;(await device.statistics()).dropped satisfies number
  device.write(new Uint8Array(20))
  device.on('data', (packet: Uint8Array) => packet.length)
  await netns.openTun({ up: true })
  await netns.openTap({ link: 'mv0' })
  await openTun()
  await openTap({ link: 'mv0', netns })
  new VnetHeader(new Uint8Array(10)).gsoType = 'tcp4'

  // @ts-expect-error the namespace is this one
  await netns.openTun({ netns })
  // @ts-expect-error one packet is no batch
  await device.writeBatch(new Uint8Array(20))
  // @ts-expect-error which queue?
  device.batches({ number: 0 })
  // @ts-expect-error a kind of segment that there is not
  new VnetHeader(new Uint8Array(10)).gsoType = 'tcp5'
}
