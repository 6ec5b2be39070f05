/**
 * The contract between TypeScript and C++. TypeScript knows meaning, C++ knows bytes: nothing in the addon knows a link
 * kind or an option's name. Every native entry point cites the declaration here that it implements.
 *
 * One `Uint32Array` *record* per request goes down; *completions* come up through one reused buffer, the inbox.
 *
 * ## Records
 *
 *     word 0       request id, chosen by TypeScript, unique in the environment while in flight
 *     word 1       nlmsg_flags beyond NLM_F_REQUEST. Without NLM_F_ACK an ordinary record is silent as a bulk one is; on `bulk`, `reply` and
 *                  `dump` records the addon clears it, on a `dump` it sets NLM_F_DUMP
 *     word 2       RecordFlag bits
 *     word 3 …     the message's fixed header, a word a field, in the order of the kernel's struct (HEADER_WORDS says how many)
 *     then         the wire program: attributes, as operations
 *
 * A field of a header that is smaller than a word must fit; the addon refuses a record whose value does not.
 *
 * ## Wire programs
 *
 * An operation starts with a word `code | attribute type << 16` (the type carries NLA_F_NESTED where the kernel wants it),
 * followed by its operands. Bytes are packed into words in memory order and padded with zeros to a whole word.
 */

/** `struct ifinfomsg`, `ifaddrmsg`, `rtmsg`, `rtgenmsg`, `br_vlan_msg`, `tunnel_msg`, `fib_rule_hdr`, `ndmsg`, `ndtmsg`, `nhmsg`, `br_port_msg`, `genlmsghdr`: fields in order, one word each. */
export const HEADER_WORDS = {
  /** family, type, index, flags, change. */
  link: 5,
  /** family, prefix length, flags, scope, index. */
  address: 5,
  /** family, destination length, source length, tos, table, protocol, scope, type, flags. */
  route: 9,
  /** family. */
  namespaceId: 1,
  /** family, index. */
  bridgeVlan: 2,
  /** family, flags, index. */
  tunnel: 3,
  /** family, destination length, source length, tos, table, action, flags. */
  rule: 7,
  /** family, index, state, flags, type. */
  neighbor: 5,
  /** family. */
  neighborTable: 1,
  /** family, scope, protocol, flags. */
  nexthop: 4,
  /** family, index. */
  multicastGroup: 2,
  /** command, version. */
  generic: 2,
  /** family, version, resource id (in host order): of the messages that begin and end it. */
  transaction: 3,
  /** number of records in it, how many of them go into a batch at most (0: as many as elsewhere); no message of the kernel's. */
  slice: 2,
  /** number of the ioctl(2), index, bytes to answer with; no message of the kernel's. */
  linkIoctl: 3,
  /** id of the request to wait for, or 0; no message of the kernel's. */
  after: 1,
} as const

/** Bytes of the struct that a `linkIoctl` may be asked for. */
export const LARGEST_IOCTL = 256 * 1024

/** First word of the fixed header in every record. */
export const HEADER = 3

export const RecordFlag = {
  /**
   * Runs only if the record before it in call order succeeded; else it completes as `Skipped`. Both must stand in one flush: the
   * first record of a flush is malformed with it. After a stream it runs once that has begun.
   */
  linked: 1 << 0,
  /** Bulk: the addon asks for an acknowledgement only at the end of each batch; silence then means success. */
  bulk: 1 << 1,
  /** Neighbouring records with this flag may run at the same time on extra sockets; the next one without it waits for all. */
  overlap: 1 << 2,
  /** The reply is one message, not an acknowledgement (RTM_GET* without NLM_F_DUMP). */
  reply: 1 << 3,
  /** A dump: replies arrive as `Part`s until `DumpDone`. */
  dump: 1 << 4,
  /** The dump runs on a socket of its own, in the same namespace, at most STREAM_AHEAD parts ahead of what was resumed. */
  stream: 1 << 5,
  /** Changes what names mean (new, set, delete a link). Names of later records are looked up only after this one was executed. */
  renames: 1 << 6,
  /** A record of another socket will wait for this one: see `after`. One does, and only one. */
  awaited: 1 << 7,
  /** With `dump`: asked for without NLM_F_DUMP, and answered by several messages up to NLMSG_DONE all the same. */
  multipart: 1 << 8,
} as const

/** How many parts of a `stream` are read before one was taken. */
export const STREAM_AHEAD = 4

