import { didYouMean, invalidType, invalidValue, missingOption } from '../errors.ts'
import type { AddLinkOptions } from '../links/link.ts'
import type { RouteOptions } from '../routes/route.ts'
import { namespaceNameFault } from '../values/namespace-name.ts'
import { checkLink, checkRoute, peerOf } from './check.ts'
import { cableLocate, checkLinkNameAt, checkReference, comesUpLater, type End, needsOf, portLocate } from './ends.ts'
import { inOrder } from './in-order.ts'
import { Neighbourhood } from './neighbourhood.ts'
import { below, type Locate, OPERATION, optionsOf } from './option-path.ts'
import { type LinkName, Place, type Plan, type PlannedLink } from './plan.ts'
import { addressesOf, ifThere, planAddresses, planSettings, planSysctl, withoutDetection } from './plan-inside.ts'
import { checkKeysAt, entriesAt, type Given, listAt, objectAt, oneOrMoreAt, refuseKeys } from './shapes.ts'

const LAB_KEYS = ['namespaces', 'bridges', 'cables']
const NAMESPACE_KEYS = ['forwarding', 'links', 'addresses', 'routes', 'settings', 'sysctl']
/** What the lab itself says of the end of a cable. */
const NOT_OF_ENDS = ['netns', 'link', 'linkNetnsid', 'kind', 'index']

/** Packets of a lab pass a veth one by one anyway; a queue for each processor doubles what making one costs. */
const ONE_QUEUE = { numTxQueues: 1, numRxQueues: 1 }

/** Above what the kernel gives out by itself in a namespace that lasts as long as a lab. */
const FIRST_INDEX = 1001

/** A link that is described, before all names are known. */
interface Described {
  readonly path: string
  readonly locate: Locate
  readonly place: Place
  readonly options: Given
  readonly ends: readonly End[]
}

/**
 * Reads a description, whoever wrote it: checks everything that can be checked, and makes the plan. No system call is made here, and what is wrong is told with its
 * path in the description.
 */
export function readDescription(description: unknown): Plan {
  return new Reader(description).plan()
}

class Reader {
  readonly #given: Given
  readonly #places = new Map<string, Place>()
  readonly #neighbourhood = new Neighbourhood()
  readonly #described: (() => Described)[] = []
  #hub: Place | undefined
  #index = FIRST_INDEX

  constructor(description: unknown) {
    if (description === null) throw invalidType(OPERATION, '', 'a description of a lab', description)
    this.#given = objectAt('', description, 'a description of a lab')
  }

