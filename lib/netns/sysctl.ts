import { withCallersStack } from '../callers-stack.ts'
import { invalidType, invalidValue, SystemError, unknownOption } from '../errors.ts'
import { CompletionCode, type NativeNamespace, SystemCall } from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { Request } from '../protocol/request.ts'
import { runCall } from '../protocol/run-call.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import type { Message } from '../schema/message.ts'
import { errnoName } from '../values/errno.ts'
import { LONGEST_NAME, linkNameFault } from '../values/link-name.ts'
import { type LinkSettingFamily, type LinkSettingOptions, type LinkSettings, linkSettings, settingsOf } from './link-settings.ts'
import { sysctlPath } from './sysctl-path.ts'

/** What a setting takes. */
export type SysctlValue = string | number | boolean

const FAMILIES = Object.keys(linkSettings) as LinkSettingFamily[]

/** Waits for the text of a setting, or for an acknowledgement. */
class SettingRequest extends Request<string> {
  #text = ''

  protected override more(_code: number, message: Message, start: number, end: number): void {
    this.#text += Buffer.from(message.bytes.subarray(start, end)).toString()
  }

  protected override finish(): string {
    return this.#text
  }
}

/**
 * Settings of a namespace: what `sysctl net.…` shows inside it. A namespace begins with the kernel's defaults, whatever its maker's settings are (those of IPv4 follow
 * net.core.devconf_inherit_init_net). Writing needs CAP_NET_ADMIN in the namespace's user namespace.
 */
export class Sysctl {
  readonly #namespace: (operation: string) => NativeNamespace

  /** @internal */
  constructor(namespace: (operation: string) => NativeNamespace) {
    this.#namespace = namespace
  }

  /**
   * The text of a setting, without the line's end. Names are those of sysctl(8): `'net.ipv4.ip_forward'`; a dot inside a link's name is written `/`, as in
   * `'net.ipv4.conf.eth0/100.forwarding'`; a path with slashes, `'net/ipv4/conf/eth0.100/forwarding'`, is taken as it is. Same as `sysctl -n NAME`.
   * @throws {SystemError} `ENOENT` when there is no such setting, or no such link; `EACCES` when it cannot be read.
   */
  async get(name: string): Promise<string> {
    const path = sysctlPath('sysctl.get', name)
    return await this.#read('sysctl.get', path)
  }

  /**
   * Writes a setting. true is `1`, false is `0`. Same as `sysctl -w NAME=VALUE`.
   * @throws {SystemError} `ENOENT` when there is no such setting, `EINVAL` for a value that it does not take, `EACCES` or `EPERM` without the capability or when it is read-only, `EROFS` where /proc/sys is
   * mounted read-only, as in most containers.
   */
  async set(name: string, value: SysctlValue): Promise<void> {
    const path = sysctlPath('sysctl.set', name)
    await this.#write('sysctl.set', path, textOf(value))
  }

