/** True where the kernel's "host order" is little-endian. */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

const decoder = new TextDecoder()

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
    return LITTLE_ENDIAN ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
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

  bigBe64(offset: number): bigint {
    return this.view.getBigUint64(offset, false)
  }

  /** Text up to the first NUL, or to the end. */
  string(offset: number, length: number): string {
    const end = offset + length
    const bytes = this.bytes
    let text = ''
    for (let i = offset; i < end; i++) {
      const code = bytes[i]
      if (code === 0) return text
      if (code > 127) return this.#decodeString(offset, end)
      text += String.fromCharCode(code)
    }
    return text
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