/** Where the index field of a link or address header comes from, and what other operations do. */
export const Op = {
  /** Payload of 1, 2, 4 bytes, host order: one operand word. */
  u8: 1,
  u16: 2,
  u32: 3,
  /** 8 bytes, host order: low word, high word. */
  u64: 4,
  /** Network order; operand in host order, as above. */
  be16: 5,
  be32: 6,
  be64: 7,
  /** No payload. */
  flag: 8,
  /** Byte length, then the bytes. */
  bytes: 9,
  /** As bytes, and the addon appends a NUL. */
  string: 10,
  /** Opens a nested attribute, closed by `end`. */
  nest: 11,
  end: 12,
  /** Bytes without an attribute header, padded to 4 (a struct at the start of a nest, such as VETH_INFO_PEER's ifinfomsg). Type is 0. */
  raw: 13,
  /** A u32 attribute with the index of the link of this name, in the socket's namespace, at send time: byte length, then the name. */
  linkIndex: 14,
  /** Sets the fixed header's index field likewise. Type is 0. Operands as `linkIndex`. */
  headerIndex: 15,
  /** Sets the fixed header's index to the one in the RTM_NEWLINK reply or echo of the record before it (with `linked`). Type 0, no operand. */
  headerIndexOfPrevious: 16,
  /** Likewise from that message's IFLA_LINK: the peer's index. */
  headerIndexOfPreviousLink: 17,
  /** A nested attribute whose payload is `struct rtnexthop` records; `hop` opens one record inside. Operands of hop: flags, hops, index (0 with a following hopIndex). Closed by `end`. */
  hop: 18,
  /** Sets the open hop's index by name. Operands as `linkIndex`. */
  hopIndex: 19,
  /**
   * Sets nlmsg_type to the id of the generic netlink family of this name, as the controller tells it at send time; the kernel loads the
   * family's module for that. First operation of every `generic` record, and of no other. Type 0. Operands as `linkIndex`.
   */
  family: 20,
  /**
   * Opens a message of a `transaction`, closed by `end`. Operands: nlmsg_type, nlmsg_flags beyond NLM_F_REQUEST, family of its nfgenmsg, whose other
   * fields are 0. Stands at the top of every transaction, and nowhere else. Type 0.
   */
  message: 21,
  /** Four bytes without an attribute header, as `raw`: the index of the link of this name. Type 0. Operands as `linkIndex`. */
  rawIndex: 22,
} as const

/** How a request ended, or what arrived for it. */
export const CompletionCode = {
  /** Acknowledged. Payload: the extended-ack TLVs of a warning, or nothing. */
  done: 0,
  /** The one reply message to a `reply` record, nlmsghdr included. */
  reply: 1,
  /** Not final: whole messages of a dump, or the echo of a request. */
  part: 2,
  /** Not final: the dump was interrupted, or a part was cut off, and starts again; forget the parts so far. `detail` counts the restarts. */
  dumpRestart: 3,
  /** Dump complete. `detail` has DumpFlag bits. Payload: extended-ack TLVs, if any. */
  dumpDone: 4,
  /**
   * The kernel refused: `error` is its errno. `detail` is the byte length of the extended-ack TLVs, which start the payload (padded to 4); the request as sent follows. Of a
   * transaction, that is the first message that was refused, whose number stands in the upper 16 bits of `detail`: 1 for the first, 0 for the transaction itself.
   */
  refused: 5,
  /**
   * A name has no link: ENODEV. `detail` is the offset in the request of what wants the index: an attribute, the header's field, or a
   * hop's. Or a name has no family: ENOENT, and `detail` is FAMILY_OFFSET. Payload: the request as far as it was encoded, that attribute included, with the lengths of open nests as they are so far.
   */
  unresolved: 6,
  /**
   * A system call failed: `error` is errno, `detail` a SystemCall; nothing of this request reached the kernel. Payload: where the call below
   * says so, a word that tells what it was about.
   */
  failed: 7,
  /** The request reached the kernel, its outcome was lost (ENOBUFS, a closed environment, no answer): `error` says why. */
  unknown: 8,
  /** `linked`, and the record before it did not succeed. */
  skipped: 9,
  /** Cancelled or closed before it was sent. */
  cancelled: 10,
  /** An attribute or the message grew over its length field: EMSGSIZE. `detail` is the offset of the attribute; payload as `unresolved`. */
  tooLarge: 11,
  /** A reply was larger than the receive buffer (MSG_TRUNC), also after asking again; or a part of a stream that had begun was. */
  truncated: 12,
  /**
   * A `slice` is through. Payload: completions, as in the inbox, of its records, batch by batch, in a batch first of those that could not be sent; none of those that were acknowledged and nothing else. Where it ends in any
   * other way, none of its records was sent.
   */
  sliceDone: 13,
} as const

