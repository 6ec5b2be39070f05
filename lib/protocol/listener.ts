import { CompletionCode, type NativeMonitor, type NativeNamespace, OWN_NAMESPACE, SystemCall } from '../native/binding.ts'
import type { Message } from '../schema/message.ts'
import { completions, type Receiver } from './completions.ts'
import { Failure, NLMSG_HEADER } from './failure.ts'
import { runSilentCall } from './run-call.ts'

/** What to listen to. */
export interface ListenerOptions {
  /** Multicast groups (RTNLGRP_*). */
  readonly groups: readonly number[]
  /** Also to what happens in namespaces that have an id in this one. Default `false`. */
  readonly allNamespaces?: boolean
  /** Bytes asked of the kernel for what was not read yet. Default 32 MiB, of which it accounts for twice as much. */
  readonly receiveBuffer?: number | undefined
  /** Bytes that are kept while JavaScript is busy, before the receive buffer fills. Default 32 MiB. */
  readonly backlog?: number | undefined
}

/** Who hears it. Offsets point into a buffer that is reused: nothing of it may be kept. */
export interface Hearer {
  /** A message, from behind its nlmsghdr. `namespace` is the id of the namespace that it is of, where it is another one. */
  heard(type: number, flags: number, message: Message, start: number, end: number, namespace: number | undefined): void
  /** Some messages were lost before this moment; `dropped` counts those of all time. What is read from now on is behind them. */
  overrun(dropped: number): void
  /** Nothing more will come. */
  failed(failure: Failure): void
}

const ENOBUFS = 105
const NLMSG_TYPE = 4
const NLMSG_FLAGS = 6
const DEFAULT_RECEIVE_BUFFER = 32 * 1024 * 1024
const DEFAULT_BACKLOG = 32 * 1024 * 1024

/** NETLINK_LISTEN_ALL_NSID of <linux/netlink.h>, and EPERM. */
const LISTEN_ALL_NSID = 8
const EPERM = 1

/** Starts one of the addon's ways to listen. */
export type OpenMonitor = (native: NativeMonitor, id: number, events: number) => void

/** Listens on a socket. */
export function openSocket(protocol: number, namespace: NativeNamespace | undefined, options: ListenerOptions): OpenMonitor {
  const { groups, allNamespaces = false, receiveBuffer = DEFAULT_RECEIVE_BUFFER, backlog = DEFAULT_BACKLOG } = options
  return (native, id, events) => native.open(id, events, { protocol, namespace, receiveBuffer, groups, allNamespaces, backlog })
}

/** A socket that hears what the kernel tells by itself. */
export class Listener implements Receiver {
  id = 0
  readonly #native: NativeMonitor = new (completions().addon.Monitor)()
  readonly #operation: string
  readonly #hearer: Hearer
  #closed = false
  /** Resolves once nothing is missed any more, or with what went wrong. */
  readonly opened: Promise<undefined | Failure>

  constructor(operation: string, hearer: Hearer, open: OpenMonitor) {
    this.#operation = operation
    this.#hearer = hearer
    completions().expect(this)
    this.opened = this.#ask(id => open(this.#native, id, this.id))
  }

  #ask(start: (id: number) => void): Promise<undefined | Failure> {
    return runSilentCall(this.#operation, start)
  }

  /** Resolves behind all that the kernel has told so far. */
  sync(): Promise<undefined | Failure> {
    if (this.#closed) return Promise.resolve(undefined)
    return this.#ask(id => this.#native.sync(id))
  }

  complete(_code: number, error: number, detail: number, message: Message, start: number, end: number): boolean {
    if (this.#closed) return true
    if (error === 0) {
      this.#native.take(end - start)
      this.#tell(message, start, end, detail === OWN_NAMESPACE ? undefined : detail)
    } else if (error === ENOBUFS) {
      this.#hearer.overrun(detail)
    } else {
      this.#hearer.failed(new Failure(this.#operation, CompletionCode.failed, error, detail, new Uint8Array()))
    }
    return true
  }

  #tell(message: Message, start: number, end: number, namespace: number | undefined): void {
    if (start === end) this.#hearer.heard(0, 0, message, start, end, namespace)
    for (let offset = start; offset + NLMSG_HEADER <= end && !this.#closed; ) {
      const length = message.u32(offset)
      if (length < NLMSG_HEADER || offset + length > end) return
      const [type, flags] = [message.u16(offset + NLMSG_TYPE), message.u16(offset + NLMSG_FLAGS)]
      this.#hearer.heard(type, flags, message, offset + NLMSG_HEADER, offset + length, namespace)
      offset += (length + 3) & ~3
    }
  }

  /** The process stays alive for as long as somebody waits. */
  hold(): void {
    this.#native.hold()
  }

  letGo(): void {
    this.#native.letGo()
  }

  /** Nothing is heard any more. Idempotent; never waits. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    void this.#ask(id => this.#native.close(id)).then(() => completions().forget(this.id))
  }
}

/** The error for a listener that could not be opened, or was cut off. */
export function listenerError(failure: Failure): unknown {
  if (failure.code !== CompletionCode.failed) return failure.toError()
  const refused = failure.errno === EPERM && failure.detail === SystemCall.setsockopt && failure.subject === LISTEN_ALL_NSID
  if (!refused) return failure.toError()
  const hint = 'listening to all namespaces needs CAP_NET_BROADCAST in the user namespace that owns this one'
  return failure.systemError({ option: 'allNamespaces', hint })
}
