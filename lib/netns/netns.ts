import type {
  ChildProcess,
  ChildProcessWithoutNullStreams,
  ExecFileOptions,
  ExecOptions,
  ForkOptions,
  PromiseWithChild,
  SpawnOptions,
  SpawnOptionsWithoutStdio,
  SpawnOptionsWithStdioTuple,
  StdioNull,
  StdioPipe,
} from 'node:child_process'
import type dgram from 'node:dgram'
import { readdir } from 'node:fs/promises'
import type http from 'node:http'
import type https from 'node:https'
import type net from 'node:net'
import type tls from 'node:tls'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import type { Addresses } from '../addresses/addresses.ts'
import type { BridgeVlans } from '../bridge-vlans/bridge-vlans.ts'
import type { Capture } from '../capture/capture.ts'
import { openCapture } from '../capture/open.ts'
import type { CaptureOptions } from '../capture/options.ts'
import { ClosedError, invalidType, invalidValue, unknownOption } from '../errors.ts'
import type { Ethtool } from '../ethtool/ethtool.ts'
import type { Fdb } from '../fdb/fdb.ts'
import type { Fou } from '../fou/fou.ts'
import type { Links } from '../links/links.ts'
import type { Macsec } from '../macsec/macsec.ts'
import type { Masquerade } from '../masquerade/masquerade.ts'
import type { MasqueradeOptions } from '../masquerade/options.ts'
import type { Mdb } from '../mdb/mdb.ts'
import { NamespaceIds } from '../namespace-ids/namespace-ids.ts'
import type { NativeNamespace } from '../native/binding.ts'
import type { NeighborTables } from '../neighbor-tables/neighbor-tables.ts'
import type { Neighbors } from '../neighbors/neighbors.ts'
import type { Nexthops } from '../nexthops/nexthops.ts'
import { completions } from '../protocol/completions.ts'
import {
  type NamespaceDescriptor,
  type NamespaceHandle,
  type NamespaceReference,
  namespaceDescriptor,
} from '../protocol/namespace-reference.ts'
import { openNamespace, runNamespaceCall } from '../protocol/namespaces.ts'
import { type CallOptions, Session } from '../protocol/session.ts'
import { checkSessionOptions, type SessionOptions } from '../protocol/session-options.ts'
import type { Routes } from '../routes/routes.ts'
import { Rtnetlink } from '../rtnetlink.ts'
import type { Rules } from '../rules/rules.ts'
import { checkObject } from '../schema/check-options.ts'
import type { LinkReference } from '../schema/references.ts'
import type { Team } from '../team/team.ts'
import type { TunDevice } from '../tun/device.ts'
import { openTap, openTun } from '../tun/open.ts'
import type { TapLinkOptions, TapOptions, TunOptions } from '../tun/options.ts'
import { NETNS_DIRECTORY, namespaceNameFault } from '../values/namespace-name.ts'
import type { Vnis } from '../vnis/vnis.ts'
import type { Mirror } from '../watch/mirror.ts'
import type { ObjectKey } from '../watch/objects.ts'
import type { MIRRORED, MirrorOptions, WatchOptions } from '../watch/options.ts'
import type { Watcher } from '../watch/watcher.ts'
import type { Wireguard } from '../wireguard/wireguard.ts'
import { httpAgent, httpsAgent } from './agents.ts'
import { type ConnectOptions, checkConnectOptions, connect } from './connect.ts'
import { createOwned } from './create-owned.ts'
import { createSocket, type DatagramSocketOptions } from './datagram-socket.ts'
import { Fetch } from './fetch.ts'
import { type ListenOptions, listen } from './listen.ts'
import { checkLookup, type LookupAddress, type LookupOptions, lookupAll } from './names/lookup.ts'
import { NamespaceWatcher, type NamespaceWatchOptions } from './namespace-watcher.ts'
import { Netdevsim } from './netdevsim.ts'
import { type PingOptions, type PingResult, ping } from './ping.ts'
import type { Place } from './place.ts'
import { type PidsOptions, pids } from './processes/pids.ts'
import {
  type ChildProcessWithStreams,
  exec,
  execFile,
  fork,
  type LaunchOptions,
  type ProcessOutput,
  type ProcessParameters,
  spawn,
} from './processes/spawn.ts'
import { nameOfThread } from './processes/thread.ts'
import { startWorker } from './processes/worker.ts'
import { type OpenSocketOptions, openSocket, type RawSocket } from './raw-socket.ts'
import { createServer } from './server.ts'
import { Sysctl } from './sysctl.ts'
import { type TlsConnectOptions, tlsConnect } from './tls-connect.ts'