  plan(): Plan {
    const { namespaces, bridges, cables } = this.#given
    checkKeysAt('', this.#given, LAB_KEYS)
    if (namespaces === undefined) throw missingOption(OPERATION, 'namespaces')
    for (const [name, path, given] of entriesAt('namespaces', namespaces, 'an object of namespaces'))
      this.#readNamespace(name, path, given)
    // In this order, because links that are not named are numbered by it; those that are keep their names.
    for (const [name, path, given] of entriesAt('bridges', bridges, 'an object of bridges')) this.#readBridge(name, path, given)
    for (const [i, given] of listAt('cables', cables, 'a list of cables').entries()) this.#readCable(below('cables', i), given)
    for (const place of this.#places.values()) this.#readLinks(place)
    const described = this.#described.map(describe => describe())
    for (const place of this.#places.values()) this.#readRest(place)
    for (const { ends } of described) for (const end of ends) this.#readEnd(end)
    for (const place of this.#allPlaces()) if (place.hasIpv6) withoutDetection(place)
    const links = inOrder(described.map(link => this.#planned(link)))
    return { places: this.#allPlaces(), links, hub: this.#hub }
  }

  #allPlaces(): Place[] {
    const described = [...this.#places.values()]
    return this.#hub === undefined ? described : [this.#hub, ...described]
  }

  #readNamespace(name: string, path: string, given: unknown): void {
    const fault = namespaceNameFault(name)
    if (fault !== undefined) throw invalidValue(OPERATION, path, `a namespace's name ${fault}`)
    checkKeysAt(path, objectAt(path, given, 'an object that describes a namespace'), NAMESPACE_KEYS)
    this.#places.set(name, new Place(name, path))
  }

  #of(place: Place): Given {
    const namespaces = this.#given.namespaces as Given
    return (namespaces[place.name] ?? {}) as Given
  }

  #placeAt(path: string, name: unknown): Place {
    if (typeof name !== 'string') throw invalidType(OPERATION, path, 'the name of a namespace of the lab', name)
    const place = this.#places.get(name)
    if (place !== undefined) return place
    const hint = didYouMean(name, [...this.#places.keys()])
    throw invalidValue(OPERATION, path, `there is no namespace ${JSON.stringify(name)} in this lab${hint}`)
  }

  #readBridge(name: string, path: string, given: unknown): void {
    const { namespace, ports, addresses, settings, ...own } = objectAt(path, given, 'an object that describes a bridge')
    checkLinkNameAt(path, name)
    refuseKeys(path, own, ['kind', 'name', 'netns'])
    const place = namespace === undefined ? this.#ownHub() : this.#placeAt(below(path, 'namespace'), namespace)
    place.claim(name, path)
    const options = { up: true, ...own, kind: 'bridge', name }
    checkLink(optionsOf(path), options)
    this.#neighbourhood.bridge(name, addressesOf(addresses))
    const end: End = { path, place, name, options, addresses, settings }
    this.#described.push(() => ({ path, locate: optionsOf(path), place, options, ends: [end] }))
    for (const port of entriesAt(below(path, 'ports'), ports, 'an object of namespaces on the bridge'))
      this.#readPort(place, name, port)
  }

  #ownHub(): Place {
    this.#hub ??= new Place('hub', 'bridges')
    return this.#hub
  }

  #readPort(hub: Place, bridge: string, [name, path, given]: [string, string, unknown]): void {
    const place = this.#placeAt(path, name)
    const end = this.#end(place, path, given, ['port'])
    const { port, ...options } = end.options
    this.#neighbourhood.on(bridge, name, addressesOf(end.addresses))
    const ofPort = port === undefined ? {} : objectAt(below(path, 'port'), port, 'options of a port')
    const locate = portLocate(path)
    const link = (portName: string, ownName: string) => ({
      kind: 'veth',
      name: portName,
      master: bridge,
      up: true,
      ...(options.mtu === undefined ? {} : { mtu: options.mtu }),
      // Always, so that the end on the bridge comes up in the message that makes it.
      port: { ...ofPort, kind: 'bridge' },
      ...ONE_QUEUE,
      veth: { peer: { ...ONE_QUEUE, up: true, ...options, name: ownName, netns: place } },
    })
    if (Object.keys(end.options).length > 0) checkLink(locate, link('port', 'eth0'))
    this.#described.push(() => {
      end.name ??= place.claimEthernet(path)
      const portName = hub.claimLike(`${name}-${end.name}`, path)
      const portEnd: End = { path, place: hub, name: portName, options: {}, addresses: undefined, settings: undefined }
      return { path, locate, place: hub, options: this.#numbered(link(portName, end.name)), ends: [portEnd, end] }
    })
  }

  #readCable(path: string, given: unknown): void {
    const entries = entriesAt(path, given, 'an object with the two namespaces that a cable joins')
    const ends = entries.map(([name, path, given]) => this.#end(this.#placeAt(path, name), path, given))
    const [first, second] = ends
    if (first === undefined || second === undefined || ends.length > 2)
      throw invalidValue(
        OPERATION,
        path,
        `a cable joins two namespaces, and here ${ends.length === 1 ? 'is' : 'are'} ${ends.length}`,
      )
    this.#neighbourhood.cable(
      { name: first.place.name, addresses: addressesOf(first.addresses) },
      { name: second.place.name, addresses: addressesOf(second.addresses) },
    )
    const locate = cableLocate(first.path, second.path)
    const link = (one: string, other: string) => ({
      ...ONE_QUEUE,
      up: true,
      ...first.options,
      kind: 'veth',
      name: one,
      veth: { peer: { ...ONE_QUEUE, up: true, ...second.options, name: other, netns: second.place } },
    })
    checkLink(locate, link('eth0', 'eth1'))
    this.#described.push(() => {
      first.name ??= first.place.claimEthernet(first.path)
      second.name ??= second.place.claimEthernet(second.path)
      return { path, locate, place: first.place, options: this.#numbered(link(first.name, second.name)), ends }
    })
  }

  /**
   * A veth whose ends have the same index, as the first of two namespaces do, is taken for a link of its own, and told a second late that there is carrier
   * (linkwatch_urgent_event() in net/core/link_watch.c).
   */
  #numbered(options: Given & { readonly veth: { readonly peer: Given } }): Given {
    return { ...options, index: this.#index++, veth: { peer: { ...options.veth.peer, index: this.#index++ } } }
  }

