import { withCallersStack } from '../callers-stack.ts'
import { ClosedError, NetlinkError, type NetlinkErrorFields, SystemError, TimeoutError, UnknownOutcomeError } from '../errors.ts'
import { CompletionCode, FAMILY_OFFSET, SystemCall } from '../native/binding.ts'
import { align, Message } from '../schema/message.ts'
import { errnoName, errnoText } from '../values/errno.ts'
import { type ExtendedAck, parseExtendedAck } from './extended-ack.ts'

/** Bytes of `struct nlmsghdr`. */
export const NLMSG_HEADER = 16
const EPERM = 1
const ENOENT = 2
const ENODEV = 19
const SYSTEM_CALLS = Object.entries(SystemCall)

/** What a feature knows about its requests, for errors that speak the caller's language. */
export interface Locator {
  /** Path of the option whose attribute stands at `target` of a request. */
  locate(message: Message, start: number, end: number, target: number): string | undefined
  /** Name of the option with that attribute number at the top of the message. */
  keyOf(number: number): string | undefined
  /** The kernel's own word for an option, where its messages use another than ours: `{ via: 'gateway' }`. */
  readonly kernelWords?: Readonly<Record<string, string>>
  /** The option that a message of the kernel's is about, where its words do not tell. */
  meantBy?(kernelMessage: string, given: object): string | undefined
  /** What the whole request is about, where there is only one option in it. */
  readonly subject?: string
  /** The generic netlink family that the requests go to. */
  readonly family?: FamilyNeeds
}

/** What a generic netlink family asks of the kernel and of the process. */
export interface FamilyNeeds {
  readonly name: string
  /** Kernel option and module that bring it. */
  readonly module: { readonly config: string; readonly name: string }
  /** CAP_NET_ADMIN must be of the initial user namespace (GENL_ADMIN_PERM), not only of the one that owns the network namespace. */
  readonly initialCapability?: boolean
}

/** Turns an errno of the kernel into the next step, where there is one to say. */
export type Hint = (errno: number, message: string | undefined) => string | undefined

/** How a request went wrong, before it is an error: errors are made where the caller waits, so that their stack is the caller's. */
export class Failure {
  readonly operation: string
  readonly code: number
  readonly errno: number
  readonly detail: number
  /** Extended ack and request, copied out of the inbox. Private, for a request may hold keys. */
  readonly #payload: Uint8Array
  /** What the code cannot say: an abort reason, a time limit. */
  readonly reason: unknown
  /** The caller's options, where the request has kept them. */
  given: object | undefined = undefined

  constructor(operation: string, code: number, errno: number, detail: number, payload: Uint8Array, reason?: unknown) {
    this.operation = operation
    this.code = code
    this.errno = errno
    this.detail = detail
    this.#payload = payload
    this.reason = reason
  }

  static aborted(operation: string, reason: unknown): Failure {
    return new Failure(operation, ABORTED, 0, 0, EMPTY, reason)
  }

  /** The answer came, and reading it threw: for want of a file of the package, say. */
  static unreadable(operation: string, error: unknown): Failure {
    return Failure.aborted(operation, error)
  }

  static timedOut(operation: string, milliseconds: number, sent: boolean): Failure {
    return new Failure(operation, TIMED_OUT, 0, sent ? 1 : 0, EMPTY, milliseconds)
  }

  /** The error to throw. `locator` names options; `given` are the caller's own, to guess from the kernel's words what it minds. */
  toError(locator?: Locator, given?: object, hint?: Hint): unknown {
    if (this.code === ABORTED) return this.reason
    return withCallersStack(() => this.#make(locator, given, hint))
  }

  #make(locator: Locator | undefined, given: object | undefined, hint: Hint | undefined): Error {
    switch (this.code) {
      case TIMED_OUT:
        return new TimeoutError(this.operation, this.reason as number, this.detail === 1)
      case CompletionCode.refused:
        return this.#refused(locator, given, hint)
      case CompletionCode.unresolved:
        return this.#unresolved(locator, given)
      case CompletionCode.failed:
        return this.#failed()
      case CompletionCode.unknown:
        return new UnknownOutcomeError(
          this.operation,
          this.errno === 0 ? 'no answer came' : `the answer was lost (${errnoName(this.errno)})`,
        )
      case CompletionCode.truncated:
        return new UnknownOutcomeError(this.operation, 'the answer was longer than the receive buffer')
      case CompletionCode.tooLarge:
        return this.#tooLarge(locator)
      case CompletionCode.cancelled:
        return new ClosedError(this.operation, 'session')
      default:
        return new UnknownOutcomeError(this.operation, `completion code ${this.code}`)
    }
  }