/** Offset of nlmsg_type in a message: see `unresolved`. */
export const FAMILY_OFFSET = 4

export const DumpFlag = {
  /** Still inconsistent after the last try. */
  interrupted: 1,
  /** NLM_F_DUMP_FILTERED was seen. */
  filtered: 2,
} as const

/** What `failed` was doing; the text for people is made in protocol/failure. */
export const SystemCall = {
  none: 0,
  socket: 1,
  bind: 2,
  setsockopt: 3,
  sendmsg: 4,
  recvmsg: 5,
  setns: 6,
  unshare: 7,
  open: 8,
  mount: 9,
  umount: 10,
  mkdir: 11,
  unlink: 12,
  ioctl: 13,
  thread: 14,
  statfs: 15,
  fstat: 16,
  fcntl: 17,
  poll: 18,
  sendto: 19,
  eventfd: 20,
  listen: 21,
  read: 22,
  write: 23,
  connect: 24,
  inotify_init: 25,
  mmap: 40,
  mknod: 41,
  /** Starting the broker. */
  spawn: 60,
  /** The broker ended (ECONNRESET), or could not be spoken to. */
  broker: 61,
  /** unshare(CLONE_NEWUSER), by the broker. */
  unshareUser: 62,
} as const

/**
 * ## Completions
 *
 * The inbox holds, one after another and each padded to 8 bytes:
 *
 *     word 0 request id · word 1 CompletionCode · word 2 error (positive errno, or 0) · word 3 detail · word 4 payload length · word 5 zero · payload
 */
export const COMPLETION_WORDS = 6

/** Called on the JavaScript thread with the inbox filled up to `length`; a single completion larger than the inbox comes in `large` instead. */
export type Deliver = (length: number, large: Uint8Array | undefined) => void

/** Words before each record in a `slice`. */
export const SLICE_PREFIX = 2

/** What a text that the addon reads is to be, and how many bytes it comes to. */
export const TextForm = {
  /** 4 bytes. */
  ipv4: 0,
  /** 16 bytes. */
  ipv6: 1,
  /** An address of 4 bytes, and perhaps the length of a prefix behind which it has no bits. */
  ipv4Network: 2,
  /** An address of 16 bytes, and perhaps the length of a prefix. */
  ipv6Network: 3,
  /** A hardware address of 6 bytes. */
  mac: 4,
} as const

/** Words of each place in `readTexts`. */
export const PLACE_WORDS = 3

/** RTM_* of <linux/rtnetlink.h>, by the call that sends one alone. */
export const MessageType = {
  newLink: 16,
  deleteLink: 17,
  setLink: 19,
  newAddress: 20,
  deleteAddress: 21,
  newRoute: 24,
  deleteRoute: 25,
  newNeighbor: 28,
  deleteNeighbor: 29,
  newRule: 32,
  deleteRule: 33,
  newMulticastGroup: 84,
  deleteMulticastGroup: 85,
  newNexthop: 104,
  deleteNexthop: 105,
} as const

/** NETLINK_* of <linux/netlink.h>. */
export const Protocol = { route: 0, netfilter: 12, generic: 16 } as const

export interface SocketOptions {
  /** Netlink protocol: one of `Protocol`. */
  protocol: number
  /** Namespace to open in; the process's own when undefined. */
  namespace: NativeNamespace | undefined
  /** Bytes asked of SO_RCVBUF (SO_RCVBUFFORCE is tried first); 0 leaves the kernel's default. */
  receiveBuffer: number
  /** Sets NETLINK_GET_STRICT_CHK; ignored by kernels that lack it. */
  strict: boolean
  /** How often an interrupted dump is repeated before `interrupted` is reported. */
  dumpRetries: number
}

/**
 * A netlink socket and its queue. Opening happens on a native thread before the first record; a failure to open completes every
 * record as `failed`. The message calls below queue one record each (the words are copied at once); `flush` hands what is queued
 * to the native threads. The addon flushes by itself once a batch is full.
 * Every call throws TypeError on a malformed record, synchronously, and queues nothing.
 */
