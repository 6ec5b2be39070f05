import type { NativeNamespace, NativeSocket, SocketOptions } from '../../lib/native/binding.ts'
import type { Inbox, Outcome } from './inbox.ts'
import type { Request } from './records.ts'

/** A socket of the addon whose records are built by test/support/records. */
export class NativeSession {
  readonly socket: NativeSocket
  readonly #inbox: Inbox

  constructor(inbox: Inbox, options: Partial<SocketOptions> = {}) {
    this.#inbox = inbox
    this.socket = new inbox.addon.NetlinkSocket({
      protocol: 0,
      namespace: undefined,
      receiveBuffer: 0,
      strict: true,
      dumpRetries: 8,
      ...options,
    })
  }

  /** Queues one request. */
  send({ method, words }: Request): Promise<Outcome> {
    return this.#inbox.request(id => this.socket[method](Uint32Array.of(id, ...words), words.length + 1))
  }

  /** Queues one request; also says by which id other sockets can wait for it. */
  queue(request: Request): { id: number; outcome: Promise<Outcome> } {
    const outcome = this.send(request)
    return { id: this.lastId, outcome }
  }

  /** Queues requests in this order, flushes once and waits for all. */
  run(...requests: Request[]): Promise<Outcome[]> {
    const outcomes = requests.map(request => this.send(request))
    this.socket.flush()
    return Promise.all(outcomes)
  }

  /** Queues one request alone and waits. */
  async one(request: Request): Promise<Outcome> {
    const [outcome] = await this.run(request)
    return outcome!
  }

  get lastId(): number {
    return this.#inbox.lastId
  }
}

/** A fresh namespace, and a session in it. */
export async function freshNamespace(inbox: Inbox): Promise<NativeNamespace> {
  const namespace = new inbox.addon.Namespace()
  const { code } = await inbox.request(id => namespace.create(id))
  if (code !== 0) throw new Error('tests of sockets need the right to create network namespaces')
  return namespace
}

/** A session in a namespace of its own. */
export class FreshSession extends NativeSession {
  readonly namespace: NativeNamespace

  constructor(inbox: Inbox, options: Partial<SocketOptions> & { readonly namespace: NativeNamespace }) {
    super(inbox, options)
    this.namespace = options.namespace
  }

  close(): void {
    this.socket.close()
    this.namespace.close()
  }
}

export async function freshSession(inbox: Inbox, options: Partial<SocketOptions> = {}): Promise<FreshSession> {
  return new FreshSession(inbox, { ...options, namespace: await freshNamespace(inbox) })
}