  /** Bytes of the extended ack that a refusal starts with. */
  get #ackLength(): number {
    return this.detail & 0xffff
  }

  /** Which message of a transaction was refused: 0 the transaction itself, 1 its first. */
  get message(): number {
    return this.code === CompletionCode.refused ? this.detail >>> 16 : 0
  }

  #refused(locator: Locator | undefined, given: object | undefined, hint: Hint | undefined): NetlinkError {
    const message = new Message(this.#payload)
    const ack = parseExtendedAck(message, 0, this.#ackLength)
    const request = align(this.#ackLength)
    const option =
      optionAt(locator, message, request, ack.offset) ??
      (ack.message === undefined || given === undefined ? undefined : locator?.meantBy?.(ack.message, given)) ??
      optionFromWords(ack.message, given, locator?.kernelWords) ??
      locator?.subject ??
      this.#onlyOption(given)
    const missing = missingOption(locator, message, request, ack)
    const needsCapability = this.errno === EPERM && ack.message === undefined
    const next = hint?.(this.errno, ack.message) ?? (needsCapability ? capabilityFor(locator?.family) : undefined)
    return this.#netlinkError(ack.message, { option, missing, allowed: ack.allowed }, next)
  }

  /** Where the kernel says nothing, and one option was all that it was asked for, that one it is. */
  #onlyOption(given: object | undefined): string | undefined {
    if (given === undefined || !ABOUT_OPTIONS.has(this.errno)) return undefined
    const paths = optionPaths(given)
    if (paths.length === 1) return paths[0]
    const keys = new Set(paths.map(path => path.split('.', 1)[0]))
    return keys.size === 1 ? [...keys][0] : undefined
  }

  #netlinkError(kernelMessage: string | undefined, found: Partial<NetlinkErrorFields>, next: string | undefined): NetlinkError {
    const code = errnoName(this.errno)
    const about = found.option === undefined ? '' : `option "${found.option}": `
    const text = [
      `${this.operation}: ${about}${kernelMessage ?? errnoText(this.errno)} (${code})`,
      found.missing === undefined ? undefined : `"${found.missing}" is missing`,
      found.allowed === undefined ? undefined : `allowed is ${describe(found.allowed)}`,
      next,
    ]
    return new NetlinkError(text.filter(part => part !== undefined).join('; '), {
      operation: this.operation,
      code,
      errno: this.errno,
      ...(kernelMessage === undefined ? {} : { kernelMessage }),
      ...defined(found),
    })
  }

  /** The addon found no link of that name in the namespace; the kernel never saw the request. */
  #unresolved(locator: Locator | undefined, given: object | undefined): NetlinkError {
    if (this.detail === FAMILY_OFFSET) return this.#noFamily(locator?.family)
    const option = optionAt(locator, new Message(this.#payload), 0, this.detail)
    const name = option === undefined ? undefined : valueAt(given, option)
    const text =
      typeof name === 'string' ? `there is no link "${name}" in this namespace` : 'there is no such link in this namespace'
    const about = option === undefined ? '' : `option "${option}": `
    return new NetlinkError(`${this.operation}: ${about}${text} (ENODEV)`, {
      operation: this.operation,
      code: 'ENODEV',
      errno: ENODEV,
      ...defined({ option }),
    })
  }

  /** Likewise a generic netlink family. The kernel has tried to load its module by then. */
  #noFamily(family: FamilyNeeds | undefined): NetlinkError {
    const code = errnoName(this.errno)
    const which = family === undefined ? 'a generic netlink family' : `the generic netlink family "${family.name}"`
    const text = this.errno === ENOENT ? `this kernel lacks ${which}` : `${which} could not be looked up`
    const why = this.errno === ENOENT ? '' : `: ${errnoText(this.errno)}`
    const next =
      this.errno === ENOENT && family !== undefined
        ? `: it needs ${family.module.config} (try: modprobe ${family.module.name})`
        : ''
    const { operation, errno } = this
    return new NetlinkError(`${operation}: ${text}${why} (${code})${next}`, { operation, code, errno })
  }

  #tooLarge(locator: Locator | undefined): RangeError {
    const option = optionAt(locator, new Message(this.#payload), 0, this.detail)
    const about = option === undefined ? '' : `option "${option}": `
    const text = `${this.operation}: ${about}an attribute may be 65535 bytes long, and this one is longer`
    return Object.assign(new RangeError(text), { code: 'ERR_OUT_OF_RANGE', operation: this.operation, option })
  }

  #failed(): SystemError {
    const missing = this.errno === EPERM ? (SYSTEM_CALL_NEEDS[this.syscall] ?? CAPABILITY) : undefined
    return this.systemError({ hint: this.detail === SystemCall.broker ? BROKER : missing })
  }

  /** Name of the system call that failed. */
  get syscall(): string {
    return SYSTEM_CALLS.find(([, number]) => number === this.detail)?.[0] ?? 'none'
  }

  /** What a failed system call was about, as binding.ts says. */
  get subject(): number | undefined {
    return this.#payload.length < 4 ? undefined : new Message(this.#payload).u32(0)
  }

  /** The error of a failed system call, with what the feature knows about it. */
  systemError(about: SystemErrorContext): SystemError {
    const code = errnoName(this.errno)
    const { option, path, packet, hint } = about
    const text = [
      `${this.operation}:`,
      ...(option === undefined ? [] : [`option "${option}":`]),
      ...(packet === undefined ? [] : [`packet ${packet}:`]),
      path === undefined ? `${this.syscall}:` : `${this.syscall} ${path}:`,
      `${errnoText(this.errno)} (${code})${hint === undefined ? '' : `; ${hint}`}`,
    ].join(' ')
    const { operation, errno, syscall } = this
    return new SystemError(text, { operation, code, errno, syscall, path, option, packet })
  }
}

