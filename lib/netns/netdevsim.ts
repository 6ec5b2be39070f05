import { withCallersStack } from '../callers-stack.ts'
import { invalidType, outOfRange, SystemError } from '../errors.ts'
import type { Link } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { CompletionCode, type NativeNamespace, SystemCall } from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { runSilentCall } from '../protocol/run-call.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { errnoName } from '../values/errno.ts'

const BUS = '/sys/bus/netdevsim'
const LARGEST_ID = 0x7fff_ffff
/** From here on ports are those of virtual functions (NSIM_DEV_VF_PORT_INDEX_BASE in drivers/net/netdevsim/dev.c). */
const MOST_PORTS = 128
const MOST_QUEUES = 4096
/** NSIM_BUS_DEV_MAX_VFS in drivers/net/netdevsim/bus.c. */
const MOST_FUNCTIONS = 4

/** What a simulated device is to be. */
export interface NetdevsimOptions {
  /** Number of the device on its bus, 0–2147483647: one on the whole machine. */
  readonly id: number
  /** How many links it has, 0–128. Default 1. */
  readonly ports?: number | undefined
  /** Queues of each link, 1–4096. Default 1. */
  readonly queues?: number | undefined
  /** SR-IOV functions, 0–4. Default 0. */
  readonly virtualFunctions?: number | undefined
}

const KEYS = ['id', 'ports', 'queues', 'virtualFunctions']

/**
 * Simulated network devices (the kernel's netdevsim), for tests of what needs hardware. Their ports are links of the namespace in which they were made; when it ends they
 * move to the machine's first one, so delete them before. Needs root: the files are under /sys/bus/netdevsim.
 */
export class Netdevsim {
  readonly #namespace: (operation: string) => NativeNamespace
  readonly #links: Links

  /** @internal */
  constructor(namespace: (operation: string) => NativeNamespace, links: Links) {
    this.#namespace = namespace
    this.#links = links
  }

  /**
   * Makes a device, and resolves with its links, in the order of its ports. The kernel names them, `eth0` or the next that is free; `links.set` renames them.
   * Same as `echo "10 2 4" > /sys/bus/netdevsim/new_device` inside the namespace.
   * @throws {SystemError} `ENOSPC` when the id is taken, `ENOENT` when this kernel has no netdevsim, `EACCES` without root.
   */
  async add(options: NetdevsimOptions): Promise<Link[]> {
    const operation = 'netdevsim.add'
    checkKeys(operation, checkObject(operation, options), KEYS)
    const { id, ports = 1, queues = 1, virtualFunctions = 0 } = options
    checkId(operation, id)
    checkNumber(operation, 'ports', ports, 0, MOST_PORTS)
    checkNumber(operation, 'queues', queues, 1, MOST_QUEUES)
    checkNumber(operation, 'virtualFunctions', virtualFunctions, 0, MOST_FUNCTIONS)
    await this.#write(operation, 'new_device', `${id} ${ports} ${queues}`)
    if (virtualFunctions > 0) await this.#write(operation, functionsOf(id), String(virtualFunctions))
    return await this.#ports(id)
  }

  /**
   * Deletes a device with its links, whichever namespaces they are in.
   * @throws {SystemError} `ENOENT` when there is none of that id.
   */
  async delete(id: number): Promise<void> {
    checkId('netdevsim.delete', id)
    await this.#write('netdevsim.delete', 'del_device', String(id))
  }

  /**
   * Adds a port to a device, by its number from 0, and resolves with its link.
   * @throws {SystemError} `ENOENT` when there is no such device, `EEXIST` when it has the port.
   */
  async addPort(id: number, port: number): Promise<Link> {
    const operation = 'netdevsim.addPort'
    checkId(operation, id)
    checkNumber(operation, 'port', port, 0, MOST_PORTS - 1)
    await this.#write(operation, `devices/netdevsim${id}/new_port`, String(port))
    return (await this.#ports(id)).find(link => link.physicalPortName === `p${port + 1}`) as Link
  }

  /**
   * Deletes a port of a device, by its number from 0.
   * @throws {SystemError} `ENOENT` when there is no such device or port.
   */
  async deletePort(id: number, port: number): Promise<void> {
    const operation = 'netdevsim.deletePort'
    checkId(operation, id)
    checkNumber(operation, 'port', port, 0, MOST_PORTS - 1)
    await this.#write(operation, `devices/netdevsim${id}/del_port`, String(port))
  }

  /** Sets how many SR-IOV functions a device has, 0–4; what was set of earlier ones is forgotten. They are reported by `links.get(link, { virtualFunctions: true })`. */
  async setVirtualFunctions(id: number, count: number): Promise<void> {
    const operation = 'netdevsim.setVirtualFunctions'
    checkId(operation, id)
    checkNumber(operation, 'count', count, 0, MOST_FUNCTIONS)
    // From one number to another only by way of none (nsim_drv_configure_vfs()).
    await this.#write(operation, functionsOf(id), '0')
    if (count > 0) await this.#write(operation, functionsOf(id), String(count))
  }

  async #ports(id: number): Promise<Link[]> {
    const links = await this.#links.list()
    return links.filter(link => link.parentDeviceName === `netdevsim${id}`).sort((a, b) => portNumber(a) - portNumber(b))
  }

  async #write(operation: string, file: string, text: string): Promise<void> {
    const path = `${BUS}/${file}`
    const { addon } = completions()
    const outcome = await runSilentCall(operation, id => addon.writeInside(id, this.#namespace(operation), path, text))
    if (outcome instanceof Failure) throw errorOf(outcome, path)
  }
}

function functionsOf(id: number): string {
  return `devices/netdevsim${id}/sriov_numvfs`
}

function portNumber({ physicalPortName }: Link): number {
  return Number(physicalPortName?.slice(1))
}

function checkId(operation: string, id: unknown): asserts id is number {
  checkNumber(operation, 'id', id, 0, LARGEST_ID)
}

function checkNumber(operation: string, option: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== 'number') throw invalidType(operation, option, 'a whole number', value)
  if (!Number.isInteger(value) || value < min || value > max)
    throw outOfRange(operation, option, `a whole number from ${min} to ${max}`, value)
}

function errorOf(failure: Failure, path: string): unknown {
  if (failure.code !== CompletionCode.failed || failure.detail === SystemCall.setns) return failure.toError()
  const code = errnoName(failure.errno)
  const syscall = failure.detail === SystemCall.write ? 'write' : 'open'
  const text = reasonOf(code, syscall, path) ?? 'it failed'
  const fields = { operation: failure.operation, code, errno: failure.errno, syscall, path }
  return withCallersStack(() => new SystemError(`${failure.operation}: ${path}: ${text} (${code})`, fields))
}

function reasonOf(code: string, syscall: string, path: string): string | undefined {
  if (code === 'ENOENT' && syscall === 'open')
    return path.includes('/devices/')
      ? 'there is no device with this id'
      : 'this kernel may lack simulated devices: they need CONFIG_NETDEVSIM (try: modprobe netdevsim)'
  return REASONS[code]
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no device with this id, or no such port of it',
  ENOSPC: 'there is a device with this id already',
  EEXIST: 'the device has this port already',
  EBUSY: 'the device is being made, or moved to another namespace',
  EACCES: 'not permitted: it needs root',
  EPERM: 'not permitted: it needs root',
  EROFS: '/sys is mounted read-only here, as in a container without privileges',
}
