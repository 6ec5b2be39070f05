import { writeSync } from 'node:fs'
import type { Netns } from '../../lib/index.ts'

/** An EtherType for experiments: nobody else sends it. */
export const TEST_TYPE = 0x88b5

/** A frame to everybody, with a number in it. */
export function testFrame(number: number, size = 60): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.fill(0xff, 0, 6)
  bytes.fill(0x02, 6, 12)
  bytes.writeUInt16BE(TEST_TYPE, 12)
  bytes.writeUInt32BE(number, 14)
  return bytes
}

export function numberOf(bytes: Uint8Array): number {
  return Buffer.from(bytes).readUInt32BE(14)
}

/** Sends frames, or packets where the link has no header, out of a link as they are. */
export async function sendFrames(netns: Netns, link: string, frames: Iterable<Uint8Array>): Promise<void> {
  const socket = await netns.openSocket({ family: 'packet', type: 'raw', bind: { link } })
  try {
    for (const frame of frames) writeSync(socket.fd, frame)
  } finally {
    await socket.close()
  }
}

/** Instructions of classic BPF that let only test frames pass. */
export const onlyTestFrames = [
  { code: 0x28, jt: 0, jf: 0, k: 12 },
  { code: 0x15, jt: 0, jf: 1, k: TEST_TYPE },
  { code: 0x06, jt: 0, jf: 0, k: 262_144 },
  { code: 0x06, jt: 0, jf: 0, k: 0 },
]
