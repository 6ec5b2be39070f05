import type dgram from 'node:dgram'
import type net from 'node:net'
import { invalidValue } from '../errors.ts'
import type { NativeDescriptor, SocketOption } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { internetSocketAddress } from '../values/socket-address.ts'
import { builtin } from './builtin.ts'
import { checkLinkName, literalOf } from './host.ts'
import { lookupFunction } from './names/lookup-function.ts'
import {
  closeDescriptor,
  IPPROTO_IPV6,
  IPV6_ADD_MEMBERSHIP,
  IPV6_DROP_MEMBERSHIP,
  IPV6_MULTICAST_IF,
  intOption,
  kernelStruct,
  linkOption,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
  openSocketNow,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
  setSocketOption,
} from './open-socket-now.ts'
import type { Place } from './place.ts'

/** Options of `netns.createSocket`: those of `dgram.createSocket`. */
export interface DatagramSocketOptions extends dgram.SocketOptions {
  /** Link to send and receive through (SO_BINDTODEVICE). Sending to a link-local address of IPv6 needs it. */
  interface?: string | undefined
}

const OPERATION = 'netns.createSocket'

type MessageListener = (message: Buffer, from: dgram.RemoteInfo) => void
type SocketClass = new (place: Place, options: DatagramSocketOptions, listener: MessageListener | undefined) => dgram.Socket

/** A `dgram.Socket` whose descriptor is of a namespace from the beginning. */
export function createSocket(
  place: Place,
  options: dgram.SocketType | DatagramSocketOptions,
  listener?: MessageListener,
): dgram.Socket {
  const given = typeof options === 'string' ? { type: options } : options
  return new (namespaceSocket())(place, given, listener)
}

let defined: SocketClass | undefined

function namespaceSocket(): SocketClass {
  defined ??= defineSocket()
  return defined
}

/** What Node keeps of a socket. Its handle has no descriptor until one is opened, or the socket is bound. */
interface State {
  readonly handle: { open(fd: number): number } | null
}

const STATE = 'state symbol'

function stateOf(socket: dgram.Socket): State | undefined {
  const key = Object.getOwnPropertySymbols(socket).find(symbol => symbol.description === STATE)
  return key === undefined ? undefined : (socket as unknown as Record<symbol, State>)[key]
}

