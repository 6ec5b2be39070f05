/** True where the kernel's "host order" is little-endian. */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

const decoder = new TextDecoder()

const KEPT_TEXTS = 4096
const LONGEST_KEPT = 16
const keptTexts: string[] = new Array<string>(KEPT_TEXTS).fill('')

/** Bytes from the kernel, with what decoding needs to read them. Lengths are checked by whoever calls. */
export class Message {
  readonly bytes: Uint8Array
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(offset: number): number {
    return this.bytes[offset]
  }

  u16(offset: number): number {
    return this.view.getUint16(offset, LITTLE_ENDIAN)
  }

  be16(offset: number): number {
    return this.view.getUint16(offset, false)
  }

  u32(offset: number): number {
    return this.view.getUint32(offset, LITTLE_ENDIAN)
  }

  s32(offset: number): number {
    return this.view.getInt32(offset, LITTLE_ENDIAN)
  }

  be32(offset: number): number {
    return this.view.getUint32(offset, false)
  }

  /** 64 bits as a number: exact to 2^53. */
  u64(offset: number): number {
    const first = this.view.getUint32(offset, LITTLE_ENDIAN)
    const second = this.view.getUint32(offset + 4, LITTLE_ENDIAN)
    const high = LITTLE_ENDIAN ? second : first
    const low = LITTLE_ENDIAN ? first : second
    // Most counters are small: as whole numbers they need no memory of their own.
    return high === 0 ? low : high * 0x1_0000_0000 + low
  }

  f32(offset: number): number {
    return this.view.getFloat32(offset, LITTLE_ENDIAN)
  }

  bigU64(offset: number): bigint {
    return this.view.getBigUint64(offset, LITTLE_ENDIAN)
  }

  bigS64(offset: number): bigint {
    return this.view.getBigInt64(offset, LITTLE_ENDIAN)
  }

  /** Text up to the first NUL, or to the end. Short ones are kept: tables repeat the names of links, kinds and queueing disciplines. */
  string(offset: number, length: number): string {
    const { bytes } = this
    const end = offset + length
    let hash = 0
    let at = offset
    for (; at < end && bytes[at] !== 0; at++) {
      if (bytes[at] > 127) return this.#decodeString(offset, end)
      hash = (hash * 31 + bytes[at]) | 0
    }
    if (at - offset > LONGEST_KEPT) return this.#decodeString(offset, at)
    const slot = hash & (KEPT_TEXTS - 1)
    if (!this.#is(keptTexts[slot], offset, at)) keptTexts[slot] = this.#decodeString(offset, at)
    return keptTexts[slot]
  }

  #is(text: string, start: number, end: number): boolean {
    if (text.length !== end - start) return false
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== this.bytes[start + i]) return false
    return true
  }

  #decodeString(offset: number, end: number): string {
    const nul = this.bytes.indexOf(0, offset)
    return decoder.decode(this.bytes.subarray(offset, nul < 0 || nul > end ? end : nul))
  }

  /** A copy: the buffer underneath is reused. */
  copy(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, offset + length)
  }
}

/** Attributes start at multiples of four. */
export function align(length: number): number {
  return (length + 3) & ~3
}

/** Calls `visit` for each attribute between two offsets, with its number and where its payload stands. */
export function eachAttribute(
  message: Message,
  start: number,
  end: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  for (let offset = start; offset + 4 <= end; ) {
    const length = message.u16(offset)
    if (length < 4 || offset + length > end) return
    visit(message.u16(offset + 2) & 0x3fff, offset + 4, length - 4)
    offset += align(length)
  }
}