export interface NativeSocket {
  newLink(record: Uint32Array, length: number): void
  setLink(record: Uint32Array, length: number): void
  deleteLink(record: Uint32Array, length: number): void
  getLink(record: Uint32Array, length: number): void
  newLinkProperty(record: Uint32Array, length: number): void
  deleteLinkProperty(record: Uint32Array, length: number): void
  newAddress(record: Uint32Array, length: number): void
  deleteAddress(record: Uint32Array, length: number): void
  getAddress(record: Uint32Array, length: number): void
  newRoute(record: Uint32Array, length: number): void
  deleteRoute(record: Uint32Array, length: number): void
  getRoute(record: Uint32Array, length: number): void
  newNamespaceId(record: Uint32Array, length: number): void
  getNamespaceId(record: Uint32Array, length: number): void
  newBridgeVlan(record: Uint32Array, length: number): void
  deleteBridgeVlan(record: Uint32Array, length: number): void
  getBridgeVlan(record: Uint32Array, length: number): void
  newTunnel(record: Uint32Array, length: number): void
  deleteTunnel(record: Uint32Array, length: number): void
  getTunnel(record: Uint32Array, length: number): void
  newRule(record: Uint32Array, length: number): void
  deleteRule(record: Uint32Array, length: number): void
  getRule(record: Uint32Array, length: number): void
  newNeighbor(record: Uint32Array, length: number): void
  deleteNeighbor(record: Uint32Array, length: number): void
  getNeighbor(record: Uint32Array, length: number): void
  setNeighborTable(record: Uint32Array, length: number): void
  getNeighborTable(record: Uint32Array, length: number): void
  newNexthop(record: Uint32Array, length: number): void
  deleteNexthop(record: Uint32Array, length: number): void
  getNexthop(record: Uint32Array, length: number): void
  getNexthopBucket(record: Uint32Array, length: number): void
  newMulticastGroup(record: Uint32Array, length: number): void
  deleteMulticastGroup(record: Uint32Array, length: number): void
  getMulticastGroup(record: Uint32Array, length: number): void
  /**
   * A message of a generic netlink family: only on sockets of that protocol, and nothing else there but `after`. Ids of families are
   * kept for the socket. A bare ENOENT, which is also what the kernel says of an id that is no longer, is believed once the
   * controller was asked anew; when the id has changed, the message is sent again.
   */
  generic(record: Uint32Array, length: number): void
  /**
   * Messages of netfilter's of which all take effect or none, between NFNL_MSG_BATCH_BEGIN and _END, in one sendmsg: only on sockets of that protocol, and
   * nothing else there but `after`. One record, one completion, `done` or `refused`; `unresolved` counts its offset from the first message on.
   */
  transaction(record: Uint32Array, length: number): void
  /**
   * Many messages as one record: its wire program is *records*, each with two words before it: its length in words, and its nlmsg_type (one of `MessageType`). Of RecordFlags
   * they may have `linked` (but for the first), `bulk`, `reply` and `renames`; their ids are for the caller, who finds them in the payload of `sliceDone`. They go to the
   * kernel in order, in batches as others do, and nothing comes between them. The slice itself may be `linked` or `awaited`. Only on sockets of the routing protocol.
   */
  slice(record: Uint32Array, length: number): void
  /**
   * Sends nothing: ioctl(2) on the socket, about the link in the header (an index, or a name by `headerIndex`), with a struct of its own (`raw`),
   * which the kernel reads and writes. In call order with everything else, and on the native thread, for it may take the kernel's RTNL lock. Always
   * with `reply`, whose payload is the record's header behind an nlmsghdr and then as many bytes of the struct as were asked for, at most LARGEST_IOCTL;
   * an errno completes as `refused`, without extended ack.
   */
  linkIoctl(record: Uint32Array, length: number): void
  /**
   * Sends nothing: what was queued behind waits until the `awaited` record with that id, of any socket of this environment, has
   * completed. Completes as `done`, or as `skipped` when that one did not succeed; then a `linked` record behind is skipped too.
   * With id 0 it waits for nothing: `awaited`, it marks the moment when all before it have completed.
   */
  after(record: Uint32Array, length: number): void
  flush(): void
  /** A part of a `stream` dump was taken: one more may be read. */
  resume(id: number): void
  /**
   * True when the record had not been sent and never will be (it completes as `cancelled`); false when the kernel has it. A stream
   * that has begun is stopped: false, and it completes as `cancelled` unless it just came to its end.
   */
  cancel(id: number): boolean
  /** Idempotent. Queued records that were not sent complete as `cancelled`; what is with the kernel is waited for on the native thread. */
  close(): void
}

/**
 * A descriptor of a network namespace, owned by the addon. The asynchronous calls complete through the inbox with `done` or `failed`.
 * One object is opened once: a second call of create, createNamed, open… throws TypeError. A call that still runs at `close` takes effect
 * and completes as usual; its descriptor is closed at once. Paths and names with NUL, names with `/`, `.`, `..` or '' throw TypeError.
 */
