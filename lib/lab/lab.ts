import { withStackOfCaller } from '../callers-stack.ts'
import { ClosedError, invalidType } from '../errors.ts'
import type { Netns } from '../netns/netns.ts'
import { type CallOptions, checkCallOptions } from '../protocol/session.ts'
import { checkObject } from '../schema/check-options.ts'
import { build } from './build.ts'
import type { LabDescription } from './description.ts'
import type { DiagramOptions } from './diagram/diagram.ts'
import { draw } from './diagram/draw.ts'
import { OPERATION } from './option-path.ts'
import type { Plan } from './plan.ts'
import { readDescription } from './read-description.ts'

/** Options of `Lab.create`. */
export interface LabOptions extends CallOptions {
  /**
   * Whether its namespaces are made under a user namespace of the caller's own, as in `Netns.create`. Default: where the process lacks CAP_SYS_ADMIN or
   * CAP_NET_ADMIN.
   */
  user?: boolean | undefined
}

/**
 * A network of namespaces, made from one description and gone again with its handle. All of it is in anonymous namespaces of its own, bridges too: a lab touches nothing of the
 * machine, any number of them stand side by side, and the kernel throws one away when the process ends, however it ends.
 */
export class Lab<N extends string = string> implements AsyncDisposable {
  /** The namespaces, by the names of the description. */
  readonly namespaces: { readonly [K in N]: Netns }
  /** The namespace of the bridges that name no other; undefined when there are none. */
  readonly hub: Netns | undefined
  #closed = false

  /**
   * Makes a lab, and resolves once everything is there and its wires have carrier. What is wrong with the description is told before anything is made.
   * Needs no capability: without CAP_SYS_ADMIN and CAP_NET_ADMIN, its namespaces are under a user namespace of the process's own.
   * @throws {TypeError} or {RangeError} for a mistake in the description, with its path as `option`: `namespaces.web.links[0].mtu`.
   * @throws {NetlinkError} or {SystemError} what the kernel refuses, with that path in its message; nothing of the lab is left then.
   */
  static async create<const N extends string, const B extends string = never>(
    description: LabDescription<N, B>,
    options: LabOptions = {},
  ): Promise<Lab<N>> {
    checkCallOptions(OPERATION, checkObject(OPERATION, options), ['user'])
    if (options.user !== undefined && typeof options.user !== 'boolean')
      throw invalidType(OPERATION, 'user', 'a boolean', options.user)
    const plan = readDescription(description)
    try {
      await build(plan, options)
    } catch (error) {
      throw withStackOfCaller(error)
    }
    return new Lab<N>(plan)
  }

  private constructor({ places, hub }: Plan) {
    const described = places.filter(place => place !== hub)
    this.namespaces = Object.fromEntries(described.map(({ name, netns }) => [name, netns])) as { [K in N]: Netns }
    this.hub = hub?.netns
  }

  /**
   * A picture of what is really there, as `diagram` draws it: all namespaces of the lab, and the one of its bridges. Mermaid text, or SVG with
   * `{ format: 'svg' }`.
   * @throws {ClosedError} when the lab is closed.
   */
  async diagram(options: DiagramOptions = {}): Promise<string> {
    if (this.#closed) throw new ClosedError('lab.diagram', 'lab')
    return await draw('lab.diagram', { ...this.#hubByName(), ...this.namespaces }, options)
  }

  /** Under a name that none of the others has. */
  #hubByName(): Record<string, Netns> {
    if (this.hub === undefined) return {}
    let name = 'hub'
    while (Object.hasOwn(this.namespaces, name)) name = `(${name})`
    return { [name]: this.hub }
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * Lets go of all namespaces, at once and without waiting: the kernel takes down what is in them by itself, a moment later. Sockets and processes that are still in one keep it
   * for as long as they live. Idempotent.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.hub?.close()
    for (const netns of Object.values<Netns>(this.namespaces)) netns.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
