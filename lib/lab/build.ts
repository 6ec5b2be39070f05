import { setTimeout as sleep } from 'node:timers/promises'
import { TimeoutError } from '../errors.ts'
import type { Link } from '../links/link.ts'
import { Netns, type NetnsOptions } from '../netns/netns.ts'
import type { CallOptions } from '../protocol/session.ts'
import { makersOf } from './in-order.ts'
import { building, type Locate, OPERATION } from './option-path.ts'
import type { Place, Plan, PlannedLink, PlannedSetting } from './plan.ts'

/** How long to wait for carrier, where the caller does not say, in milliseconds. */
const PATIENCE = 30_000
/** Index of `lo` in every namespace (LOOPBACK_IFINDEX). */
const LOOPBACK = 1
/** How long to wait for IPv6 addresses, in milliseconds: a moment, or two seconds where the description turns duplicate address detection on, but for ever on a link without carrier. */
const PATIENCE_WITH_ADDRESSES = 3000

/**
 * Makes everything of a plan: namespaces at the same time, and in each of them whatever can be asked for without waiting. If a step fails, or the caller's signal is
 * aborted, no further one is begun, all namespaces are let go once those under way have ended, and the first failure is thrown.
 */
export async function build(plan: Plan, { signal, timeout, user }: CallOptions & NetnsOptions): Promise<void> {
  signal?.throwIfAborted()
  const building = new Building(plan, { timeout }, { user })
  const abort = () => building.stop(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await building.run()
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

class Building {
  readonly #plan: Plan
  readonly #call: CallOptions
  readonly #options: NetnsOptions
  /** Everything that was begun. */
  readonly #steps: Promise<unknown>[] = []
  /** Each resolves once its namespace is there and has its settings. */
  readonly #ready = new Map<Place, Promise<void>>()
  /** Each resolves once its link is asked for: what follows in the same namespaces then comes behind it. */
  readonly #asked = new Map<PlannedLink, Promise<void>>()
  readonly #made = new Map<PlannedLink, Promise<unknown>>()
  #failure: { readonly error: unknown } | undefined

  constructor(plan: Plan, call: CallOptions, options: NetnsOptions) {
    this.#plan = plan
    this.#call = call
    this.#options = options
  }

  async run(): Promise<void> {
    const { places, links } = this.#plan
    const makers = makersOf(links)
    for (const place of places) this.#ready.set(place, this.#keep(this.#open(place)))
    for (const link of links) {
      const needed = link.needs.map(({ what }) => makers.get(what.place)?.get(what.name)).filter(maker => maker !== undefined)
      this.#asked.set(link, this.#keep(this.#ask(link, needed)))
    }
    const touching = linksByPlace(links)
    for (const place of places) this.#keep(this.#configure(place, touching.get(place) ?? []))
    await this.#finish()
    for (const [place, names] of wires(links)) this.#keep(this.#waitForCarrier(place, names))
    await this.#finish()
    for (const place of places) if (place.hasIpv6) this.#keep(this.#waitForAddresses(place))
    await this.#finish()
  }

  /** What is not begun yet is not begun any more. */
  stop(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Remembers a step. Whoever waits for it learns of its failure, and nobody has to. */
  #keep<T>(step: Promise<T>): Promise<T> {
    this.#steps.push(step.catch(error => this.stop(error)))
    return step
  }

  /** Waits for all steps, those that others begin meanwhile too. */
  async #finish(): Promise<void> {
    while (this.#steps.length > 0) await Promise.all(this.#steps.splice(0))
    if (this.#failure === undefined) return
    for (const { netns } of this.#plan.places) netns?.close()
    throw this.#failure.error
  }

  #checkGoingOn(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #open(place: Place): Promise<void> {
    place.netns = await building(() => place.path, Netns.create(this.#options))
    this.#checkGoingOn()
    await this.#write(place.netns, place.settings)
  }

  async #write(netns: Netns, settings: readonly PlannedSetting[]): Promise<void> {
    // In the order of the description, for some settings set others.
    for (const { locate, what } of settings) await building(locate, what(netns))
  }

  async #ask(link: PlannedLink, needed: readonly PlannedLink[]): Promise<void> {
    await Promise.all(Array.from(placesOf(link), place => this.#ready.get(place)))
    for (const other of needed) await this.#asked.get(other)
    this.#checkGoingOn()
    const { links } = link.place.netns as Netns
    const made = this.#keep(building(link.locate, links.add(link.options, this.#call)))
    this.#made.set(link, made)
    // One that is made for another namespace is there only when the kernel has answered.
    if (link.options.netns !== undefined) await made
  }

  async #configure(place: Place, links: readonly PlannedLink[]): Promise<void> {
    await this.#ready.get(place)
    await Promise.all(links.map(link => this.#asked.get(link)))
    this.#checkGoingOn()
    const netns = place.netns as Netns
    if (place.linkSettings.length > 0) {
      await Promise.all(links.map(link => this.#made.get(link)))
      await this.#write(netns, place.linkSettings)
    }
    const call = this.#call
    const later = (locate: Locate, step: Promise<void>) => this.#keep(building(locate, step))
    later(() => place.path, netns.links.set('lo', { up: true }, call))
    for (const { locate, what } of place.upLater) later(locate, netns.links.set(what, { up: true }, call))
    for (const { locate, what } of place.addresses) later(locate, netns.addresses.add(what, call))
    for (const { locate, what } of place.routes) later(locate, netns.routes.add(what, call))
  }

  /**
   * The end that came up first gets its carrier from a work queue of the kernel's (net/core/link_watch.c), and drops what it is to send until then; it is no working port of a
   * bridge either. The other one sends at once.
   */
  async #waitForCarrier(place: Place, names: ReadonlySet<string>): Promise<void> {
    const { links } = place.netns as Netns
    const patience = this.#call.timeout || PATIENCE
    const isLate = (link: Link) => names.has(link.name) && link.operationalState !== 'up'
    // The last one is most likely the last, and asking for one link takes little.
    const last = [...names].at(-1) as string
    await this.#poll(patience, async () => (isLate(await links.get(last, this.#call)) ? last : undefined))
    const late = await this.#poll(patience, async () => (await links.list({ kind: 'veth' }, this.#call)).find(isLate)?.name)
    if (late === undefined) return
    const message = `${OPERATION}: link "${late}" of namespace "${place.name}" was not ready within ${patience} ms; nothing of the lab is left`
    throw Object.assign(new TimeoutError(OPERATION, patience, true), { message })
  }

  /**
   * Link-local addresses, without which IPv6 is not routed (ndisc_send_ns() in net/ipv6/ndisc.c), come from another work queue, once the kernel has seen the carrier. Until then
   * they are not there at all, and then perhaps tentative, as are those of the description: who is tentative answers nobody (addrconf_dad_work()).
   */
  async #waitForAddresses(place: Place): Promise<void> {
    const { addresses, links } = place.netns as Netns
    await this.#poll(PATIENCE_WITH_ADDRESSES, async () => {
      const found = await addresses.list({ family: 'inet6' }, this.#call)
      if (found.some(({ tentative, dadFailed }) => tentative && !dadFailed)) return found
      const local = found.filter(({ scope }) => scope === 'link')
      const without = new Set(found.map(({ link }) => link))
      for (const { link } of local) without.delete(link)
      without.delete(LOOPBACK)
      if (without.size === 0) return undefined
      return (await links.list({ up: true }, this.#call)).find(link => without.has(link.index) && isToGetAddress(link))
    })
  }

  /** Looks again and again, until there is nothing left to wait for or no patience. Answers what there is. */
  async #poll<T>(patience: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const deadline = performance.now() + patience
    for (let pause = 1; ; pause = Math.min(pause * 2, 16)) {
      const late = await look()
      if (late === undefined || performance.now() > deadline) return late
      this.#checkGoingOn()
      await sleep(pause)
    }
  }
}

/** Whether the kernel makes a link-local address of its own for the link, whose carrier is there (addrconf_addr_gen() in net/ipv6/addrconf.c). */
function isToGetAddress({ flags, families }: Link): boolean {
  const mode = families?.inet6?.addressGenerationMode
  return flags.includes('LOWER_UP') && (mode === 'eui64' || mode === 'random')
}

function placesOf({ place, brings }: PlannedLink): Set<Place> {
  return new Set([place, ...brings.map(end => end.place)])
}

function linksByPlace(links: readonly PlannedLink[]): Map<Place, PlannedLink[]> {
  const found = new Map<Place, PlannedLink[]>()
  for (const link of links) {
    for (const place of placesOf(link)) {
      if (!found.has(place)) found.set(place, [])
      found.get(place)?.push(link)
    }
  }
  return found
}

/** Names of the links to wait for, by the place that they are in. */
function wires(links: readonly PlannedLink[]): [Place, Set<string>][] {
  const found = new Map<Place, Set<string>>()
  for (const { place, brings, carries, options } of links) {
    if (!carries || options.netns !== undefined) continue
    // links.add brings the end at which the link was made up first; with settings to be written in between, either may be.
    const inOrder = brings.every(end => end.place.linkSettings.length === 0)
    const ends = inOrder && brings[0]?.place === place ? brings.slice(0, 1) : brings
    for (const end of ends) {
      if (!found.has(end.place)) found.set(end.place, new Set())
      found.get(end.place)?.add(end.name)
    }
  }
  return [...found]
}
