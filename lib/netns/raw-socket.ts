import { constants } from 'node:fs'
import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, invalidType, invalidValue, missingOption, outOfRange } from '../errors.ts'
import type { DescriptorOptions, KernelStruct, NativeDescriptor } from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { internetSocketAddress, putFamily, SCOPE_OFFSET, unixSocketAddress } from '../values/socket-address.ts'
import { checkLinkName, literalOf } from './host.ts'
import { closeDescriptor, kernelStruct } from './open-socket-now.ts'
import type { Place } from './place.ts'

/** Families (AF_*) by name. */
const FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, can: 29, vsock: 40 } as const
/** Types (SOCK_*) by name. */
const TYPES = { stream: 1, datagram: 2, raw: 3, seqpacket: 5 } as const

/** Options of `netns.openSocket`: what socket(2) and bind(2) are called with. */
export interface OpenSocketOptions {
  /** Family, by name or as a number (AF_*). */
  family: keyof typeof FAMILIES | number
  /** Type, by name or as a number (SOCK_*). */
  type: keyof typeof TYPES | number
  /** Protocol. Of the family `'packet'` the EtherType (0x0003 is every one); of others as socket(2) takes it. Default 0. */
  protocol?: number | undefined
  /** What to bind to. Default: it is not bound. */
  bind?: SocketBinding | undefined
  /** Whether reading and writing fail with `EAGAIN` in place of waiting. Default false: fs.read() waits, on a thread of libuv's pool. */
  nonBlocking?: boolean | undefined
  /** Stops waiting. */
  signal?: AbortSignal | undefined
}

/** What a socket is bound to. Which of them make sense is a matter of the family; `sockaddr` is for families that are not listed here. */
export interface SocketBinding {
  /** `inet`, `inet6`: address. Default: all. */
  address?: string | undefined
  /** `inet`, `inet6`, `vsock`: port. `netlink`: port id. Default 0: the kernel chooses. */
  port?: number | undefined
  /** `packet`, `can`: link. Default: all. */
  link?: string | undefined
  /** `netlink`: multicast groups, as bits. Default 0. */
  groups?: number | undefined
  /** `unix`: an abstract name (`'\0name'`), or a file. */
  path?: string | undefined
  /** The whole struct sockaddr, as it is in memory. */
  sockaddr?: Uint8Array | undefined
}

const OPERATION = 'netns.openSocket'
const KEYS: readonly (keyof OpenSocketOptions)[] = ['family', 'type', 'protocol', 'bind', 'nonBlocking', 'signal']
const BIND_KEYS: readonly (keyof SocketBinding)[] = ['address', 'port', 'link', 'groups', 'path', 'sockaddr']
/** VMADDR_PORT_ANY and VMADDR_CID_ANY. */
const ANY = 0xffff_ffff

/**
 * A socket's descriptor, open until this object is closed, or collected: keep it for as long as the descriptor is used. Closing waits for the
 * kernel on a thread of its own, since that of some families takes a while.
 */
export class RawSocket implements AsyncDisposable {
  readonly #native: NativeDescriptor
  #closing: Promise<void> | undefined

  /** @internal Made by `netns.openSocket`. */
  constructor(native: NativeDescriptor) {
    this.#native = native
  }

  /**
   * The descriptor, for fs.read(), fs.write() and the like. It stays this object's.
   * @throws {ClosedError} once it was closed or released.
   */
  get fd(): number {
    return this.#open('fd', this.#native.fd)
  }

  /**
   * Hands the descriptor over to the caller, who closes it from now on: for `new net.Socket({ fd })`, which closes what it is given.
   * @throws {ClosedError} once it was closed or released.
   */
  release(): number {
    return this.#open('release', this.#native.release())
  }

