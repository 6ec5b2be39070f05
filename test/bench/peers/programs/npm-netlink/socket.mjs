import { createRequire } from 'node:module'

/** It is installed where it is built: this project does not depend on it. */
export const { createRtNetlink, AttrStream, FlagsNew, ifla, rt } = createRequire(
  new URL('../../build/npm-netlink/', import.meta.url),
)('netlink')

/** The kernel caps it to net.core.rmem_max: the library does not force it. */
const ROOM = 64 * 2 ** 20
const LARGEST_DATAGRAM = 32 * 2 ** 10

/** Requests need not wait for the answers of those before; their acknowledgements have to fit the socket. */
const UNDER_WAY = 8

/** Without `messagePeeking`, a datagram takes one system call, not two. */
export const open = () => createRtNetlink({ recvBufferSize: ROOM, messagePeeking: false, msgBufferSize: LARGEST_DATAGRAM })

export const create = { flags: FlagsNew.CREATE | FlagsNew.EXCL }

/** Calls `step` for 0 up to `count`, so many of them under way at once. */
export async function forEach(count, step) {
  let next = 0
  const work = async () => {
    while (next < count) await step(next++)
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, work))
}

/** Bytes of attributes, for those that the library takes as a buffer. */
export function pack(write) {
  const stream = new AttrStream()
  write(stream)
  return Buffer.concat(stream.bufs)
}

/** The address so many after a first one. */
export function addressAt(first, offset) {
  const address = Buffer.from(first)
  address.writeUInt32BE(address.readUInt32BE() + offset)
  return address
}

/** Counts from 02:00:00:00:00:00. */
export function hardwareAddressAt(offset) {
  const address = Buffer.from([2, 0, 0, 0, 0, 0])
  address.writeUInt32BE(offset, 2)
  return address
}

/** The check behind the clock that the work was done. */
export function expect(what, found, wanted) {
  if (found !== wanted) throw new Error(`${found} ${what} where there should be ${wanted}`)
}