/** What a feature knows about a system call of its own. */
export interface SystemErrorContext {
  readonly option?: string | undefined
  readonly path?: string | undefined
  readonly packet?: number | undefined
  /** The next step. */
  readonly hint?: string | undefined
}

/** EBUSY, EINVAL, ERANGE, EOVERFLOW, EOPNOTSUPP, ENETDOWN. */
const ABOUT_OPTIONS = new Set([16, 22, 34, 75, 95, 100])

const ABORTED = -1
const TIMED_OUT = -2
const EMPTY = new Uint8Array()
const CAPABILITY =
  'it needs CAP_NET_ADMIN in the user namespace that owns this network namespace, and each other that it names (run as root, or give the process that capability; without, it can be done in and between namespaces that this process made itself)'
const BROKER = 'the program that works in the namespace for this process ended meanwhile; the next call starts another'

const INITIAL_CAPABILITY =
  'it needs CAP_NET_ADMIN in the initial user namespace (run as root outside of any user namespace, or give the process that capability there)'

function capabilityFor(family: FamilyNeeds | undefined): string {
  return family?.initialCapability ? INITIAL_CAPABILITY : CAPABILITY
}

const NAMESPACES_NEED = 'it needs CAP_SYS_ADMIN (run as root, or give the process that capability)'

/** What a process lacks when a system call answers EPERM, where it is not CAP_NET_ADMIN. */
const SYSTEM_CALL_NEEDS: Readonly<Record<string, string>> = {
  unshare: NAMESPACES_NEED,
  setns: NAMESPACES_NEED,
  mount: NAMESPACES_NEED,
  umount: NAMESPACES_NEED,
  socket: 'it needs CAP_NET_RAW; for ping, a group of the process in net.ipv4.ping_group_range is enough',
}

function optionAt(
  locator: Locator | undefined,
  message: Message,
  request: number,
  offset: number | undefined,
): string | undefined {
  if (locator === undefined || offset === undefined || offset === 0) return undefined
  return locator.locate(message, request + NLMSG_HEADER, message.bytes.length, request + offset)
}

/** Older code in the kernel says what it minds in words only: "mtu greater than device maximum", "too big gso_max_size". */
function optionFromWords(
  text: string | undefined,
  given: object | undefined,
  kernelWords: Readonly<Record<string, string>> = {},
): string | undefined {
  if (text === undefined || given === undefined) return undefined
  const words = ` ${text.toLowerCase().replace(/[^a-z0-9]+/g, ' ')} `
  const found = optionPaths(given).filter(path => {
    const key = path.slice(path.lastIndexOf('.') + 1)
    return words.includes(` ${kernelWords[key] ?? wordsOf(path)} `)
  })
  return found.length === 1 ? found[0] : undefined
}

/** `'veth.peer.gsoMaxSize'` → `'gso max size'`. */
function wordsOf(path: string): string {
  const key = path.slice(path.lastIndexOf('.') + 1)
  return key.replace(/[A-Z]/g, letter => ` ${letter}`).toLowerCase()
}

/** Paths of all options that were given, those of nested objects one by one; not those that only name things. */
function optionPaths(given: object, above = ''): string[] {
  return Object.entries(given).flatMap(([key, value]) => {
    if (value === undefined || key === 'name' || key === 'kind' || (key === 'link' && above === '')) return []
    return isPlain(value) ? optionPaths(value, `${above}${key}.`) : [`${above}${key}`]
  })
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function missingOption(locator: Locator | undefined, message: Message, request: number, ack: ExtendedAck): string | undefined {
  if (ack.missingType === undefined) return undefined
  if (ack.missingNest === undefined) return locator?.keyOf(ack.missingType) ?? `attribute ${ack.missingType}`
  const nest = optionAt(locator, message, request, ack.missingNest)
  return `${nest === undefined ? '' : `${nest}: `}attribute ${ack.missingType}`
}

function valueAt(given: object | undefined, path: string): unknown {
  let value: unknown = given
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  return value
}

function describe(allowed: NonNullable<NetlinkErrorFields['allowed']>): string {
  const { min, max, minLength, maxLength, mask } = allowed
  const parts: string[] = []
  if (min !== undefined || max !== undefined) parts.push(`${min ?? '…'} to ${max ?? '…'}`)
  if (minLength !== undefined || maxLength !== undefined) parts.push(`${minLength ?? 0} to ${maxLength ?? '…'} bytes`)
  if (mask !== undefined) parts.push(`bits 0x${mask.toString(16)}`)
  return parts.join(', ')
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>
}
