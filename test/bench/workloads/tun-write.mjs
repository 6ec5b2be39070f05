/** Packets that are written one by one, each when the one before is with the kernel, which throws them away: ns a packet. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'

/** UDP to an address that nobody has, with a wrong checksum. */
const packet = new Uint8Array(60)
packet.set([0x45, 0, 0, 60, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 9, 10, 0, 0, 77])

export default async ({ runs, count }) => {
  const tun = await Netns.current().openTun({ up: true, address: '10.0.0.1/24' })
  const results = await repeat(runs, async () => {
    const elapsed = await time(async () => {
      for (let i = 0; i < count; i++) await tun.writeBatch([packet])
    })
    return { ns: elapsed / count }
  })
  await tun.close()
  return results
}