export interface NativeNamespace {
  /** The descriptor, or -1 before it is ready and after close. */
  readonly fd: number
  /**
   * Descriptor of the user namespace that owns it, owned by the addon, until close; -1 when that is the process's own or not known to it, and
   * when this one is not open.
   */
  readonly userFd: number
  /** st_dev and st_ino of the namespace, as text `dev:ino`; '' when not open. */
  readonly inode: string
  /** unshare(CLONE_NEWNET) on a thread that then ends. */
  create(id: number): void
  /**
   * As create, by a broker in a user namespace of the caller's own, which takes no capability: the same one for as long as a Namespace that
   * came from it is open or in use. See `Addon.useBroker`.
   */
  createOwned(id: number): void
  /** As create, then bind-mounted at `directory`/`name` the way `ip netns add` does it. EEXIST when taken. */
  createNamed(id: number, directory: string, name: string): void
  /** open(2) of a path. `failed` with `error` EINVAL and detail `statfs` when the file is no network namespace. */
  openPath(id: number, path: string): void
  /** The process's own namespace, at the time of the call. */
  openCurrent(id: number): void
  /** Duplicates a descriptor of the caller's (synchronously, so that the caller may close it afterwards). */
  openDescriptor(id: number, fd: number): void
  /** Idempotent; does not block. */
  close(): void
}

/**
 * A struct of the kernel's, as it is in memory. Where `link` is not '', the index of the link of this name (at most 15 bytes), in the
 * socket's namespace, is written at `linkOffset` as a u32 in host order.
 */
export interface KernelStruct {
  bytes: Uint8Array
  link: string
  linkOffset: number
}

/** One setsockopt(2). */
export interface SocketOption {
  level: number
  name: number
  value: KernelStruct
}

/** A socket of any family: socket(2), setsockopt(2) for each option, bind(2), listen(2), in this order. SOCK_CLOEXEC is set. */
export interface DescriptorOptions {
  /** The calling thread's own when undefined: then `openNow` makes the calls on that thread. */
  namespace: NativeNamespace | undefined
  domain: number
  /** SOCK_*, with SOCK_NONBLOCK where wanted. */
  type: number
  protocol: number
  options: readonly SocketOption[]
  /** struct sockaddr_*; no bytes: it is not bound. */
  address: KernelStruct
  /** Below 0: it does not listen. */
  backlog: number
  /**
   * struct sockaddr_*, for `open` of a non-blocking TCP socket in a namespace: connect(2) follows, and `open` completes once that has come to its
   * end, whatever it was; another connect(2), to any address, then tells. No bytes: it is not connected.
   */
  remote: KernelStruct
}

/**
 * A socket's descriptor, owned by the addon until it is released. One object is opened once: another `open` or `openNow`, also after
 * `close`, throws TypeError. Closing may wait for the kernel's lock, so it happens on a native thread.
 */
export interface NativeDescriptor {
  /** The descriptor, or -1 before it is ready, after `release` and after `close`. */
  readonly fd: number
  /** Completes through the inbox with `done` or `failed`. */
  open(id: number, options: DescriptorOptions): void
  /**
   * Opens before it returns, on a thread of its own in the namespace: for families whose socket(2) and bind(2) take no lock of the routing
   * code (inet, inet6, unix). Answers 0, or what failed: `errno | SystemCall << 16`.
   */
  openNow(options: DescriptorOptions): number
  /** Hands the descriptor over to the caller, who closes it from now on; -1 when there is none. */
  release(): number
  /** Idempotent; completes with `done` once the descriptor is closed, also when there is none. An `open` that still waits is `cancelled`. */
  close(id: number): void
}

/**
 * An ICMP or ICMPv6 echo run. Completes with a `part` for each reply, then with `done` once every request was answered or timed out.
 * A part is 8 bytes: u16 sequence (the first request is 1), u8 ttl, u8 kind, f32 milliseconds. Kind 0 is a reply. Any other kind is the
 * ICMP(v6) type of an error that quotes the request (3 or 1: destination unreachable, 11 or 3: time exceeded); `ttl` is then the ICMP code.
 * A broadcast or multicast address can have several replies to one request. Values out of range throw TypeError synchronously.
 */
export interface PingOptions {
  namespace: NativeNamespace | undefined
  /** 4 or 16 bytes. */
  address: Uint8Array
  /** As many bytes as `address`, or empty. */
  from: Uint8Array
  /** SO_BINDTODEVICE, or ''; at most 15 bytes. The scope of a link-local IPv6 address is this interface. */
  interface: string
  /** 1–65535. */
  count: number
  /** Milliseconds between requests. */
  interval: number
  /** Milliseconds to wait for each reply. One that is there when it is looked at first afterwards counts. */
  timeout: number
  /** Payload bytes after the ICMP header, up to 65507 (IPv4) or 65527 (IPv6). */
  size: number
  /** 1–255; 0 leaves the kernel's default. */
  ttl: number
  /** SO_MARK; 0 for none. */
  mark: number
}