function defineSocket(): SocketClass {
  const Socket = builtin('node:dgram').Socket as unknown as new (
    options: dgram.SocketOptions,
    listener: MessageListener | undefined,
  ) => dgram.Socket

  return class NamespaceDatagramSocket extends Socket {
    readonly #fd: number = -1

    constructor(place: Place, options: DatagramSocketOptions, listener: MessageListener | undefined) {
      const link = checkLinkName(OPERATION, 'interface', options?.interface)
      const lookup = (options?.lookup as net.LookupFunction | undefined) ?? lookupFunction(place, OPERATION)
      super({ ...options, lookup: withoutZones(lookup, link) } as dgram.SocketOptions, listener)
      const state = stateOf(this)
      if (state?.handle === null) return // Closed by its signal.
      const descriptor = openDatagram(place, options.type, link)
      if (state !== undefined && state.handle.open(descriptor.fd) === 0) {
        this.#fd = descriptor.release()
        // Node sets it on what it takes over; whether ports are shared is for bind() to say.
        setSocketOption(OPERATION, this.#fd, intOption(SOL_SOCKET, SO_REUSEADDR, 0))
        return
      }
      void closeDescriptor(descriptor)
      throw new Error(`${OPERATION}: this version of Node did not take the socket of the namespace`)
    }

    /** A worker of node:cluster would ask its primary for a socket that is bound. */
    override bind(...args: any[]): this {
      const last = args.at(-1)
      const listener = typeof last === 'function' ? last : undefined
      const [first, second] = args
      const options = typeof first === 'object' && first !== null ? first : { port: numberOf(first), address: textOf(second) }
      return super.bind({ ...options, exclusive: true }, listener)
    }

    override addMembership(group: string, multicastInterface?: string): void {
      if (!this.#join(IPV6_ADD_MEMBERSHIP, group, multicastInterface)) super.addMembership(group, multicastInterface)
    }

    override dropMembership(group: string, multicastInterface?: string): void {
      if (!this.#join(IPV6_DROP_MEMBERSHIP, group, multicastInterface)) super.dropMembership(group, multicastInterface)
    }

    override addSourceSpecificMembership(source: string, group: string, multicastInterface?: string): void {
      if (!this.#joinSource(MCAST_JOIN_SOURCE_GROUP, source, group, multicastInterface))
        super.addSourceSpecificMembership(source, group, multicastInterface)
    }

    override dropSourceSpecificMembership(source: string, group: string, multicastInterface?: string): void {
      if (!this.#joinSource(MCAST_LEAVE_SOURCE_GROUP, source, group, multicastInterface))
        super.dropSourceSpecificMembership(source, group, multicastInterface)
    }

    override setMulticastInterface(multicastInterface: string): void {
      const link = this.#zoneOf(multicastInterface)
      if (link === undefined) super.setMulticastInterface(multicastInterface)
      else this.#set('setMulticastInterface', { name: IPV6_MULTICAST_IF, value: kernelStruct(new Uint8Array(4), link) })
    }

    /** The link of `'::%eth0'`, which Node would look up in the namespace of its own thread. Undefined: there is none, or Node is to refuse. */
    #zoneOf(multicastInterface: string | undefined): string | undefined {
      return stateOf(this)?.handle && typeof multicastInterface === 'string' ? literalOf(multicastInterface)?.zone : undefined
    }

    /** struct ipv6_mreq. */
    #join(name: number, group: string, multicastInterface: string | undefined): boolean {
      const link = this.#zoneOf(multicastInterface)
      const address = literalOf(String(group))
      if (link === undefined || address?.family !== 6) return false
      this.#set('addMembership', { name, value: kernelStruct(Uint8Array.from([...address.bytes, 0, 0, 0, 0]), link, 16) })
      return true
    }

    /** struct group_source_req: the link's index, then two sockaddr_storage, aligned as pointers are. */
    #joinSource(name: number, source: string, group: string, multicastInterface: string | undefined): boolean {
      const link = this.#zoneOf(multicastInterface)
      const [from, to] = [literalOf(String(source)), literalOf(String(group))]
      if (link === undefined || from?.family !== 6 || to?.family !== 6) return false
      const start = ['arm', 'ia32', 'mipsel'].includes(process.arch) ? 4 : 8
      const bytes = new Uint8Array(start + 2 * STORAGE)
      bytes.set(internetSocketAddress(to.bytes, 0), start)
      bytes.set(internetSocketAddress(from.bytes, 0), start + STORAGE)
      this.#set('addSourceSpecificMembership', { name, value: kernelStruct(bytes, link) })
      return true
    }

    #set(method: string, option: Omit<SocketOption, 'level'>): void {
      setSocketOption(`${OPERATION}: ${method}`, this.#fd, { level: IPPROTO_IPV6, ...option })
    }
  }
}

/** Bytes of struct sockaddr_storage. */
const STORAGE = 128

function openDatagram(place: Place, type: dgram.SocketType, link: string | undefined): NativeDescriptor {
  const opened = openSocketNow(place, OPERATION, {
    domain: type === 'udp4' ? AF_INET : AF_INET6,
    type: SOCK_DGRAM,
    options: link === undefined ? [] : [linkOption(link)],
  })
  if (opened instanceof Failure) throw opened.toError()
  return opened
}

/** Looks names up; of an address in the zone of the socket's own link, the zone is taken off, since Node would misread it. */
function withoutZones(lookup: net.LookupFunction, link: string | undefined): net.LookupFunction {
  return (host, options, callback) => {
    const literal = literalOf(host)
    if (literal === undefined) return lookup(host, typeof options === 'number' ? { family: options } : options, callback)
    const refusal = literal.zone === undefined || literal.zone === link ? null : wrongZone(literal.zone)
    process.nextTick(callback, refusal, literal.address, literal.family)
  }
}

function wrongZone(zone: string): Error {
  return invalidValue(OPERATION, 'interface', `an address in the zone "${zone}" needs a socket with interface: "${zone}"`)
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
