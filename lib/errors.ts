import { withCallersStack } from './callers-stack.ts'

export { AddonLoadError, ExecutableError, UnsupportedPlatformError } from './native/load-errors.ts'
export { PackageFileError } from './native/package-file-error.ts'

/** What a caller's mistake carries beside its message, whether it is a TypeError or a RangeError. */
export interface OptionError extends Error {
  /** `'ERR_INVALID_ARG_TYPE'`, `'ERR_INVALID_ARG_VALUE'`, `'ERR_UNKNOWN_OPTION'`, `'ERR_MISSING_OPTION'` or `'ERR_OUT_OF_RANGE'`. */
  readonly code: string
  /** The call, such as `'links.add'`. */
  readonly operation: string
  /** Path of the option, such as `'vxlan.vni'`. */
  readonly option: string
}

/** Shows a value in a message: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'object' && value !== null) return `an instance of ${value.constructor?.name ?? 'a null prototype'}`
  return String(value)
}

/** Tells what a secret is like, without the secret. */
export function describeSecret(value: unknown): string {
  if (typeof value === 'string') return `text of ${value.length} characters`
  if (typeof value === 'number' || typeof value === 'bigint') return 'another number'
  return show(value)
}

type ErrorClass<E> = new (message: string) => E

function optionError<E extends Error>(
  Class: ErrorClass<E>,
  text: string,
  code: string,
  operation: string,
  option: string,
): E & OptionError {
  return withCallersStack(() => Object.assign(new Class(text), { code, operation, option }))
}

function prefix(operation: string, option: string): string {
  return option === '' ? operation : `${operation}: option "${option}"`
}

export function invalidType(
  operation: string,
  option: string,
  expected: string,
  value: unknown,
  shown = show(value),
): TypeError & OptionError {
  const text = `${prefix(operation, option)}: expected ${expected}, got ${shown}`
  return optionError(TypeError, text, 'ERR_INVALID_ARG_TYPE', operation, option)
}

/** A value of the right type that means nothing here; `reason` is the rest of the sentence. */
export function invalidValue(operation: string, option: string, reason: string): TypeError & OptionError {
  return optionError(TypeError, `${prefix(operation, option)}: ${reason}`, 'ERR_INVALID_ARG_VALUE', operation, option)
}

export function outOfRange(operation: string, option: string, allowed: string, value: unknown): RangeError & OptionError {
  const got = typeof value === 'string' ? value : show(value)
  return optionError(
    RangeError,
    `${prefix(operation, option)}: allowed is ${allowed}, got ${got}`,
    'ERR_OUT_OF_RANGE',
    operation,
    option,
  )
}

export function unknownOption(operation: string, option: string, known: readonly string[]): TypeError & OptionError {
  const key = option.slice(option.lastIndexOf('.') + 1)
  const text = `${operation}: unknown option "${option}"${didYouMean(key, known)}`
  return optionError(TypeError, text, 'ERR_UNKNOWN_OPTION', operation, option)
}

export function missingOption(operation: string, option: string, why = ''): TypeError & OptionError {
  return optionError(TypeError, `${operation}: option "${option}" is required${why}`, 'ERR_MISSING_OPTION', operation, option)
}

/** ` (did you mean "address"?)`, or nothing when no known name is near: half of the letters, and of longer words two or a third, may be wrong. */
export function didYouMean(word: string, known: readonly string[]): string {
  let best = ''
  let least = Math.min(Math.floor(word.length / 2), Math.max(2, Math.floor(word.length / 3))) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best === '' ? '' : ` (did you mean "${best}"?)`
}

/** Optimal string alignment distance, cut off at `limit`: a swapped pair of letters is one mistake, not two. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
    }
    rows.push(row)
  }
  return rows[a.length][b.length]
}

/** What every error that came back from below has in common. */
export interface FailureFields {
  operation: string
  cause?: unknown
}

/** The kernel's refusal of a request. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError'
  /** Symbolic errno, such as `'EEXIST'`. */
  readonly code: string
  /** Positive errno. */
  readonly errno: number
  /** The call, such as `'links.add'`. */
  readonly operation: string
  /** Path of the option that the kernel objected to, as the caller wrote it (`'veth.peer.mtu'`), where it can be told. */
  readonly option: string | undefined
  /** The kernel's own words (extended ack), or undefined when it gave none. */
  readonly kernelMessage: string | undefined
  /** The option, or the kernel's name of the attribute, that the kernel missed. */
  readonly missing: string | undefined
  /** The values that the kernel's policy allows for `option`, where it says so. */
  readonly allowed: AllowedRange | undefined

  constructor(message: string, fields: NetlinkErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.errno = fields.errno
    this.operation = fields.operation
    this.option = fields.option
    this.kernelMessage = fields.kernelMessage
    this.missing = fields.missing
    this.allowed = fields.allowed
  }
}