/** Bytes of the largest packet that is read: 64 KiB of segments that the kernel left together, and what can stand before them. */
export const LARGEST_PACKET = 65_536 + 512

/**
 * Memory for packets, of a multiple of 8 bytes that holds two of the largest, owned by the addon for as long as anybody has it: a thread may
 * use it whatever JavaScript does with `bytes`. TypeError for another size, RangeError when there is not that much memory.
 */
export interface NativePacketMemory {
  readonly bytes: Uint8Array
}

/** What tun, tap, macvtap and ipvtap have in common. */
export interface PacketFormat {
  /** IFF_TUN or IFF_TAP, with IFF_NO_PI, IFF_VNET_HDR, IFF_MULTI_QUEUE, IFF_TUN_EXCL. */
  flags: number
  /** Descriptors to open, 1–256; several take IFF_MULTI_QUEUE. */
  queues: number
  /** Bytes of the virtio header that IFF_VNET_HDR asks for; it is little-endian everywhere. Else passed over. */
  vnetHeaderSize: number
  /** TUN_F_*. */
  offloads: number
}

export interface TunOptions extends PacketFormat {
  /** Namespace of the link; the process's own when undefined. */
  namespace: NativeNamespace | undefined
  /** /dev/net/tun. */
  path: string
  /** At most 15 bytes, of which one %d is a number that the kernel chooses; all of it when ''. */
  name: string
  /** ifindex of a link that is made. */
  index: number | undefined
  /** User and group that may open it without CAP_NET_ADMIN; undefined leaves them. */
  owner: number | undefined
  group: number | undefined
}

export interface TapLinkOptions extends PacketFormat {
  namespace: NativeNamespace | undefined
  /** The macvtap or ipvtap link. */
  name: string
  index: number
}

/**
 * An open tun or tap, or the character device of a macvtap or ipvtap. One object is opened once. Calls with an id complete through the
 * inbox, `done` or `failed`; a failed ioctl's payload is its request. Other calls throw TypeError on a device that is not open.
 *
 * Packets are described by a table, a Uint32Array with two words for each: offset and length within a memory.
 */
export interface NativePacketDevice {
  /**
   * Payload of `done`: the link's name. A link that is made is down. Where somebody else has queues of it open, the driver passes over
   * IFF_NO_PI and IFF_VNET_HDR and says nothing; TUNGETIFF cannot tell, because its IFF_NOFILTER is IFF_NO_PI.
   */
  openTun(id: number, options: TunOptions): void
  /**
   * By the device number in the namespace's sysfs, through /dev/tap<index> where that has it, else through a node that only the opening
   * thread sees, which takes CAP_SYS_ADMIN and CAP_MKNOD. ENODEV of `open`: the link has no character device.
   */
  openTapLink(id: number, options: TapLinkOptions): void
  setPersist(id: number, persist: boolean): void
  attachQueue(id: number, queue: number): void
  /** Nothing comes out of a queue that is detached; writing to it goes on. */
  detachQueue(id: number, queue: number): void
  /**
   * Starts the thread that reads this queue into the memory; once a queue. From then on, `part`s come under this id, and no final
   * completion; `detail` is the queue. `error` 0: there are packets to take, once for each `want`. Another `error`: no more will come, such
   * as EBADFD when the link was deleted; what was read before can still be taken.
   * When the memory is full the thread stops reading, and the kernel drops what its own queue does not hold.
   */
  read(id: number, queue: number, memory: NativePacketMemory): void
  /** Tell me of the next packets: at once if there are some, after a moment while very many come. */
  want(queue: number): void
  /** Fills the table with the next packets and answers how many these are. They stay where they are until they are released. */
  take(queue: number, packets: Uint32Array): number
  /** Gives back the oldest `count` packets that were taken. */
  release(queue: number, count: number): void
  /**
   * Writes the first `count` packets of the table at once, one after another, and answers how many: fewer when one fails, which `write` then says more of,
   * when they have taken too much of the event loop's time since the last `write`; none while earlier ones wait, when all together have more than 16 KiB, or
   * while packets of the queue are read fast. The others are for `write`.
   */
  writeNow(queue: number, memory: NativePacketMemory, packets: Uint32Array, count: number): number
  /**
   * Writes the first `count` packets of the table, which lie in any memory, in the order of the calls; the table is copied, the packets are
   * not. Stops at the first that fails: then the completion's payload is its number. `cancelled`: the device was closed while it took no more;
   * `detail` packets were written.
   */
  write(id: number, queue: number, memory: NativePacketMemory, packets: Uint32Array, count: number): void
  /** Since it was opened, over all queues: packets read, their bytes, packets thrown away (larger than LARGEST_PACKET, or the driver had no words for them); packets written, their bytes. */
  counts(): number[]
  /** The process stays alive, until letGo() or close(). Idempotent, both. */
  hold(): void
  letGo(): void
  /**
   * Makes the writes that were called before, stops reading, closes the descriptors, and completes as `done`: then no more `part`s come. A
   * link that is not persistent goes with its last descriptor. Never waits for a device that takes no packets.
   */
  close(id: number): void
}

