import { invalidType, outOfRange } from '../errors.ts'
import { checkKeys } from '../schema/check-options.ts'

/** Options of a session. */
export interface SessionOptions {
  /** How long a request may take in milliseconds before it is given up. Default 30000; 0 or Infinity: no limit. A call's own `timeout` wins. */
  timeout?: number
  /** Receive buffer asked of the kernel, in bytes. Default 1 MiB where the process may have it, else what net.core.rmem_max allows. */
  receiveBuffer?: number
  /** How often a dump is repeated whose table changed while it was read, before DumpInterruptedError. Default 8. */
  dumpRetries?: number
}

/** As a time limit. */
export const NO_LIMIT = 0
/** Node's timers overflow above this and fire at once. */
export const LONGEST_TIMER = 0x7fff_ffff

export const DEFAULT_OPTIONS: Required<SessionOptions> = { timeout: 30_000, receiveBuffer: 1024 * 1024, dumpRetries: 8 }
const SESSION_KEYS = Object.keys(DEFAULT_OPTIONS)

/** `beside`: what else the caller might have given. */
export function checkSessionOptions(
  operation: string,
  options: SessionOptions = {},
  beside: readonly string[] = [],
): Required<SessionOptions> {
  checkKeys(operation, options, [...SESSION_KEYS, ...beside])
  const {
    timeout = DEFAULT_OPTIONS.timeout,
    receiveBuffer = DEFAULT_OPTIONS.receiveBuffer,
    dumpRetries = DEFAULT_OPTIONS.dumpRetries,
  } = options
  return {
    timeout: checkTimeout(operation, timeout),
    receiveBuffer: checkWhole(operation, 'receiveBuffer', receiveBuffer, 0x3fff_ffff),
    dumpRetries: checkWhole(operation, 'dumpRetries', dumpRetries, 1000),
  }
}

/** The limit in milliseconds, 0 for none. */
export function checkTimeout(operation: string, timeout: unknown): number {
  if (typeof timeout !== 'number' || Number.isNaN(timeout))
    throw invalidType(operation, 'timeout', 'a number of milliseconds', timeout)
  if (timeout < 0) throw outOfRange(operation, 'timeout', '0 or more milliseconds', timeout)
  return timeout === Number.POSITIVE_INFINITY ? NO_LIMIT : Math.min(timeout, LONGEST_TIMER)
}

function checkWhole(operation: string, option: string, value: unknown, max: number): number {
  if (typeof value !== 'number') throw invalidType(operation, option, 'a whole number', value)
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw outOfRange(operation, option, `a whole number from 0 to ${max}`, value)
  return value
}
