import { constants } from 'node:fs'
import {
  CompletionCode,
  type DescriptorOptions,
  type KernelStruct,
  type NativeDescriptor,
  type SocketOption,
  SystemCall,
} from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import type { Place } from './place.ts'

export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
/** Linux has one number for both. */
const SOCK_NONBLOCK = constants.O_NONBLOCK

export const SOL_SOCKET = 1
export const SO_REUSEADDR = 2
export const SO_REUSEPORT = 15
export const SO_BINDTODEVICE = 25
export const IPPROTO_IPV6 = 41
export const IPV6_MULTICAST_IF = 17
export const IPV6_ADD_MEMBERSHIP = 20
export const IPV6_DROP_MEMBERSHIP = 21
export const IPV6_V6ONLY = 26
export const MCAST_JOIN_SOURCE_GROUP = 46
export const MCAST_LEAVE_SOURCE_GROUP = 47

const NOTHING = new Uint8Array()

export function kernelStruct(bytes: Uint8Array, link = '', linkOffset = 0): KernelStruct {
  return { bytes, link, linkOffset }
}

export function intOption(level: number, name: number, value: number): SocketOption {
  return { level, name, value: kernelStruct(new Uint8Array(Int32Array.of(value).buffer)) }
}

/** Packets come and go through this link only; and link-local addresses are those of its network. */
export function linkOption(link: string): SocketOption {
  return { level: SOL_SOCKET, name: SO_BINDTODEVICE, value: kernelStruct(Buffer.from(link)) }
}

/** What a socket is opened with, beyond what all have in common. */
export interface SocketPlan {
  readonly domain: number
  readonly type: number
  readonly options?: readonly SocketOption[]
  readonly address?: KernelStruct
  readonly backlog?: number
}

/**
 * A non-blocking socket in the namespace, before this returns; or how the socket was refused. Whoever hands it to Node releases it then, and
 * otherwise closes it.
 * @throws {SystemError} when the namespace cannot be entered, or has no such link.
 */
export function openSocketNow(place: Place, operation: string, plan: SocketPlan): NativeDescriptor | Failure {
  const namespace = place.enter(operation)
  const descriptor = new (completions().addon.Descriptor)()
  const options: DescriptorOptions = {
    namespace,
    domain: plan.domain,
    type: plan.type | SOCK_NONBLOCK,
    protocol: 0,
    options: plan.options ?? [],
    address: plan.address ?? kernelStruct(NOTHING),
    backlog: plan.backlog ?? -1,
    remote: kernelStruct(NOTHING),
  }
  const failure = failureOf(operation, descriptor.openNow(options))
  if (failure === undefined) return descriptor
  if (failure.errno !== ENODEV && OF_SOCKETS.has(failure.detail)) return failure
  throw failure.toError()
}

const ENODEV = 19
/** What refuses the socket itself; other calls get into the namespace. */
const OF_SOCKETS: ReadonlySet<number> = new Set([SystemCall.socket, SystemCall.setsockopt, SystemCall.bind, SystemCall.listen])

/** Closes a descriptor that nobody took; resolves once it is closed. */
export async function closeDescriptor(descriptor: NativeDescriptor): Promise<void> {
  await runSilentCall('socket.close', id => descriptor.close(id))
}

/** Sets an option of a socket that is open. @throws {SystemError} */
export function setSocketOption(operation: string, fd: number, option: SocketOption): void {
  const failure = failureOf(operation, completions().addon.setSocketOption(fd, option))
  if (failure !== undefined) throw failure.toError()
}

function failureOf(operation: string, answer: number): Failure | undefined {
  if (answer === 0) return undefined
  return new Failure(operation, CompletionCode.failed, answer & 0xffff, answer >>> 16, NOTHING)
}