/** Bytes of a block of the buffer that the kernel and a capture share. */
export const CAPTURE_BLOCK = 256 * 1024

export interface CaptureOptions {
  /** Namespace of the links; the process's own when undefined. */
  namespace: NativeNamespace | undefined
  /** At most 15 bytes; '' where `index` says which, 0 being every link. */
  link: string
  index: number
  /** `struct sock_filter`, one after another, 1 to 4096. Answers how many bytes of a frame are kept. */
  filter: Uint8Array
  promiscuous: boolean
  /** Blocks of CAPTURE_BLOCK in the kernel's buffer, from 2 on. The thread keeps about as many bytes again. */
  blocks: number
  /** Milliseconds that a frame may wait in the kernel for others, from 1 on. */
  delay: number
  /** Bytes of a frame that are kept, with the tag that is put back. */
  snapLength: number
}

/**
 * What stands before each frame of a batch: u64 nanoseconds since 1970, u32 bytes that were captured, u32 bytes that there were, u32 index of
 * the link, u16 hardware type, u16 protocol (skb->protocol), u16 offset of the network header, u8 PACKET_*, 5 zeros, and the link's name, 16
 * bytes with NUL, all NUL when it is gone. Host order. Then the bytes, padded to 8. A VLAN tag that the kernel took out is put back, and counts.
 */
export const FRAME_HEADER = 48

/**
 * A packet socket whose frames a thread copies out of the buffer that the kernel fills (TPACKET_V3). One object is opened once; other calls
 * throw TypeError before it is open.
 */
export interface NativeCapture {
  /**
   * A `part`, then `done`, or `failed`; `setsockopt` with EINVAL: the kernel refused the filter. The part is u32 index, u32 hardware type and
   * 16 bytes of name of the link, zeros for every link. From then on `part`s come under the id `events`, and no final completion. `error` 0:
   * there are frames to take, once for each `want`. Another `error`: no more will come, ENETDOWN when the link was deleted or moved; what was
   * captured before can still be taken.
   */
  open(id: number, events: number, options: CaptureOptions): void
  /** Tell me of frames: at once if there are some. */
  want(): void
  /** The next batch, in memory of its own; undefined when there is none. Also after `close`. */
  take(): Uint8Array | undefined
  /** Since it was opened: frames that passed the filter, and those of them that were dropped for want of room. Also after `close`. */
  counts(): number[]
  /** The process stays alive, until letGo() or close(). Idempotent, both. */
  hold(): void
  letGo(): void
  /**
   * Ends the thread and closes the socket, and completes as `done`: then no more `part`s come. With `keep` all that came before can still be taken;
   * else it is thrown away, also by a second call.
   */
  close(id: number, keep: boolean): void
}

/** In place of the id of a namespace: the monitor's own. */
export const OWN_NAMESPACE = 0xffff_ffff

export interface MonitorOptions {
  /** Netlink protocol: one of `Protocol`. */
  protocol: number
  /** Namespace to open in; the process's own when undefined. */
  namespace: NativeNamespace | undefined
  /** Bytes, as in `SocketOptions`. */
  receiveBuffer: number
  /** Multicast groups (RTNLGRP_*), joined by NETLINK_ADD_MEMBERSHIP. */
  groups: readonly number[]
  /** Sets NETLINK_LISTEN_ALL_NSID: also what happens in every namespace that has an id in this one. Needs CAP_NET_BROADCAST. */
  allNamespaces: boolean
  /** How many bytes of messages are kept for JavaScript before the rest is left in the kernel's receive buffer. */
  backlog: number
}

/**
 * What the kernel tells of by itself. One native thread drains the sockets of all monitors of the environment. One object is opened once.
 */