  #end(place: Place, path: string, given: unknown, more: readonly string[] = []): End {
    const whole = typeof given === 'string' ? { addresses: given } : objectAt(path, given, 'an address, or an object of options')
    const { name, addresses, settings, ...options } = whole
    refuseKeys(path, options, NOT_OF_ENDS)
    if (!more.includes('port')) refuseKeys(path, options, ['port'])
    if (name !== undefined) {
      checkLinkNameAt(below(path, 'name'), name)
      place.claim(name, path)
    }
    return { path, place, name, options, addresses, settings }
  }

  #readLinks(place: Place): void {
    const path = below(place.path, 'links')
    for (const [i, given] of listAt(path, this.#of(place).links, 'a list of links').entries())
      this.#readLink(place, below(path, i), given)
  }

  #readLink(place: Place, path: string, given: unknown): void {
    const { addresses, settings, ...own } = objectAt(path, given, 'an object of options of a link')
    const locate: Locate = option => (option === 'up' && own.up === undefined ? path : optionsOf(path)(option))
    if (own.name === undefined) throw missingOption(OPERATION, below(path, 'name'))
    const options: Given = { up: true, ...own }
    checkLink(locate, options)
    const home = own.netns === undefined ? place : this.#placeAt(below(path, 'netns'), own.netns)
    if (own.netns !== undefined && own.master !== undefined)
      throw invalidValue(
        OPERATION,
        below(path, 'master'),
        'does not go with "netns": a master is of the namespace that a link is made in',
      )
    const name = own.name as string
    checkLinkNameAt(below(path, 'name'), name)
    home.claim(name, path)
    const end: End = { path, place: home, name, options, addresses, settings }
    const { peer, whole } = this.#readPeer(place, path, { ...options, ...(own.netns === undefined ? {} : { netns: home }) })
    this.#described.push(() => ({ path, locate, place, options: whole, ends: peer === undefined ? [end] : [end, peer] }))
  }

  /** The other end of a pair, which comes up as well. */
  #readPeer(place: Place, path: string, options: Given): { peer: End | undefined; whole: Given } {
    const pair = peerOf(options)
    if (pair?.given === undefined) return { peer: undefined, whole: options }
    const peerPath = `${path}.${pair.key}.${pair.peer}`
    const { netns, name } = pair.given
    const home = netns === undefined ? place : this.#placeAt(below(peerPath, 'netns'), netns)
    if (typeof name !== 'string') throw missingOption(OPERATION, below(peerPath, 'name'))
    checkLinkNameAt(below(peerPath, 'name'), name)
    home.claim(name, peerPath)
    const given = { up: true, ...pair.given, ...(netns === undefined ? {} : { netns: home }) }
    const whole = { ...options, [pair.key]: { ...(options[pair.key] as Given), [pair.peer]: given } }
    return { peer: { path: peerPath, place: home, name, options: given, addresses: undefined, settings: undefined }, whole }
  }

  /** What a namespace has beside links: now that the names of all links are known. */
  #readRest(place: Place): void {
    const { forwarding, addresses, routes, settings, sysctl } = this.#of(place)
    this.#readForwarding(place, forwarding)
    for (const [link, path, given] of entriesAt(below(place.path, 'settings'), settings, 'an object of settings, by link')) {
      if (link !== 'all' && link !== 'default') checkReference(place, path, link)
      planSettings(place, link, path, given)
    }
    for (const [name, path, value] of entriesAt(below(place.path, 'sysctl'), sysctl, 'an object of settings'))
      planSysctl(place, name, path, value)
    for (const [link, path, given] of entriesAt(below(place.path, 'addresses'), addresses, 'an object of addresses, by link')) {
      checkReference(place, path, link)
      planAddresses(place, link, path, given)
    }
    for (const [to, path, given] of entriesAt(below(place.path, 'routes'), routes, 'an object of routes, by where they lead'))
      for (const [own, one] of oneOrMoreAt(path, given)) this.#planRoute(place, to, own, one)
  }

  #readForwarding(place: Place, forwarding: unknown): void {
    if (forwarding === undefined) return
    const path = below(place.path, 'forwarding')
    if (typeof forwarding !== 'boolean') throw invalidType(OPERATION, path, 'a boolean', forwarding)
    const locate = () => path
    place.settings.push({ locate, what: netns => netns.sysctl.set('net.ipv4.ip_forward', forwarding) })
    place.settings.push({ locate, what: ifThere(netns => netns.sysctl.set('net.ipv6.conf.all.forwarding', forwarding)) })
  }

  #planRoute(place: Place, to: string, path: string, given: unknown): void {
    const locate: Locate =
      typeof given === 'string' ? () => path : option => (option === 'to' || option === '' ? path : `${path}.${option}`)
    const { via, ...options } =
      typeof given === 'string' ? { via: given } : objectAt(path, given, 'a router, or an object of options of a route')
    refuseKeys(path, options, ['to'])
    if ('link' in options) checkReference(place, below(path, 'link'), options.link)
    for (const router of this.#neighbourhood.routers(place.name, to, via, locate('via'))) {
      const what = { to, ...(router === undefined ? {} : { via: router }), ...options }
      checkRoute(locate, what)
      place.routes.push({ locate, what: what as RouteOptions })
    }
  }

  #readEnd({ place, name, path, addresses, settings }: End): void {
    if (name === undefined) return
    if (settings !== undefined) planSettings(place, name, below(path, 'settings'), settings)
    const own = typeof addresses === 'string' ? path : below(path, 'addresses')
    planAddresses(place, name, own, addresses)
  }

  #planned({ locate, place, options, ends }: Described): PlannedLink {
    const carries = ends.length === 2 && options.up !== false && peerOf(options)?.given?.up !== false
    const brings = ends.map(({ place, name }): LinkName => ({ place, name: name as string }))
    return {
      locate,
      place,
      options: comesUpLater(options, ends) as unknown as AddLinkOptions,
      brings,
      needs: needsOf(place, options, ends),
      carries,
    }
  }
}