  /**
   * The common settings of a link, as values: `link` is its name, or `'all'`, or `'default'` for what links made from now on begin with.
   * @throws {SystemError} `ENOENT` when there is no such link.
   */
  async getLink(link: string): Promise<LinkSettings> {
    checkLink('sysctl.getLink', link)
    const families = await Promise.all(FAMILIES.map(async family => [family, await this.#readFamily(family, link)] as const))
    const read = Object.fromEntries(families) as unknown as LinkSettings
    if (families.every(([, settings]) => Object.values(settings).every(value => value === undefined)))
      throw noLink('sysctl.getLink', link)
    return read
  }

  /**
   * Sets common settings of a link, or of `'all'` or `'default'`: `setLink('eth0', { ipv4: { rpFilter: 'loose' }, ipv6: { disabled: true } })`. In the order given; the
   * first that fails ends it, and those before it stay.
   * @throws {SystemError} as `set`.
   */
  async setLink(link: string, options: LinkSettingOptions): Promise<void> {
    checkLink('sysctl.setLink', link)
    checkLinkSettings(options)
    const lines = FAMILIES.flatMap(family => linesOf(family, link, options[family]))
    for (const { path, text } of lines) await this.#write('sysctl.setLink', path, text)
  }

  async #readFamily(family: LinkSettingFamily, link: string): Promise<Record<string, unknown>> {
    const settings = Object.entries(settingsOf(family))
    const values = await Promise.all(
      settings.map(async ([key, { file, toValue }]) => {
        const text = await this.#readIfThere(pathOf(family, link, file))
        return [key, text === undefined ? undefined : toValue(text)] as const
      }),
    )
    return Object.fromEntries(values)
  }

  async #readIfThere(path: string): Promise<string | undefined> {
    try {
      return await this.#read('sysctl.getLink', path)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined
      throw error
    }
  }

  async #read(operation: string, path: string): Promise<string> {
    const text = await run(operation, path, id => completions().addon.readSysctl(id, this.#namespace(operation), path))
    return text.replace(/\n$/, '')
  }

  async #write(operation: string, path: string, text: string): Promise<void> {
    await run(operation, path, id => completions().addon.writeSysctl(id, this.#namespace(operation), path, text))
  }
}

/** Refuses what `setLink` would refuse before it writes anything. */
export function checkLinkSettings(options: LinkSettingOptions): void {
  checkKeys('sysctl.setLink', checkObject('sysctl.setLink', options), FAMILIES)
  for (const family of FAMILIES) linesOf(family, 'all', options[family])
}

/** Refuses what `set` would refuse before it writes anything. */
export function checkSysctl(name: string, value: unknown): void {
  sysctlPath('sysctl.set', name)
  textOf(value)
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') throw invalidType('sysctl.set', 'value', 'text, a number or a boolean', value)
  if (value.includes('\0')) throw invalidValue('sysctl.set', 'value', 'holds a NUL')
  return value
}

function checkLink(operation: string, link: unknown): void {
  if (typeof link !== 'string') throw invalidType(operation, 'link', 'the name of a link, "all" or "default"', link)
  const fault = linkNameFault(link, LONGEST_NAME)
  if (fault !== undefined) throw invalidValue(operation, 'link', fault)
}

function linesOf(family: LinkSettingFamily, link: string, given: unknown): { path: string; text: string }[] {
  if (given === undefined) return []
  if (typeof given !== 'object' || given === null) throw invalidType('sysctl.setLink', family, 'an object of settings', given)
  const settings = settingsOf(family)
  return Object.entries(given).flatMap(([key, value]) => {
    if (!Object.hasOwn(settings, key)) throw unknownOption('sysctl.setLink', `${family}.${key}`, Object.keys(settings))
    if (value === undefined) return []
    const { file, toText } = settings[key]
    return { path: pathOf(family, link, file), text: toText('sysctl.setLink', `${family}.${key}`, value) }
  })
}

function pathOf(family: LinkSettingFamily, link: string, file: string): string {
  return `net/${family}/conf/${link}/${file}`
}

async function run(operation: string, path: string, start: (id: number) => void): Promise<string> {
  const outcome = await runCall(new SettingRequest(operation), start)
  if (outcome instanceof Failure) throw errorOf(outcome, path)
  return outcome
}

function errorOf(failure: Failure, path: string): unknown {
  if (failure.code !== CompletionCode.failed || failure.detail === SystemCall.setns) return failure.toError()
  const code = errnoName(failure.errno)
  const text = REASONS[code] ?? 'it failed'
  const syscall = Object.entries(SystemCall).find(([, number]) => number === failure.detail)?.[0] ?? 'open'
  return withCallersStack(
    () =>
      new SystemError(`${failure.operation}: /proc/sys/${path}: ${text} (${code})`, {
        operation: failure.operation,
        code,
        errno: failure.errno,
        syscall,
        path: `/proc/sys/${path}`,
      }),
  )
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'this namespace has no such setting, or no such link',
  EINVAL: 'the setting does not take this value',
  ERANGE: 'the setting does not take this value',
  EACCES:
    'not permitted: writing needs CAP_NET_ADMIN in the user namespace of the network namespace, and some settings are read-only',
  EPERM: 'not permitted: writing needs CAP_NET_ADMIN in the user namespace of the network namespace',
  EROFS: '/proc/sys is mounted read-only here, as in a container without privileges: mount it writable',
  EISDIR: 'this is a group of settings',
}

const ENOENT = 2

function noLink(operation: string, link: string): SystemError {
  const path = `/proc/sys/net/ipv4/conf/${link}`
  const text = `${operation}: there is no link "${link}" in this namespace (ENOENT)`
  return withCallersStack(() => new SystemError(text, { operation, code: 'ENOENT', errno: ENOENT, syscall: 'open', path }))
}
