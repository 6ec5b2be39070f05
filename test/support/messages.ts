/** Just enough of a reader to look at what a socket delivers, independent of the library's own. */
export interface Message {
  type: number
  flags: number
  body: Uint8Array
}

export function messagesIn(payload: Uint8Array): Message[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const messages: Message[] = []
  for (let at = 0; at < payload.length; ) {
    const length = view.getUint32(at, true)
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      body: payload.subarray(at + 16, at + length),
    })
    at += Math.ceil(length / 4) * 4
  }
  return messages
}

/** The payloads of the attributes from `start` on, by type. */
export function attributesIn(body: Uint8Array, start = 0): Map<number, Uint8Array> {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  const attributes = new Map<number, Uint8Array>()
  for (let at = start; at + 4 <= body.length; ) {
    const length = view.getUint16(at, true)
    if (length < 4) break
    attributes.set(view.getUint16(at + 2, true) & 0x3fff, body.subarray(at + 4, at + length))
    at += Math.ceil(length / 4) * 4
  }
  return attributes
}

export const textOf = (payload: Uint8Array | undefined) => new TextDecoder().decode(payload).replace(/\0$/, '')
export const numberOf = (payload: Uint8Array) => new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)

export interface ReadLink {
  index: number
  flags: number
  name: string
  mtu: number
  /** The RTM_NEWLINK as it came. */
  attributes: Map<number, Uint8Array>
}

export function linkIn({ body }: Message): ReadLink {
  const attributes = attributesIn(body, 16)
  const mtu = attributes.get(4)
  return {
    index: numberOf(body.subarray(4)),
    flags: numberOf(body.subarray(8)),
    name: textOf(attributes.get(3)),
    mtu: mtu ? numberOf(mtu) : 0,
    attributes,
  }
}