export interface NetlinkErrorFields extends FailureFields {
  code: string
  errno: number
  option?: string
  kernelMessage?: string
  missing?: string
  allowed?: AllowedRange
}

/** From the kernel's attribute policy: a range of numbers, a longest or shortest length in bytes, a mask of valid bits. */
export interface AllowedRange {
  readonly min?: number | bigint
  readonly max?: number | bigint
  readonly minLength?: number
  readonly maxLength?: number
  readonly mask?: bigint
}

/** A system call failed; nothing of the request reached the kernel's routing code. */
export class SystemError extends Error {
  override readonly name = 'SystemError'
  readonly code: string
  readonly errno: number
  /** The call that failed, such as `'setns'`. */
  readonly syscall: string
  readonly operation: string
  /** The file that the call was about, where there was one. */
  readonly path: string | undefined
  /** The option that the call was about, where it was about one. */
  readonly option: string | undefined
  /** Of several packets to write, which one failed, counted from 0: those before it were written, those behind it were not. */
  readonly packet: number | undefined

  constructor(message: string, fields: SystemErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.errno = fields.errno
    this.syscall = fields.syscall
    this.operation = fields.operation
    this.path = fields.path
    this.option = fields.option
    this.packet = fields.packet
  }
}

export interface SystemErrorFields extends FailureFields {
  code: string
  errno: number
  syscall: string
  path?: string | undefined
  option?: string | undefined
  packet?: number | undefined
}

/** A name, path, process or descriptor that gives no network namespace, or a name that is taken. */
export class NamespaceError extends Error {
  override readonly name = 'NamespaceError'
  /**
   * `'ENOENT'`: there is none of that name, path or process. `'ERR_NOT_A_NAMESPACE'`: what is there is no network namespace.
   * `'EEXIST'`: the name is taken. Any other errno as the system gave it, such as `'EACCES'`.
   */
  readonly code: string
  readonly operation: string
  /** The file that was meant, where there was one. */
  readonly path: string | undefined

  constructor(message: string, fields: FailureFields & { code: string; path?: string | undefined }) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.operation = fields.operation
    this.path = fields.path
  }
}

/** What keeps a process without capabilities from having user namespaces. */
export type UserNamespaceRestriction =
  | 'apparmor'
  | 'max_net_namespaces'
  | 'max_user_namespaces'
  | 'no kernel support'
  | 'seccomp'
  | 'unprivileged_userns_clone'

/** The system refuses a user namespace, and without one or root there are no network namespaces. The message says what to do. */
export class UserNamespaceError extends Error {
  override readonly name = 'UserNamespaceError'
  /** The errno: `'EPERM'`, `'EACCES'`, `'ENOSPC'`. */
  readonly code: string
  readonly operation: string
  /** What refuses, where that can be told; undefined may also be another security module, or a chroot. */
  readonly restriction: UserNamespaceRestriction | undefined

  constructor(message: string, fields: FailureFields & { code: string; restriction: UserNamespaceRestriction | undefined }) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.operation = fields.operation
    this.restriction = fields.restriction
  }
}

/** The table changed under the dump every time it was tried; what was read last is in `partial` and may lack or repeat entries. */
export class DumpInterruptedError<T = unknown> extends Error {
  override readonly name = 'DumpInterruptedError'
  readonly code = 'ERR_DUMP_INTERRUPTED'
  readonly operation: string
  readonly partial: readonly T[]

  constructor(operation: string, partial: readonly T[]) {
    super(`${operation}: the table kept changing while it was read; "partial" has what was read last (${partial.length} entries)`)
    this.operation = operation
    this.partial = partial
  }
}

/** The request reached the kernel, but its answer was lost: it may or may not have taken effect. Read the state back to know. */
export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError'
  readonly code = 'ERR_UNKNOWN_OUTCOME'
  readonly operation: string

  constructor(operation: string, reason: string) {
    super(`${operation}: outcome unknown: ${reason}; read the state back to know`)
    this.operation = operation
  }
}

/** No answer in time, or what was waited for did not happen. `sent` tells whether the kernel has a request: then it may still take effect. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'ETIMEDOUT'
  readonly operation: string
  /** True: outcome unknown, the request is with the kernel. False: it was never sent. */
  readonly sent: boolean

  /** `waitedFor`: what did not happen, of a wait. */
  constructor(operation: string, milliseconds: number, sent: boolean, waitedFor?: string) {
    const rest = sent ? 'the kernel has the request, its outcome is unknown' : 'it was not sent and never will be'
    super(
      waitedFor === undefined
        ? `${operation}: no answer within ${milliseconds} ms; ${rest}`
        : `${operation}: ${waitedFor} within ${milliseconds} ms`,
    )
    this.operation = operation
    this.sent = sent
  }
}