/** A network namespace by name, path, process or descriptor; never by a handle, which is open already. */
export type NamespaceLocation = Exclude<NamespaceReference, NamespaceHandle>

/** Options of `Netns.create`. */
export interface NetnsOptions extends SessionOptions {
  /**
   * Whether it is made under a user namespace of the caller's own: then no capability is needed, and what it can be linked with are the other
   * namespaces that this process (or Worker) made so. Default: where the process lacks CAP_SYS_ADMIN or CAP_NET_ADMIN.
   */
  user?: boolean | undefined
}

/**
 * A network namespace, with its links, addresses and routes. Handles are cheap: the session behind one opens with its first request.
 * `close()` lets go of the handle; an anonymous namespace ends when nothing holds it any longer. `await using` also deletes a named
 * one that this handle created.
 */
export class Netns implements NamespaceHandle, AsyncDisposable {
  /** Name under /run/netns, for those created or opened by name. */
  readonly name: string | undefined
  #own: boolean
  readonly #isCurrent: boolean
  readonly #session: Session
  readonly #rtnetlink: Rtnetlink
  readonly #place: Place
  #sysctl: Sysctl | undefined
  #netdevsim: Netdevsim | undefined
  #fetch: Fetch | undefined
  #native: NativeNamespace | undefined
  #pins = 0
  /** Made under a user namespace of the caller's. */
  #isOwned = false

  /** The namespace that the process is in. In a Worker: the one its thread is in. Opens nothing until it is used. */
  static current(options?: SessionOptions): Netns {
    return new Netns(undefined, undefined, false, checkSessionOptions('Netns.current', options))
  }

  /**
   * Creates a namespace: anonymous, or named as `ip netns add` does it, visible to `ip netns list`. It has only `lo`, which is down.
   * A process without CAP_SYS_ADMIN and CAP_NET_ADMIN gets one under a user namespace of its own, unless `user` is false. A name takes root.
   * @throws {NamespaceError} `EEXIST` when the name is taken, `EPERM` or `EACCES` for a name without root. {@link UserNamespaceError} when the
   * system refuses user namespaces; it says which setting does. {@link SystemError} `EPERM` with `user: false` and without CAP_SYS_ADMIN.
   */
  static async create(options?: NetnsOptions): Promise<Netns>
  static async create(name: string | undefined, options?: NetnsOptions): Promise<Netns>
  static async create(name?: string | NetnsOptions, options?: NetnsOptions): Promise<Netns> {
    const [given, { user, ...session }] = typeof name === 'object' ? [undefined, name] : [name, options ?? {}]
    const checked = given === undefined ? undefined : checkName('Netns.create', given)
    const { addon } = completions()
    const native = new addon.Namespace()
    const owned = checked === undefined && (user ?? !addon.isPrivileged())
    const created = new Netns(native, checked, true, checkSessionOptions('Netns.create', session, ['user']))
    created.#isOwned = owned
    if (checked !== undefined) {
      if (user)
        throw invalidValue('Netns.create', 'user', 'a name is a mount in /run/netns, which takes root: leave one of both out')
      await runNamespaceCall('Netns.create', asked(checked), id => native.createNamed(id, NETNS_DIRECTORY, checked))
    } else if (owned) {
      await createOwned('Netns.create', native, user === undefined)
    } else {
      await runNamespaceCall('Netns.create', asked(undefined), id => native.create(id))
    }
    return created
  }

