import { once } from 'node:events'
import type { Netns } from '../../lib/index.ts'

/** What there is of a name: its addresses, or the name that it is another one for; or what goes wrong. */
export type Zone = Record<
  string,
  { a?: string[]; aaaa?: string[]; cname?: string; fails?: 'servfail' | 'silent' | 'long' | 'forged' }
>

const [A, CNAME, AAAA] = [1, 5, 28]

/** A name server in a namespace, on UDP and TCP. `asked` has the questions in their order, such as `'A web.test'`. */
export class NameServer {
  readonly asked: string[] = []
  readonly #zone: Zone
  #close = () => {}

  constructor(zone: Zone) {
    this.#zone = zone
  }

  async start(netns: Netns, address: string): Promise<this> {
    const udp = netns.createSocket(address.includes(':') ? 'udp6' : 'udp4')
    udp.on('message', (question, from) => {
      const { reply, late } = this.#answer(question, 'udp')
      if (this.#fails(question) === 'forged') udp.send(forged(question), from.port, from.address)
      if (!late) udp.send(reply, from.port, from.address)
    })
    udp.bind(53, address)
    await once(udp, 'listening')
    const tcp = netns.createServer(socket =>
      socket.once('data', data => {
        const { reply } = this.#answer(data.subarray(2), 'tcp')
        const length = Buffer.from([reply.length >> 8, reply.length & 0xff])
        // In pieces, as TCP may have it.
        socket.write(length.subarray(0, 1))
        setImmediate(() => socket.end(Buffer.concat([length.subarray(1), reply])))
      }),
    )
    tcp.listen(53, address)
    await once(tcp, 'listening')
    this.#close = () => {
      udp.close()
      tcp.close()
    }
    return this
  }

  close(): void {
    this.#close()
  }

  #fails(question: Buffer): string | undefined {
    return this.#zone[nameIn(question)]?.fails
  }

  #answer(question: Buffer, protocol: 'udp' | 'tcp'): { reply: Buffer; late: boolean } {
    const name = nameIn(question)
    const type = question.readUInt16BE(question.length - 4)
    this.asked.push(`${type === A ? 'A' : 'AAAA'} ${name}${protocol === 'tcp' ? ' over TCP' : ''}`)
    const entry = this.#zone[name]
    const fails = entry?.fails
    const code = fails === 'servfail' ? 2 : entry === undefined ? 3 : 0
    const truncated = fails === 'long' && protocol === 'udp'
    const records = truncated || entry === undefined ? [] : this.#records(name, type)
    const reply = Buffer.concat([question, ...records])
    reply.writeUInt16BE(0x8180 | (truncated ? 0x200 : 0) | code, 2)
    reply.writeUInt16BE(records.length, 6)
    return { reply, late: fails === 'silent' }
  }

  /** The records of a name, those of the name that it leads to behind them. */
  #records(name: string, type: number): Buffer[] {
    const { a = [], aaaa = [], cname } = this.#zone[name] ?? {}
    if (cname !== undefined) return [record(name, CNAME, encoded(cname)), ...(cname === name ? [] : this.#records(cname, type))]
    if (type === A) return a.map(address => record(name, A, Buffer.from(address.split('.').map(Number))))
    return aaaa.map(address => record(name, AAAA, sixteenBytes(address)))
  }
}

/** A reply that somebody else made up: the number of the question is wrong. */
function forged(question: Buffer): Buffer {
  const reply = Buffer.concat([question, record(nameIn(question), A, Buffer.from([6, 6, 6, 6]))])
  reply.writeUInt16BE((question.readUInt16BE(0) + 1) & 0xffff, 0)
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(1, 6)
  return reply
}

function nameIn(question: Buffer): string {
  const labels: string[] = []
  for (let at = 12; question[at] !== 0; at += 1 + question[at]!) {
    labels.push(String(question.subarray(at + 1, at + 1 + question[at]!)))
  }
  return labels.join('.')
}

function encoded(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').map(label => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
    Buffer.of(0),
  ])
}

function record(name: string, type: number, data: Buffer): Buffer {
  return Buffer.concat([encoded(name), Buffer.of(0, type, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 0xff), data])
}

function sixteenBytes(address: string): Buffer {
  const [before = [], after = []] = address.split('::').map(side => side.split(':').filter(group => group !== ''))
  const groups = [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.from(groups.map(group => group.padStart(4, '0')).join(''), 'hex')
}
