import { Addresses } from './addresses/addresses.ts'
import { BridgeVlans } from './bridge-vlans/bridge-vlans.ts'
import { Ethtool } from './ethtool/ethtool.ts'
import { Fdb } from './fdb/fdb.ts'
import { Fou } from './fou/fou.ts'
import { Links } from './links/links.ts'
import { Macsec } from './macsec/macsec.ts'
import { addMasquerade, type Masquerade } from './masquerade/masquerade.ts'
import type { MasqueradeOptions } from './masquerade/options.ts'
import { Mdb } from './mdb/mdb.ts'
import { NamespaceIds } from './namespace-ids/namespace-ids.ts'
import { NeighborTables } from './neighbor-tables/neighbor-tables.ts'
import { Neighbors } from './neighbors/neighbors.ts'
import { Nexthops } from './nexthops/nexthops.ts'
import type { NamespaceReference } from './protocol/namespace-reference.ts'
import { holdNamespace } from './protocol/namespaces.ts'
import { type CallOptions, Session } from './protocol/session.ts'
import { checkSessionOptions, type SessionOptions } from './protocol/session-options.ts'
import { Routes } from './routes/routes.ts'
import { Rules } from './rules/rules.ts'
import { Team } from './team/team.ts'
import { Vnis } from './vnis/vnis.ts'
import { type Mirror, openMirror } from './watch/mirror.ts'
import type { ObjectKey } from './watch/objects.ts'
import { checkWatchOptions, MIRRORED, type MirrorOptions, type WatchOptions } from './watch/options.ts'
import { Watcher } from './watch/watcher.ts'
import { Wireguard } from './wireguard/wireguard.ts'

/** Options of `Rtnetlink.open`. */
export interface RtnetlinkOptions extends SessionOptions {
  /** Namespace to work in. Default: the process's own. */
  netns?: NamespaceReference
}

/**
 * A session with the kernel: one socket in one namespace, requests in call order. `Netns` opens one by itself; open your own for
 * other options, or for requests that should not wait for those of another session.
 */
export class Rtnetlink implements AsyncDisposable {
  readonly #session: Session
  readonly #release: () => void
  /** Links, as `ip link` has them. */
  readonly links: Links
  #addresses: Addresses | undefined
  #routes: Routes | undefined
  #namespaceIds: NamespaceIds | undefined
  #bridgeVlans: BridgeVlans | undefined
  #rules: Rules | undefined
  #ethtool: Ethtool | undefined
  #neighbors: Neighbors | undefined
  #fdb: Fdb | undefined
  #mdb: Mdb | undefined
  #neighborTables: NeighborTables | undefined
  #nexthops: Nexthops | undefined
  #fou: Fou | undefined
  #vnis: Vnis | undefined
  #macsec: Macsec | undefined
  #wireguard: Wireguard | undefined
  #team: Team | undefined

  /** Opens a session. The socket itself opens with the first request. */
  static async open({ netns, ...options }: RtnetlinkOptions = {}): Promise<Rtnetlink> {
    const checked = checkSessionOptions('Rtnetlink.open', options, ['netns'])
    if (netns === undefined) return new Rtnetlink(new Session(checked), () => {})
    const { native, release } = await holdNamespace('Rtnetlink.open', netns)
    return new Rtnetlink(new Session(checked, () => native), release)
  }

  /** @internal Netns builds its own around the session that it keeps. */
  constructor(session: Session, release: () => void) {
    this.#session = session
    this.#release = release
    this.links = new Links(session)
  }

  /** Addresses, as `ip address` has them. */
  get addresses(): Addresses {
    this.#addresses ??= new Addresses(this.#session)
    return this.#addresses
  }

  /** Routes, as `ip route` has them. */
  get routes(): Routes {
    this.#routes ??= new Routes(this.#session)
    return this.#routes
  }

  /** Ids of other namespaces in this one. */
  get namespaceIds(): NamespaceIds {
    this.#namespaceIds ??= new NamespaceIds(this.#session)
    return this.#namespaceIds
  }

  /** VLANs of bridges and of their ports, as `bridge vlan` has them. */
  get bridgeVlans(): BridgeVlans {
    this.#bridgeVlans ??= new BridgeVlans(this.#session)
    return this.#bridgeVlans
  }