export interface NativeMonitor {
  /**
   * Opens a socket and joins the groups; `done` says that from now on nothing is missed. A failed setsockopt's payload is its option. From
   * then on `part`s come under the id `events`, and no final completion:
   *
   *     error 0            whole messages, each padded to 4; `detail` is the id of the namespace they are of, or OWN_NAMESPACE
   *     error ENOBUFS      the kernel dropped messages since the last part; `detail` counts all it has dropped. Read the tables again
   *     any other error    recvmsg failed, and no more will come; `detail` is a SystemCall
   */
  open(id: number, events: number, options: MonitorOptions): void
  /** Likewise a `part` without payload whenever the names in a directory may have changed, or what is mounted on them; and one to begin with. */
  openNames(id: number, events: number, directory: string): void
  /** So many bytes of payload were taken. */
  take(bytes: number): void
  /** `done` comes behind all parts of what the kernel has told so far. */
  sync(id: number): void
  /** The process stays alive, until letGo() or close(). Idempotent, both. */
  hold(): void
  letGo(): void
  /** Completes as `done`: then no more parts come, and a `sync` that was not answered is `cancelled`. Never waits. */
  close(id: number): void
}

export interface Addon {
  /**
   * Connects this environment: completions go to `inbox` and `deliver`. Few of what ends a request at a time, so that promises have their turn in between. When that has taken a millisecond, the rest waits until what was given to
   * `later` is called, in the event loop's next turn. Once per environment, before anything else.
   */
  connect(inbox: Uint8Array, deliver: Deliver, later: (goOn: () => void) => void): void
  /**
   * The file of rtnetlink-broker. One is started where a namespace cannot be entered by this process, but is owned by a user namespace that
   * it may enter; it makes sockets and opens files there from then on. It ends with the last Namespace that it serves.
   */
  useBroker(file: string): void
  /** Whether the calling thread has CAP_SYS_ADMIN and CAP_NET_ADMIN in its user namespace. */
  isPrivileged(): boolean
  /** Completes `done` behind all that waits to be handed over. */
  comeBehind(id: number): void
  readonly NetlinkSocket: new (options: SocketOptions) => NativeSocket
  readonly Namespace: new () => NativeNamespace
  readonly Descriptor: new () => NativeDescriptor
  readonly Capture: new () => NativeCapture
  /** setsockopt(2) on a socket of the caller's, at once. Answers as `openNow`. */
  setSocketOption(fd: number, option: SocketOption): number
  readonly Monitor: new () => NativeMonitor
  readonly PacketMemory: new (size: number) => NativePacketMemory
  readonly PacketDevice: new () => NativePacketDevice
  /** Unmounts and removes `directory`/`name`, as `ip netns delete`. Completes `done` or `failed`. */
  deleteNamedNamespace(id: number, directory: string, name: string): void
  ping(id: number, options: PingOptions): void
  /** Stops a running ping; it completes as `cancelled`. */
  cancelPing(id: number): void
  /**
   * Reads the setting at `path` below /proc/sys as the namespace has it: a `part` with the text, then `done`. The path is the caller's to
   * check; a symbolic link at its end is not followed.
   */
  readSysctl(id: number, namespace: NativeNamespace, path: string): void
  /** Writes the setting likewise, in one write(2). */
  writeSysctl(id: number, namespace: NativeNamespace, path: string, text: string): void
  /** Writes the file in one write(2), on a thread that is in the namespace from before it is opened until it is closed. */
  writeInside(id: number, namespace: NativeNamespace, path: string, text: string): void
  /**
   * setns(2) of the calling thread, for good: for a Worker's, before anything of the addon runs in it. Answers 0 or errno; throws TypeError on
   * the main thread of the process. The descriptor stays the caller's.
   */
  enterNamespace(fd: number): number
  /**
   * Reads addresses into a record that is being written. `texts` has them one right behind another, and the first `length` words of `places` three for each: the word of
   * the record from which its bytes are to stand; its length in characters, and its TextForm from bit 8 on; and the word that gets a network's prefix length, of
   * which others say nothing. False when one is not of its form, or of one that this does not know: then what is in these places says nothing.
   */
  readTexts(record: Uint32Array, places: Uint32Array, length: number, texts: string): boolean
  /** For golden tests: the bytes that `message` would put on the wire (sequence number and port 0). Names of links cannot be resolved here and throw; families have id 0. */
  encode(message: string, record: Uint32Array, length: number): Uint8Array
  /** For tests: native threads and descriptors alive in this environment. */
  counters(): { threads: number; sockets: number; namespaces: number; devices: number; inFlight: number }
}
