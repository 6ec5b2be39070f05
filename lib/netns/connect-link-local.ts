import { constants } from 'node:fs'
import { ClosedError, SystemError } from '../errors.ts'
import { type NativeDescriptor, SystemCall } from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import { AF_INET6 } from '../values/family.ts'
import { internetSocketAddress, SCOPE_OFFSET } from '../values/socket-address.ts'
import { type Literal, literalOf } from './host.ts'
import { connectError } from './node-errors.ts'
import { closeDescriptor, kernelStruct, linkOption, SOCK_STREAM } from './open-socket-now.ts'
import type { Place } from './place.ts'

/** Whether an address is one of fe80::/10, which means nothing without a link. */
export function isLinkLocal({ bytes }: Literal): boolean {
  return bytes.length === 16 && bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80
}

/** Where a connection goes, and from where. */
export interface LinkLocalTarget {
  readonly remote: Literal
  readonly port: number
  /** Link that the addresses are of. */
  readonly link: string | undefined
  readonly local: Literal | undefined
  readonly localPort: number
}

const ANY = literalOf('::') as Literal

/** A connection that is being made. */
export interface Attempt {
  /** A socket on which another connect(2) tells how it ended; or why it could not even begin. */
  readonly outcome: Promise<NativeDescriptor | Error>
  cancel(): void
}

/**
 * Connects to a link-local address natively: from Node 22 on, libuv puts a link of its own namespace into such an address, and any version looks its
 * zone up there. Once the attempt has ended, the kernel lets the next connect(2), which is Node's, have the outcome, whatever address that says.
 */
export function connectLinkLocal(place: Place, operation: string, target: LinkLocalTarget): Attempt {
  const { remote, port, link, localPort } = target
  const local = target.local ?? (localPort > 0 ? ANY : undefined)
  const native = new (completions().addon.Descriptor)()
  const here = (address: Literal, number: number) =>
    kernelStruct(internetSocketAddress(address.bytes, number), link, link === undefined ? 0 : SCOPE_OFFSET)
  const open = async () => {
    const namespace = place.enter(operation)
    const options = {
      namespace,
      domain: AF_INET6,
      type: SOCK_STREAM | constants.O_NONBLOCK,
      protocol: 0,
      options: link === undefined ? [] : [linkOption(link)],
      address: local === undefined ? kernelStruct(new Uint8Array()) : here(local, localPort),
      backlog: -1,
      remote: here(remote, port),
    }
    const outcome = await runSilentCall(operation, id => native.open(id, options))
    return outcome instanceof Failure ? asError(outcome, target) : native
  }
  return { outcome: open().catch(refusal), cancel: () => void closeDescriptor(native) }
}

function asError(failure: Failure, { remote, port, local, localPort }: LinkLocalTarget): Error {
  if (failure.detail === SystemCall.connect) return connectError('connect', failure, remote.address, port)
  if (failure.detail === SystemCall.bind) return connectError('bind', failure, local?.address ?? '::', localPort)
  return failure.toError() as Error
}

function refusal(error: unknown): Error {
  if (error instanceof ClosedError || error instanceof SystemError) return error
  throw error
}