  /** Rules of routing, as `ip rule` has them. */
  get rules(): Rules {
    this.#rules ??= new Rules(this.#session)
    return this.#rules
  }

  /** What the drivers of links know and can be told, as `ethtool` has it. */
  get ethtool(): Ethtool {
    this.#ethtool ??= new Ethtool(this.#session)
    return this.#ethtool
  }

  /** Nexthop objects, as `ip nexthop` has them. */
  get nexthops(): Nexthops {
    this.#nexthops ??= new Nexthops(this.#session)
    return this.#nexthops
  }

  /** Neighbors, as `ip neighbor` has them. */
  get neighbors(): Neighbors {
    this.#neighbors ??= new Neighbors(this.#session)
    return this.#neighbors
  }

  /** Forwarding tables of bridges and vxlans, as `bridge fdb` has them. */
  get fdb(): Fdb {
    this.#fdb ??= new Fdb(this.#session)
    return this.#fdb
  }

  /** Multicast databases of bridges and vxlans, as `bridge mdb` has them. */
  get mdb(): Mdb {
    this.#mdb ??= new Mdb(this.#session)
    return this.#mdb
  }

  /** The kernel's tables of neighbors, as `ip ntable` has them. */
  get neighborTables(): NeighborTables {
    this.#neighborTables ??= new NeighborTables(this.#session)
    return this.#neighborTables
  }

  /** Ports at which tunnels in UDP arrive, as `ip fou` has them. */
  get fou(): Fou {
    this.#fou ??= new Fou(this.#session.generic)
    return this.#fou
  }

  /** Network ids of vxlan links with a filter, as `bridge vni` has them. */
  get vnis(): Vnis {
    this.#vnis ??= new Vnis(this.#session)
    return this.#vnis
  }

  /** Channels and keys of MACsec links, as `ip macsec` has them. */
  get macsec(): Macsec {
    this.#macsec ??= new Macsec(this.#session)
    return this.#macsec
  }

  /** WireGuard devices, as `wg` has them. */
  get wireguard(): Wireguard {
    this.#wireguard ??= new Wireguard(this.#session.generic)
    return this.#wireguard
  }

  /** Options and ports of teams, as `teamnl` has them. */
  get team(): Team {
    this.#team ??= new Team(this.#session.generic)
    return this.#team
  }

  /** Source NAT: see `Netns.masquerade`. */
  async masquerade(options: MasqueradeOptions, call?: CallOptions): Promise<Masquerade> {
    return await addMasquerade(this.#session, options, call)
  }

  /**
   * What changes, as typed events: `for await (const event of session.watch({ links: true, routes: { table: 'main' } }))`. Same as `ip monitor`, with what
   * was there before, without gaps: messages that the kernel had to drop are made good by reading the tables again. A link named in a
   * filter is looked up when the watch begins. It begins with the call; `ready` says when.
   * @throws {TypeError} for an unknown option, and for nothing to watch.
   */
  watch<const O extends WatchOptions>(options: O): Watcher<Extract<keyof O, ObjectKey>> {
    return new Watcher(this.#session, checkWatchOptions('watch', options))
  }

  /**
   * A live view: `const mirror = await ns.mirror()`, then `mirror.links.get('eth0')`, `for (const route of mirror.routes)`, `mirror.on('change', …)`.
   * Built on `watch`: what `list` would answer, without asking. Default: links, addresses and routes. Close it in the end.
   * @throws {TypeError} for an unknown option.
   */
  mirror(): Promise<Mirror<keyof typeof MIRRORED>>
  mirror<const O extends MirrorOptions>(options: O): Promise<Mirror<Extract<keyof O, ObjectKey>>>
  async mirror(options?: MirrorOptions): Promise<Mirror> {
    return await openMirror(this.#session, checkWatchOptions('mirror', options ?? MIRRORED))
  }

  get closed(): boolean {
    return this.#session.closed
  }

  /** Requests that were not sent yet end with ClosedError; what the kernel has takes effect. Idempotent. */
  close(): void {
    if (this.#session.closed) return
    this.#session.close()
    this.#release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
