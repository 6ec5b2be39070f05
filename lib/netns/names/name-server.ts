import type { Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { decodeReply, encodeQuestion, type Reply } from '../../values/dns-message.ts'
import { connect } from '../connect.ts'
import { createSocket } from '../datagram-socket.ts'
import { literalOf } from '../host.ts'
import type { Place } from '../place.ts'

const PORT = 53

/** Asks one name server for the addresses of a name, once: over UDP, and where the reply does not fit, over TCP. */
export async function ask(place: Place, server: string, name: string, type: number, signal: AbortSignal): Promise<Reply> {
  const [id] = crypto.getRandomValues(new Uint16Array(1))
  const question = encodeQuestion(id, name, type)
  const understand = (bytes: Uint8Array) => decodeReply(bytes, id, name, type)
  const reply = await askOverUdp(place, server, question, understand, signal)
  return reply.truncated ? await askOverTcp(place, server, question, understand, signal) : reply
}

type Understand = (bytes: Uint8Array) => Reply | undefined

async function askOverUdp(
  place: Place,
  server: string,
  question: Uint8Array,
  understand: Understand,
  signal: AbortSignal,
): Promise<Reply> {
  const { address, family, zone } = literalOf(server)!
  const socket: DatagramSocket = createSocket(place, { type: family === 4 ? 'udp4' : 'udp6', interface: zone })
  try {
    // Connected, so that nobody else's packets are taken, and a refusal is heard of.
    socket.connect(PORT, address)
    await once(socket, 'connect', { signal })
    socket.send(question)
    for (;;) {
      const [bytes] = (await once(socket, 'message', { signal })) as [Uint8Array]
      const reply = understand(bytes)
      if (reply !== undefined) return reply
    }
  } finally {
    socket.close()
  }
}

async function askOverTcp(
  place: Place,
  server: string,
  question: Uint8Array,
  understand: Understand,
  signal: AbortSignal,
): Promise<Reply> {
  const socket: Socket = connect(place, { host: server, port: PORT, signal })
  try {
    socket.write(Uint8Array.from([question.length >> 8, question.length & 0xff, ...question]))
    let received = Buffer.alloc(0)
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk])
      const length = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0)
      if (received.length < length) continue
      const reply = understand(received.subarray(2, length))
      if (reply !== undefined) return reply
      break
    }
  } finally {
    socket.destroy()
  }
  throw Object.assign(new Error(`${server} hung up without an answer`), { code: 'EBADRESP' })
}