  #open(member: string, fd: number): number {
    if (fd < 0) throw withCallersStack(() => new ClosedError(`socket.${member}`, 'socket'))
    return fd
  }

  /** Closes the descriptor, and resolves once it is closed. Idempotent. */
  async close(): Promise<void> {
    this.#closing ??= closeDescriptor(this.#native)
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Opens a socket of any family in a namespace. */
export async function openSocket(place: Place, options: OpenSocketOptions): Promise<RawSocket> {
  const plan = planOf(options)
  options.signal?.throwIfAborted()
  const namespace = place.enter(OPERATION)
  const native = new (completions().addon.Descriptor)()
  unwrap(await runSilentCall(OPERATION, id => native.open(id, { namespace, ...plan })))
  const socket = new RawSocket(native)
  if (options.signal?.aborted) {
    await socket.close()
    options.signal.throwIfAborted()
  }
  return socket
}

function planOf(options: OpenSocketOptions): Omit<DescriptorOptions, 'namespace'> {
  checkKeys(OPERATION, checkObject(OPERATION, options), KEYS)
  const domain = named('family', FAMILIES, options.family)
  const type = named('type', TYPES, options.type)
  const protocol = whole('protocol', options.protocol ?? 0, 0x7fff_ffff)
  const { bind, nonBlocking } = options
  return {
    domain,
    type: type | (nonBlocking ? constants.O_NONBLOCK : 0),
    // packet(7) wants the EtherType in network order.
    protocol: domain === FAMILIES.packet ? swap16(protocol) : protocol,
    options: [],
    address: bind === undefined ? kernelStruct(new Uint8Array()) : addressOf(domain, bind),
    backlog: -1,
    remote: kernelStruct(new Uint8Array()),
  }
}

function addressOf(domain: number, bind: SocketBinding): KernelStruct {
  checkKeys(`${OPERATION}: bind`, checkObject(OPERATION, bind), BIND_KEYS)
  if (bind.sockaddr !== undefined) {
    if (bind.sockaddr instanceof Uint8Array) return kernelStruct(bind.sockaddr)
    throw invalidType(OPERATION, 'bind.sockaddr', 'bytes', bind.sockaddr)
  }
  const encode = ENCODERS.get(domain)
  if (encode === undefined) throw missingOption(OPERATION, 'bind.sockaddr', ' for this family')
  return encode(bind)
}

type Encode = (bind: SocketBinding) => KernelStruct

/** struct sockaddr_* of each family. */
const ENCODERS: ReadonlyMap<number, Encode> = new Map<number, Encode>([
  [FAMILIES.inet, bind => internet(bind, '0.0.0.0', 4)],
  [FAMILIES.inet6, bind => internet(bind, '::', 6)],
  [FAMILIES.unix, unix],
  [FAMILIES.packet, bind => ofLink(FAMILIES.packet, 20, bind)],
  [FAMILIES.can, bind => ofLink(FAMILIES.can, 24, bind)],
  [FAMILIES.netlink, ({ port, groups }) => sockaddr(FAMILIES.netlink, 12, [u32('port', port, 0), u32('groups', groups, 0)])],
  [FAMILIES.vsock, ({ port }) => sockaddr(FAMILIES.vsock, 16, [u32('port', port, ANY), ANY])],
])

/** A family, two bytes that are zero, and words in host order. */
function sockaddr(family: number, length: number, words: readonly number[]): KernelStruct {
  const bytes = new Uint8Array(length)
  putFamily(bytes, family)
  new Uint32Array(bytes.buffer).set(words, 1)
  return kernelStruct(bytes)
}

/** sockaddr_ll and sockaddr_can have the link's index in the same place; 0 is every link. */
function ofLink(family: number, length: number, { link }: SocketBinding): KernelStruct {
  return { ...sockaddr(family, length, []), link: checkLinkName(OPERATION, 'bind.link', link) ?? '', linkOffset: 4 }
}

function u32(option: 'port' | 'groups', value: unknown, fallback: number): number {
  return whole(`bind.${option}`, value ?? fallback, 0xffff_ffff)
}

function internet({ address, port }: SocketBinding, all: string, family: 4 | 6): KernelStruct {
  if (address !== undefined && typeof address !== 'string') throw invalidType(OPERATION, 'bind.address', 'an IP address', address)
  const literal = literalOf(address ?? all)
  if (literal?.family !== family) throw invalidValue(OPERATION, 'bind.address', `${address} is no address of IPv${family}`)
  const bytes = internetSocketAddress(literal.bytes, whole('bind.port', port ?? 0, 0xffff))
  return kernelStruct(bytes, literal.zone ?? '', literal.zone === undefined ? 0 : SCOPE_OFFSET)
}

function unix({ path }: SocketBinding): KernelStruct {
  if (typeof path !== 'string') throw missingOption(OPERATION, 'bind.path')
  const bytes = unixSocketAddress(path)
  if (bytes === undefined) throw invalidValue(OPERATION, 'bind.path', 'is longer than 108 bytes')
  return kernelStruct(bytes)
}

function named(option: string, names: Readonly<Record<string, number>>, value: unknown): number {
  if (value === undefined) throw missingOption(OPERATION, option)
  if (typeof value === 'string') {
    if (Object.hasOwn(names, value)) return names[value]
    throw invalidValue(OPERATION, option, `${JSON.stringify(value)} is none of ${Object.keys(names).join(', ')}, or a number`)
  }
  return whole(option, value, 0x7fff)
}

function whole(option: string, value: unknown, max: number): number {
  if (typeof value !== 'number') throw invalidType(OPERATION, option, 'a whole number', value)
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw outOfRange(OPERATION, option, `a whole number from 0 to ${max}`, value)
  return value
}

function swap16(value: number): number {
  return new DataView(Uint16Array.of(value).buffer).getUint16(0)
}