  /**
   * Opens a namespace by name, by path (text with a `/`), or as `{ pid }`, `{ fd }`, `{ path }`. The descriptor stays the caller's.
   * @throws {NamespaceError} `ENOENT` when there is none, `ERR_NOT_A_NAMESPACE` when what is there is no network namespace.
   */
  static async open(location: NamespaceLocation, options?: SessionOptions): Promise<Netns> {
    const name = typeof location === 'string' && !location.includes('/') ? location : undefined
    return await Netns.#open('Netns.open', location, name, options)
  }

  /**
   * Opens the namespace that a process is in, or was when this was called. The number is looked up once; it means the same process for as long as
   * that was not waited for, as one of node:child_process before its `'exit'`.
   * @throws {NamespaceError} `ENOENT` when there is no such process or it has ended, `EACCES` when this user may not look at it.
   */
  static async ofPid(pid: number, options?: SessionOptions): Promise<Netns> {
    return await Netns.#open('Netns.ofPid', { pid }, undefined, options)
  }

  static async #open(
    operation: string,
    location: NamespaceLocation,
    name: string | undefined,
    options?: SessionOptions,
  ): Promise<Netns> {
    const checked = checkSessionOptions(operation, options)
    return new Netns(await openNamespace(operation, location), name, false, checked)
  }

  /** Names of the named namespaces, sorted. Same as `ip netns list`. */
  static async list(): Promise<string[]> {
    try {
      return (await readdir(NETNS_DIRECTORY)).sort()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  /**
   * Namespaces that appear and vanish: names under /run/netns, and ids of other namespaces in this process's own. Nothing is polled. Same as
   * `ip netns monitor`, with the ids that `ip monitor nsid` tells.
   */
  static watch(options: NamespaceWatchOptions = {}): NamespaceWatcher {
    return new NamespaceWatcher(options)
  }

  /**
   * Removes the name. The namespace itself lives on while a process, a handle or a socket is in it. Same as `ip netns delete`.
   * @throws {NamespaceError} `ENOENT` when there is no such name.
   */
  static async delete(name: string): Promise<void> {
    const checked = checkName('Netns.delete', name)
    await runNamespaceCall('Netns.delete', asked(checked), id =>
      completions().addon.deleteNamedNamespace(id, NETNS_DIRECTORY, checked),
    )
  }

  private constructor(
    native: NativeNamespace | undefined,
    name: string | undefined,
    own: boolean,
    options: Required<SessionOptions>,
  ) {
    this.name = name
    this.#own = own
    this.#isCurrent = native === undefined
    this.#native = native
    this.#session = new Session(options, () => (this.#isCurrent ? undefined : this.#native))
    this.#rtnetlink = new Rtnetlink(this.#session, () => {})
    this.#place = {
      name: this.#isCurrent ? nameOfThread() : name,
      isCurrent: this.#isCurrent,
      enter: operation => this.#enter(operation),
      owner: () => this.#owner(),
    }
  }

  /** Settings, as `sysctl` has them inside the namespace. */
  get sysctl(): Sysctl {
    this.#sysctl ??= new Sysctl(operation => this.#opened(operation))
    return this.#sysctl
  }

  /** Simulated network devices, for tests. */
  get netdevsim(): Netdevsim {
    this.#netdevsim ??= new Netdevsim(operation => this.#opened(operation), this.links)
    return this.#netdevsim
  }

  /** Links, as `ip link` has them. */
  get links(): Links {
    return this.#rtnetlink.links
  }

  /** Addresses, as `ip address` has them. */
  get addresses(): Addresses {
    return this.#rtnetlink.addresses
  }

  /** Routes, as `ip route` has them. */
  get routes(): Routes {
    return this.#rtnetlink.routes
  }

  /** Rules of routing, as `ip rule` has them. */
  get rules(): Rules {
    return this.#rtnetlink.rules
  }

  /** Nexthop objects, as `ip nexthop` has them. */
  get nexthops(): Nexthops {
    return this.#rtnetlink.nexthops
  }

  /** Neighbors, as `ip neighbor` has them. */
  get neighbors(): Neighbors {
    return this.#rtnetlink.neighbors
  }

  /** Forwarding tables of bridges and vxlans, as `bridge fdb` has them. */
  get fdb(): Fdb {
    return this.#rtnetlink.fdb
  }

  /** Multicast databases of bridges and vxlans, as `bridge mdb` has them. */
  get mdb(): Mdb {
    return this.#rtnetlink.mdb
  }

  /** The kernel's tables of neighbors, as `ip ntable` has them. */
  get neighborTables(): NeighborTables {
    return this.#rtnetlink.neighborTables
  }

  /** VLANs of bridges and of their ports, as `bridge vlan` has them. */
  get bridgeVlans(): BridgeVlans {
    return this.#rtnetlink.bridgeVlans
  }

  /** Ids of other namespaces in this one, as `ip netns list-id` has them. */
  get namespaceIds(): NamespaceIds {
    return this.#rtnetlink.namespaceIds
  }

  /** What the drivers of links know and can be told, as `ethtool` has it. */
  get ethtool(): Ethtool {
    return this.#rtnetlink.ethtool
  }

  /** Ports at which tunnels in UDP arrive, as `ip fou` has them. */
  get fou(): Fou {
    return this.#rtnetlink.fou
  }

  /** Network ids of vxlan links with a filter, as `bridge vni` has them. */
  get vnis(): Vnis {
    return this.#rtnetlink.vnis
  }

  /** Channels and keys of MACsec links, as `ip macsec` has them. */
  get macsec(): Macsec {
    return this.#rtnetlink.macsec
  }

  /** WireGuard devices, as `wg` has them. */
  get wireguard(): Wireguard {
    return this.#rtnetlink.wireguard
  }

  /** Options and ports of teams, as `teamnl` has them. */
  get team(): Team {
    return this.#rtnetlink.team
  }

  /**
   * Source NAT: packets that come from `source` and leave by `out` get the address of that link as their source, and the answers find their way back. It is in force until
   * it is closed, the handle is closed, or the process ends; `keep: true` lets it stay. Routing needs `net.ipv4.ip_forward` besides. It has tables of its own in nf_tables, and touches no other.
   * Same as `nft add rule … ip saddr 192.168.1.0/24 oifname "eth0" masquerade`, and as `iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE`.
   * Needs CAP_NET_ADMIN in the user namespace that owns this network namespace.
   * @throws {TypeError} for an unknown option or a value that cannot be meant, {RangeError} for a number out of range; nothing is sent.
   * @throws {NetlinkError} `EOPNOTSUPP` or `ENOENT` when this kernel lacks nf_tables or its NAT, with the module that brings it; `EPERM` without the capability. Nothing is changed then.
   */
  async masquerade(options: MasqueradeOptions, call?: CallOptions): Promise<Masquerade> {
    return await this.#rtnetlink.masquerade(options, call)
  }

  /**
   * What changes, as typed events: `for await (const event of ns.watch({ links: true, routes: { table: 'main' } }))`. Same as `ip monitor`, with what was
   * there before, without gaps: messages that the kernel had to drop are made good by reading the tables again. A link named in a
   * filter is looked up when the watch begins. It begins with the call; `ready` says when.
   * @throws {TypeError} for an unknown option, and for nothing to watch.
   */
  watch<const O extends WatchOptions>(options: O): Watcher<Extract<keyof O, ObjectKey>> {
    return this.#rtnetlink.watch(options)
  }

  /**
   * A live view: `const mirror = await ns.mirror()`, then `mirror.links.get('eth0')`, `for (const route of mirror.routes)`, `mirror.on('change', …)`.
   * Built on `watch`: what `list` would answer, without asking. Default: links, addresses and routes. Close it in the end.
   * @throws {TypeError} for an unknown option.
   */
  mirror(): Promise<Mirror<keyof typeof MIRRORED>>
  mirror<const O extends MirrorOptions>(options: O): Promise<Mirror<Extract<keyof O, ObjectKey>>>
  async mirror(options?: MirrorOptions): Promise<Mirror> {
    return (await (options === undefined ? this.#rtnetlink.mirror() : this.#rtnetlink.mirror(options))) as Mirror
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#session.closed
  }

  /** Device and inode of the namespace as `dev:ino`: two handles are of one namespace when these are equal. */
  get inode(): string {
    this.#checkOpen('netns.inode')
    return this.#descriptor().inode
  }

  /**
   * Id by which the current namespace, the one that the process is in, knows this one, or undefined: then it gets none by being asked for.
   * `from.namespaceIds.get(this)` tells what another one knows it by. Same as `ip netns list-id`.
   */
  async id(call?: CallOptions): Promise<number | undefined> {
    this.#checkOpen('netns.id')
    const here = new Session()
    try {
      return await new NamespaceIds(here).get(this, call)
    } finally {
      here.close()
    }
  }

  /**
   * Numbers of the processes in the namespace, sorted, as far as this user may look at them. Same as `ip netns pids NAME`, which goes by the first
   * thread of a process alone; `threads` looks at all. It is what was seen at some moment: a process may have ended since, and its number be
   * another's.
   */
  async pids(options?: PidsOptions): Promise<number[]> {
    this.#checkOpen('netns.pids')
    return await pids(this.inode, options)
  }

  /**
   * Sends ICMP or ICMPv6 echo requests from inside the namespace, by the family of the address. Same as `ping -c COUNT ADDRESS`.
   * No reply is a result, not an error. Needs CAP_NET_RAW, or a group in net.ipv4.ping_group_range.
   * @throws {SystemError} such as `ENETUNREACH`, when nothing could be sent.
   */
  async ping(address: string, options: PingOptions = {}): Promise<PingResult> {
    this.#checkOpen('netns.ping')
    return await ping(this.#place, address, options)
  }

  /**
   * Captures the frames that cross a link, or every link of the namespace when there is none given, from the moment that this resolves. Same as
   * `tcpdump -i LINK`. Needs CAP_NET_RAW in the user namespace that owns the network namespace.
   * @throws {SystemError} `ENODEV` when there is no such link, `EPERM` without the capability, `EINVAL` when the kernel refuses the filter.
   */
  async capture(link?: LinkReference, options: CaptureOptions = {}): Promise<Capture> {
    const namespace = this.#enter('netns.capture')
    return await openCapture({ namespace, links: this.links }, link, options)
  }

  /**
   * A `net.Server` that listens in the namespace: `netns.createServer(...).listen(8000)`. Otherwise as `net.createServer`, also its errors.
   * A server outlives the handle.
   */
  createServer(listener?: (socket: net.Socket) => void): net.Server
  createServer(options: net.ServerOpts, listener?: (socket: net.Socket) => void): net.Server
  createServer(options?: net.ServerOpts | ((socket: net.Socket) => void), listener?: (socket: net.Socket) => void): net.Server {
    return createServer(this.#place, options, listener)
  }

  /**
   * Makes a server listen in the namespace, and resolves with it once it does. Any that `server.listen()` of Node's can give a descriptor:
   * of http, https, http2, tls, net.
   * @throws what the server would emit, such as `EADDRINUSE`, with Node's `code`, `errno`, `syscall`, `address` and `port`. The server emits
   * no `'error'` then.
   */
  async listen<Server extends net.Server>(server: Server, options: ListenOptions = {}): Promise<Server> {
    this.#checkOpen('netns.listen')
    return await listen(this.#place, server, options)
  }

  /**
   * Connects from inside the namespace: a `net.Socket`, as `net.connect` gives it, with its events and errors. Names are looked up inside too.
   * @throws {TypeError} for a mistake in the options.
   */
  connect(options: ConnectOptions, listener?: () => void): net.Socket {
    this.#checkOpen('netns.connect')
    checkConnectOptions(options)
    return connect(this.#place, options, listener)
  }

  /** TLS from inside the namespace, as `tls.connect`. */
  tlsConnect(options: TlsConnectOptions, listener?: () => void): tls.TLSSocket {
    this.#checkOpen('netns.tlsConnect')
    return tlsConnect(this.#place, options, listener)
  }

  /** An agent for node:http whose connections are made from inside the namespace. The caller destroys it. */
  agent(options: http.AgentOptions = {}): http.Agent {
    this.#checkOpen('netns.agent')
    return httpAgent(this.#place, options)
  }

  /** Likewise for node:https. */
  httpsAgent(options: https.AgentOptions = {}): https.Agent {
    this.#checkOpen('netns.httpsAgent')
    return httpsAgent(this.#place, options)
  }

  /**
   * Node's `fetch`, from inside the namespace. Connections are kept for the next request, until the handle is closed.
   * @throws {TypeError} `fetch failed`, with the reason as its `cause`, as Node's.
   */
  async fetch(
    input: Parameters<typeof globalThis.fetch>[0],
    init?: Parameters<typeof globalThis.fetch>[1],
  ): ReturnType<typeof globalThis.fetch> {
    this.#fetch ??= new Fetch(this.#place)
    return await this.#fetch.fetch(input, init)
  }

  /** A `dgram.Socket` in the namespace, as `dgram.createSocket` gives it, multicast included. */
  createSocket(
    options: dgram.SocketType | DatagramSocketOptions,
    listener?: (message: Buffer, from: dgram.RemoteInfo) => void,
  ): dgram.Socket {
    this.#checkOpen('netns.createSocket')
    return createSocket(this.#place, options, listener)
  }

  /**
   * A socket of any family, as a descriptor: AF_PACKET, CAN, other netlink protocols.
   * @throws {SystemError} such as `EPERM` (most raw sockets need CAP_NET_RAW), `EAFNOSUPPORT`, `ENODEV` for a link that is not there.
   */
  async openSocket(options: OpenSocketOptions): Promise<RawSocket> {
    this.#checkOpen('netns.openSocket')
    return await openSocket(this.#place, options)
  }

  /**
   * Looks a host's name up: in the hosts file, then by asking the name servers of resolv.conf from inside the namespace. A named namespace
   * has its own files in /etc/netns/NAME, where they are there.
   * @throws {LookupError} `ENOTFOUND` when it has no address, `EAI_AGAIN` when no name server could tell.
   */
  async lookup(hostname: string, options: LookupOptions & { all: true }): Promise<LookupAddress[]>
  async lookup(hostname: string, options?: LookupOptions & { all?: false }): Promise<LookupAddress>
  async lookup(hostname: string, options?: LookupOptions): Promise<LookupAddress | LookupAddress[]>
  async lookup(hostname: string, options: LookupOptions = {}): Promise<LookupAddress | LookupAddress[]> {
    this.#checkOpen('netns.lookup')
    checkLookup(hostname, options)
    const addresses = await lookupAll(this.#place, 'netns.lookup', hostname, options)
    return options.all ? addresses : addresses[0]
  }

  /**
   * A `child_process.ChildProcess` that is born in the namespace: the program of `child_process.spawn(command, args, options)`, with all of its
   * options, events and errors. Same as `ip netns exec NAME COMMAND`, also for its mounts. Needs
   * CAP_SYS_ADMIN, but for a namespace under a user namespace of the caller's.
   * A process outlives the handle, and this process too.
   * @returns a process that emits `'error'` when it could not be started: Node's own, such as `spawn COMMAND ENOENT`, or a {@link SystemError}
   * when the namespace could not be entered.
   */
  spawn(command: string, options?: SpawnOptionsWithoutStdio & LaunchOptions): ChildProcessWithoutNullStreams
  spawn(command: string, options: SpawnOptions & LaunchOptions): ChildProcess
  spawn(
    command: string,
    args?: readonly string[],
    options?: SpawnOptionsWithoutStdio & LaunchOptions,
  ): ChildProcessWithoutNullStreams
  spawn<In extends StdioNull | StdioPipe, Out extends StdioNull | StdioPipe, Err extends StdioNull | StdioPipe>(
    command: string,
    args: readonly string[],
    options: SpawnOptionsWithStdioTuple<In, Out, Err> & LaunchOptions,
  ): ChildProcessWithStreams<In, Out, Err>
  spawn(command: string, args: readonly string[], options: SpawnOptions & LaunchOptions): ChildProcess
  spawn(command: string, ...parameters: ProcessParameters<SpawnOptions & LaunchOptions>): ChildProcess {
    this.#checkOpen('netns.spawn')
    return spawn(this.#place, command, parameters)
  }

  /**
   * Runs a program in the namespace, and resolves with what it wrote: as `promisify(child_process.execFile)`, also its errors, with `code`,
   * `signal`, `killed`, `cmd`, `stdout` and `stderr`. The process is `child` of the promise.
   */
  execFile(
    file: string,
    args?: readonly string[],
    options?: ExecFileOptions & LaunchOptions & { encoding?: BufferEncoding },
  ): PromiseWithChild<ProcessOutput<string>>
  execFile(
    file: string,
    args: readonly string[] | undefined,
    options: ExecFileOptions & LaunchOptions & { encoding: 'buffer' | null },
  ): PromiseWithChild<ProcessOutput<Buffer>>
  execFile(
    file: string,
    options: ExecFileOptions & LaunchOptions & { encoding?: BufferEncoding },
  ): PromiseWithChild<ProcessOutput<string>>
  execFile(
    file: string,
    ...parameters: ProcessParameters<ExecFileOptions & LaunchOptions>
  ): PromiseWithChild<ProcessOutput<string | Buffer>> {
    this.#checkOpen('netns.execFile')
    return execFile(this.#place, file, parameters)
  }

  /** Likewise for a line of the shell, as `promisify(child_process.exec)`. */
  exec(
    command: string,
    options?: ExecOptions & LaunchOptions & { encoding?: BufferEncoding },
  ): PromiseWithChild<ProcessOutput<string>>
  exec(
    command: string,
    options: ExecOptions & LaunchOptions & { encoding: 'buffer' | null },
  ): PromiseWithChild<ProcessOutput<Buffer>>
  exec(command: string, options?: ExecOptions & LaunchOptions): PromiseWithChild<ProcessOutput<string | Buffer>> {
    this.#checkOpen('netns.exec')
    return exec(this.#place, command, options)
  }

  /** A Node of its own in the namespace that runs a module, as `child_process.fork`: with a channel for messages. */
  fork(module: string | URL, args?: readonly string[], options?: ForkOptions & LaunchOptions): ChildProcess
  fork(module: string | URL, options?: ForkOptions & LaunchOptions): ChildProcess
  fork(module: string | URL, ...parameters: ProcessParameters<ForkOptions & LaunchOptions>): ChildProcess {
    this.#checkOpen('netns.fork')
    return fork(this.#place, module, parameters)
  }

  /**
   * A `worker_threads.Worker` whose thread is in the namespace, from before its own code runs: whatever that code does with sockets, child
   * processes, generic clients, happens inside. Options are those of `new Worker(file, options)`. Needs CAP_SYS_ADMIN.
   * dns.lookup(), and so every name, is looked up inside as by {@link lookup}. What stays outside: asynchronous calls of node:fs, which matter for
   * /proc/sys, and /sys.
   * @throws {SystemError} `EPERM` without the capability, also for a namespace under a user namespace of the caller's: `fork` does it there.
   */
  worker(file: string | URL, options?: WorkerOptions): Worker {
    this.#checkOpen('netns.worker')
    return startWorker(this.#place, file, options)
  }

  /** Whoever has rights in this process's user namespace goes in as he is, as with `ip netns exec`. */
  #owner(): { fd: number } | undefined {
    const fd = this.#isOwned || !completions().addon.isPrivileged() ? (this.#native?.userFd ?? -1) : -1
    return fd < 0 ? undefined : { fd }
  }

  #enter(operation: string): NativeNamespace | undefined {
    this.#checkOpen(operation)
    return this.#isCurrent ? undefined : this.#native
  }

  /** As `openTun`, in this namespace. */
  async openTun(options: Omit<TunOptions, 'netns'> = {}): Promise<TunDevice> {
    this.#checkOpen('netns.openTun')
    return await openTun(this.#here('netns.openTun', options))
  }

  /** As `openTap`, in this namespace: a tap of its own, or with `link` the character device of a macvtap or ipvtap. */
  async openTap(options: Omit<TapOptions, 'netns'> | Omit<TapLinkOptions, 'netns'> = {}): Promise<TunDevice> {
    this.#checkOpen('netns.openTap')
    return await openTap(this.#here('netns.openTap', options))
  }

  #here<O extends object>(operation: string, options: O): O & { netns: NamespaceReference | undefined } {
    if ('netns' in checkObject(operation, options)) throw unknownOption(operation, 'netns', [])
    return { ...options, netns: this.#isCurrent ? undefined : this }
  }

  /** @internal What features need of a handle. */
  [namespaceDescriptor](): NamespaceDescriptor | undefined {
    if (this.closed) return undefined
    const native = this.#descriptor()
    this.#pins++
    let pinned = true
    const unpin = () => {
      if (pinned) this.#unpin()
      pinned = false
    }
    return { fd: native.fd, native, pin: { unpin }, session: this.#session }
  }

  #descriptor(): NativeNamespace {
    if (this.#native === undefined) {
      this.#native = new (completions().addon.Namespace)()
      void runNamespaceCall('Netns.current', { what: 'the current namespace' }, id => this.#native?.openCurrent(id)).catch(
        () => {},
      )
    }
    return this.#native
  }

  #opened(operation: string): NativeNamespace {
    this.#checkOpen(operation)
    return this.#descriptor()
  }

  #unpin(): void {
    this.#pins--
    if (this.closed && this.#pins === 0) this.#native?.close()
  }

  #checkOpen(operation: string): void {
    if (this.closed) throw new ClosedError(operation, 'namespace')
  }

  /** Lets go of the handle. Requests that were not sent yet end with ClosedError. A name stays until it is deleted. Idempotent. */
  close(): void {
    if (this.closed) return
    this.#rtnetlink.close()
    this.#fetch?.close()
    if (this.#pins === 0) this.#native?.close()
  }

  /** Closes the handle, and deletes the name if this handle created it; a name that is gone already is no error. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    if (!this.#own || this.name === undefined) return
    this.#own = false
    try {
      await Netns.delete(this.name)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error
    }
  }
}

function checkName(operation: string, name: unknown): string {
  if (typeof name !== 'string') throw invalidType(operation, 'name', 'text', name)
  const fault = namespaceNameFault(name)
  if (fault !== undefined) throw invalidValue(operation, 'name', fault)
  return name
}

function asked(name: string | undefined): { what: string; path?: string } {
  return name === undefined ? { what: 'a new namespace' } : { what: `namespace "${name}"`, path: `${NETNS_DIRECTORY}/${name}` }
}
