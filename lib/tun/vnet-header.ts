import { invalidType, outOfRange } from '../errors.ts'

/** Bytes of `struct virtio_net_hdr`. */
export const VNET_HEADER_LENGTH = 10

/** VIRTIO_NET_HDR_GSO_*; the bit for ECN stands beside them. */
const gsoTypes = { none: 0, tcp4: 1, udp: 3, tcp6: 4, udpL4: 5 } as const
const ECN = 0x80
const NEEDS_CHECKSUM = 1
const DATA_VALID = 2

export type GsoType = keyof typeof gsoTypes

const names = new Map<number, GsoType>(Object.entries(gsoTypes).map(([name, number]) => [number, name as GsoType]))

/**
 * The virtio header before a packet, as a view: it reads and writes the packet's own bytes. What is there with `vnetHeader: true`, on both
 * ways. Little-endian on every machine.
 *
 * A packet that is written without anything left to do has a header of zeros.
 */
export class VnetHeader {
  readonly #view: DataView

  /** The header at the start of a packet, or at `offset` in these bytes. */
  constructor(bytes: Uint8Array, offset = 0) {
    if (!(bytes instanceof Uint8Array)) throw invalidType('VnetHeader', 'bytes', 'a Uint8Array', bytes)
    if (!Number.isInteger(offset) || offset < 0 || offset > bytes.length - VNET_HEADER_LENGTH)
      throw outOfRange('VnetHeader', 'offset', `a place before the last ${VNET_HEADER_LENGTH} of ${bytes.length} bytes`, offset)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset + offset, VNET_HEADER_LENGTH)
  }

  /** All bits of VIRTIO_NET_HDR_F_*. */
  get flags(): number {
    return this.#view.getUint8(0)
  }
  set flags(bits: number) {
    this.#view.setUint8(0, bits)
  }

  /** The checksum at `checksumStart + checksumOffset` is that of the pseudo header only, and has yet to be completed. */
  get needsChecksum(): boolean {
    return (this.flags & NEEDS_CHECKSUM) !== 0
  }
  set needsChecksum(needed: boolean) {
    this.#switch(NEEDS_CHECKSUM, needed)
  }

  /** The checksum was checked. */
  get checksumValid(): boolean {
    return (this.flags & DATA_VALID) !== 0
  }
  set checksumValid(valid: boolean) {
    this.#switch(DATA_VALID, valid)
  }

  #switch(bit: number, on: boolean): void {
    this.flags = on ? this.flags | bit : this.flags & ~bit
  }

  /**
   * What the packet is to be cut into: `'tcp4'`, `'tcp6'` and `'udpL4'` into segments of `gsoSize`, `'udp'` into fragments; `'none'` is one packet
   * already. A number where a newer kernel knows another.
   */
  get gsoType(): GsoType | number {
    const type = this.#view.getUint8(1) & ~ECN
    return names.get(type) ?? type
  }
  set gsoType(type: GsoType | number) {
    const number = typeof type === 'number' ? type : gsoTypes[type]
    if (number === undefined || !(number >= 0 && number < ECN))
      throw invalidType('VnetHeader', 'gsoType', `one of ${Object.keys(gsoTypes).join(', ')}`, type)
    this.#view.setUint8(1, number | (this.#view.getUint8(1) & ECN))
  }

  /** The TCP segments carry bits of explicit congestion notification: CWR belongs in the first only. */
  get ecn(): boolean {
    return (this.#view.getUint8(1) & ECN) !== 0
  }
  set ecn(on: boolean) {
    const type = this.#view.getUint8(1) & ~ECN
    this.#view.setUint8(1, on ? type | ECN : type)
  }

  /** Bytes of all headers of the packet together, which each segment repeats; a hint, as the kernel has it. */
  get headerLength(): number {
    return this.#view.getUint16(2, true)
  }
  set headerLength(bytes: number) {
    this.#view.setUint16(2, bytes, true)
  }

  /** Bytes of payload in each segment. */
  get gsoSize(): number {
    return this.#view.getUint16(4, true)
  }
  set gsoSize(bytes: number) {
    this.#view.setUint16(4, bytes, true)
  }

  /** Where the bytes begin that the checksum is over, counted from behind this header. */
  get checksumStart(): number {
    return this.#view.getUint16(6, true)
  }
  set checksumStart(offset: number) {
    this.#view.setUint16(6, offset, true)
  }

  /** Where the checksum stands, counted from `checksumStart`. */
  get checksumOffset(): number {
    return this.#view.getUint16(8, true)
  }
  set checksumOffset(offset: number) {
    this.#view.setUint16(8, offset, true)
  }
}