/** Somebody else on the network has the address (duplicate address detection, IFA_F_DADFAILED). */
export class DuplicateAddressError extends Error {
  override readonly name = 'DuplicateAddressError'
  readonly code = 'ERR_DUPLICATE_ADDRESS'
  readonly operation: string
  /** The addresses that are taken, with their prefix lengths. */
  readonly addresses: readonly string[]

  constructor(operation: string, addresses: readonly string[]) {
    super(`${operation}: somebody else on the network has ${addresses.join(', ')} (duplicate address detection failed)`)
    this.operation = operation
    this.addresses = addresses
  }
}

/** The handle was closed, before the call or while the request waited to be sent. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
  readonly code = 'ERR_CLOSED'
  readonly operation: string

  constructor(operation: string, what: string) {
    super(`${operation}: the ${what} is closed`)
    this.operation = operation
  }
}

/** What went wrong with one of many entries. */
export interface EntryError extends Error {
  /** Which one, counted from 0. */
  readonly index: number
  /** Path of the option, such as `'[17].via'`, or `'[17]'` where it is not known which. */
  readonly option: string
}

/**
 * Of many entries some have failed, or not all were tried. What the kernel has done is not undone. Entries are tried in order: the first that was not is number `done + failed + unknown`.
 * `cause` is what stopped it: a wrong entry, what the source of the entries has thrown, the reason of an abort, {@link ClosedError}, {@link TimeoutError}, {@link SystemError}; undefined when all entries were tried.
 */
export class BulkError extends AggregateError {
  override readonly name = 'BulkError'
  readonly code = 'ERR_BULK'
  /** The call, such as `'routes.addAll'`. */
  readonly operation: string
  /** Of the entries that failed, and of those whose outcome is unknown, the first hundred. */
  declare readonly errors: EntryError[]
  /** How many took effect. */
  readonly done: number
  /** How many did not, though they were tried. */
  readonly failed: number
  /** How many reached the kernel, which then could not be heard. */
  readonly unknown: number

  constructor(
    operation: string,
    errors: EntryError[],
    counts: Record<'done' | 'failed' | 'unknown', number>,
    options?: ErrorOptions,
  ) {
    super(errors, describeBulk(operation, errors, counts, options), options)
    this.operation = operation
    this.done = counts.done
    this.failed = counts.failed
    this.unknown = counts.unknown
  }
}

function describeBulk(
  operation: string,
  errors: readonly Error[],
  { done, failed, unknown }: Record<'done' | 'failed' | 'unknown', number>,
  stopped: ErrorOptions | undefined,
): string {
  const parts = [`${done} done`, `${failed} failed`, ...(unknown === 0 ? [] : [`of ${unknown} the outcome is unknown`])]
  const first = stopped === undefined ? errors[0] : stopped.cause
  const text = first instanceof Error ? first.message : show(first)
  const why = text.startsWith(`${operation}: `) ? text.slice(operation.length + 2) : text
  return `${operation}: ${parts.join(', ')}${stopped === undefined ? '; the first: ' : '; stopped by: '}${why}`
}

/** Bytes that are no packet of the protocol that they were read as. */
export class PacketError extends Error {
  override readonly name = 'PacketError'
  /** `'ERR_PACKET_TRUNCATED'`: they end too early. `'ERR_PACKET_MALFORMED'`: they say what cannot be. */
  readonly code: 'ERR_PACKET_TRUNCATED' | 'ERR_PACKET_MALFORMED'
  /** `'ethernet'`, `'arp'`, `'ipv4'`, `'ipv6'`, `'icmp'`, `'icmp6'`, or `'offload'` of what a virtio header says. */
  readonly protocol: string

  constructor(message: string, code: 'ERR_PACKET_TRUNCATED' | 'ERR_PACKET_MALFORMED', protocol: string) {
    super(message)
    this.code = code
    this.protocol = protocol
  }
}

/** A name of a host that has no address, or that nobody could be asked about. */
export class LookupError extends Error {
  override readonly name = 'LookupError'
  /** `'ENOTFOUND'`: there is no such name, or it has no address of that family. `'EAI_AGAIN'`: no name server could tell. */
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN'
  readonly operation: string
  /** The name, as it was given. */
  readonly hostname: string

  constructor(code: LookupError['code'], operation: string, hostname: string, why: string) {
    super(`${operation}: ${show(hostname)}: ${why} (${code})`)
    this.code = code
    this.operation = operation
    this.hostname = hostname
  }
}
