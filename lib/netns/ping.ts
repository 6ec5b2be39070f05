import { invalidType, invalidValue, outOfRange } from '../errors.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { Request } from '../protocol/request.ts'
import { runCall } from '../protocol/run-call.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import { parseIp } from '../values/ip.ts'
import { checkLinkName } from './host.ts'
import type { Place } from './place.ts'

/** Options of `netns.ping`. */
export interface PingOptions {
  /** How many echo requests to send. Default 1, at most 65535. */
  count?: number | undefined
  /** Milliseconds to wait for each reply. Default 1000. One that has come by the time that it is looked for counts, also on a machine too busy to look sooner. */
  timeout?: number | undefined
  /** Milliseconds between requests. Default 200. */
  interval?: number | undefined
  /** Address to send from. */
  from?: string | undefined
  /** Link to send through (SO_BINDTODEVICE); IPv6 link-local addresses need it. */
  interface?: string | undefined
  /** Bytes of payload. Default 56, at most 65000. */
  size?: number | undefined
  /** Time to live, or hop limit. Default 64. */
  ttl?: number | undefined
  /** Mark of the requests, by which rules and filters know them (SO_MARK), 0–4294967295; 0 for none, which is the default. Needs CAP_NET_ADMIN, or since Linux 5.17 CAP_NET_RAW. */
  mark?: number | undefined
  /** Stops waiting. */
  signal?: AbortSignal | undefined
}

/** One echo reply. */
export interface PingReply {
  /** Number of the request, from 1. */
  readonly sequence: number
  /** Round-trip time in milliseconds. */
  readonly time: number
  /** Time to live that the reply arrived with. */
  readonly ttl: number
}

/** A router or host said that a request did not arrive. */
export interface PingRefusal {
  readonly sequence: number
  /** ICMP or ICMPv6 type, such as 3 or 1 for "destination unreachable", 11 or 3 for "time exceeded". */
  readonly icmpType: number
}

/** What came of the requests. No reply is a result, not an error. */
export interface PingResult {
  readonly sent: number
  readonly received: number
  readonly replies: readonly PingReply[]
  readonly refusals: readonly PingRefusal[]
}

const RECORD_BYTES = 8

class PingRequest extends Request<PingResult> {
  readonly #sent: number
  readonly #replies: PingReply[] = []
  readonly #refusals: PingRefusal[] = []

  constructor(sent: number) {
    super('netns.ping')
    this.#sent = sent
  }

  protected override more(_code: number, message: Message, start: number, end: number): void {
    for (let at = start; at + RECORD_BYTES <= end; at += RECORD_BYTES) this.#record(message, at)
  }

  #record(message: Message, at: number): void {
    const sequence = message.u16(at)
    const icmpType = message.u8(at + 3)
    if (icmpType !== 0) this.#refusals.push({ sequence, icmpType })
    else this.#replies.push({ sequence, ttl: message.u8(at + 2), time: message.f32(at + 4) })
  }

  protected override finish(): PingResult {
    return { sent: this.#sent, received: this.#replies.length, replies: this.#replies, refusals: this.#refusals }
  }
}

/** Sends echo requests from inside a namespace. */
export async function ping(place: Place, address: string, options: PingOptions): Promise<PingResult> {
  checkKeys('netns.ping', checkObject('netns.ping', options), KEYS)
  options.signal?.throwIfAborted()
  const to = addressBytes('address', address)
  const from = options.from === undefined ? new Uint8Array() : addressBytes('from', options.from)
  if (from.length > 0 && from.length !== to.length)
    throw invalidValue('netns.ping', 'from', `${options.from} and ${address} are not of one family`)
  const count = whole(options, 'count', 1, 1, 65_535)
  const request = new PingRequest(count)
  const native = {
    namespace: place.enter('netns.ping'),
    address: to,
    from,
    interface: checkLinkName('netns.ping', 'interface', options.interface) ?? '',
    count,
    interval: whole(options, 'interval', 200, 0, 3_600_000),
    timeout: whole(options, 'timeout', 1000, 1, 3_600_000),
    size: whole(options, 'size', 56, 0, 65_000),
    ttl: whole(options, 'ttl', 64, 1, 255),
    mark: whole(options, 'mark', 0, 0, 0xffff_ffff),
  }
  const { addon } = completions()
  const abort = () => addon.cancelPing(request.id)
  options.signal?.addEventListener('abort', abort, { once: true })
  const outcome = await runCall(request, id => addon.ping(id, native))
  options.signal?.removeEventListener('abort', abort)
  if (outcome instanceof Failure) options.signal?.throwIfAborted()
  return unwrap(outcome)
}

const KEYS: readonly (keyof PingOptions)[] = [
  'count',
  'timeout',
  'interval',
  'from',
  'interface',
  'size',
  'ttl',
  'mark',
  'signal',
]

function whole(
  options: PingOptions,
  key: 'count' | 'interval' | 'timeout' | 'size' | 'ttl' | 'mark',
  fallback: number,
  min: number,
  max: number,
): number {
  const value: unknown = options[key] ?? fallback
  if (typeof value !== 'number') throw invalidType('netns.ping', key, 'a whole number', value)
  if (!Number.isInteger(value) || value < min || value > max)
    throw outOfRange('netns.ping', key, `a whole number from ${min} to ${max}`, value)
  return value
}

function addressBytes(option: string, text: unknown): Uint8Array {
  if (typeof text !== 'string') throw invalidType('netns.ping', option, 'an IP address', text)
  const bytes = new Uint8Array(16)
  const length = parseIp(text, bytes, 0)
  if (length === 0) throw invalidValue('netns.ping', option, `${JSON.stringify(text)} is no IP address; names are not looked up`)
  return bytes.subarray(0, length)
}
