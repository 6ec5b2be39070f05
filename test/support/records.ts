import { type NativeSocket, Op, RecordFlag } from '../../lib/native/binding.ts'

/** The message calls of a socket. */
export type Method = Exclude<keyof NativeSocket, 'flush' | 'resume' | 'cancel' | 'close'>

export const Nlm = { ack: 0x4, echo: 0x8, dump: 0x300, replace: 0x100, exclusive: 0x200, create: 0x400 } as const
export const Family = { unspecified: 0, ipv4: 2, ipv6: 10 } as const
const NESTED = 0x8000
const IFLA = { address: 1, mtu: 4, linkInfo: 18 | NESTED, ifname: 3, alternativeName: 53, propertyList: 52 | NESTED } as const

/** What a record says, but for its id. */
export interface Request {
  method: Method
  words: number[]
}

export interface RecordOptions {
  /** nlmsg_flags; an acknowledgement by default. */
  flags?: number
  /** RecordFlag bits. */
  record?: number
}

export function request(
  method: Method,
  header: number[],
  program: number[],
  { flags = Nlm.ack, record = 0 }: RecordOptions = {},
): Request {
  return { method, words: [flags, record, ...header, ...program] }
}

function packed(bytes: Uint8Array): number[] {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  padded.set(bytes)
  return [bytes.length, ...new Uint32Array(padded.buffer)]
}
const code = (operation: number, type = 0) => (operation | (type << 16)) >>> 0
const text = (value: string) => packed(new TextEncoder().encode(value))

export const u8 = (type: number, value: number) => [code(Op.u8, type), value]
export const u16 = (type: number, value: number) => [code(Op.u16, type), value]
export const u32 = (type: number, value: number) => [code(Op.u32, type), value]
export const u64 = (type: number, value: bigint) => [code(Op.u64, type), Number(value & 0xffffffffn), Number(value >> 32n)]
export const be16 = (type: number, value: number) => [code(Op.be16, type), value]
export const be32 = (type: number, value: number) => [code(Op.be32, type), value]
export const be64 = (type: number, value: bigint) => [code(Op.be64, type), Number(value & 0xffffffffn), Number(value >> 32n)]
export const flag = (type: number) => [code(Op.flag, type)]
export const bytes = (type: number, value: Iterable<number>) => [code(Op.bytes, type), ...packed(Uint8Array.from(value))]
export const string = (type: number, value: string) => [code(Op.string, type), ...text(value)]
export const nest = (type: number, ...program: number[][]) => [code(Op.nest, type), ...program.flat(), code(Op.end)]
export const raw = (value: Iterable<number>) => [code(Op.raw), ...packed(Uint8Array.from(value))]
export const linkIndex = (type: number, name: string) => [code(Op.linkIndex, type), ...text(name)]
export const headerIndex = (name: string) => [code(Op.headerIndex), ...text(name)]
export const headerIndexOfPrevious = () => [code(Op.headerIndexOfPrevious)]
export const headerIndexOfPreviousLink = () => [code(Op.headerIndexOfPreviousLink)]
export const hop = (flags: number, hops: number, index: number, ...program: number[][]) => [
  code(Op.hop),
  flags,
  hops,
  index,
  ...program.flat(),
  code(Op.end),
]
export const family = (name: string) => [code(Op.family), ...text(name)]
export const rawIndex = (name: string) => [code(Op.rawIndex), ...text(name)]
export const hopIndex = (name: string) => [code(Op.hopIndex), ...text(name)]

const create = Nlm.create | Nlm.exclusive | Nlm.ack
const link = (index = 0, flags = 0, change = 0) => [Family.unspecified, 0, index, flags, change]
export const IFF_UP = 1

const kind = (name: string, ...data: number[][]) => nest(IFLA.linkInfo, string(1, name), ...data)

export function addBridge(name: string, options: RecordOptions = {}): Request {
  const program = [...string(IFLA.ifname, name), ...kind('bridge')]
  return request('newLink', link(), program, { flags: create, record: RecordFlag.renames, ...options })
}
export function addVeth(name: string, peer: string, options: RecordOptions = {}): Request {
  const data = nest(2 | NESTED, nest(1 | NESTED, raw(new Uint8Array(16)), string(IFLA.ifname, peer)))
  const program = [...string(IFLA.ifname, name), ...kind('veth', data)]
  return request('newLink', link(), program, { flags: create, record: RecordFlag.renames, ...options })
}
export function addLinkOfKind(name: string, unknown: string): Request {
  return request('newLink', link(), [...string(IFLA.ifname, name), ...kind(unknown)], {
    flags: create,
    record: RecordFlag.renames,
  })
}
export function setUp(program: number[], options: RecordOptions = {}): Request {
  return request('setLink', link(0, IFF_UP, IFF_UP), program, { record: RecordFlag.renames, ...options })
}
export function setMtu(name: string, mtu: number, options: RecordOptions = {}): Request {
  return request('setLink', link(), [...headerIndex(name), ...u32(IFLA.mtu, mtu)], { record: RecordFlag.renames, ...options })
}
export function rename(from: string, to: string): Request {
  return request('setLink', link(), [...headerIndex(from), ...string(IFLA.ifname, to)], { record: RecordFlag.renames })
}
export function addAlternativeName(name: string, other: string): Request {
  const program = [...headerIndex(name), ...nest(IFLA.propertyList, string(IFLA.alternativeName, other))]
  return request('newLinkProperty', link(), program, { flags: create, record: RecordFlag.renames })
}
/** Names of 127 bytes, so many that the link's own message outgrows a receive buffer. */
export function manyAlternativeNames(name: string, count: number): Request[] {
  return Array.from({ length: count }, (_, i) => addAlternativeName(name, `${'x'.repeat(123)}${1000 + i}`))
}
export function deleteLink(name: string, record: number = RecordFlag.renames): Request {
  return request('deleteLink', link(), string(IFLA.ifname, name), { record })
}
export function getLinkByIndex(index: number): Request {
  return request('getLink', link(index), [], { flags: 0, record: RecordFlag.reply })
}
export function getLinkByName(name: string, options: RecordOptions = {}): Request {
  return request('getLink', link(), headerIndex(name), { flags: 0, record: RecordFlag.reply, ...options })
}
export function listLinks(record = 0, program: number[] = []): Request {
  return request('getLink', link(), program, { flags: Nlm.dump, record: RecordFlag.dump | record })
}
export function addAddress(name: string, address: number[], options: RecordOptions = {}): Request {
  const program = [...headerIndex(name), ...bytes(2, address), ...bytes(1, address)]
  return request('newAddress', [Family.ipv4, 32, 0, 0, 0], program, { flags: create, ...options })
}
/** A command of a generic netlink family. */
export function generic(name: string, command: number, program: number[] = [], options: RecordOptions = {}): Request {
  return request('generic', [command, 1], [...family(name), ...program], options)
}

const LINKSTATE_GET = 6

/** What the family `ethtool`, which every kernel has, says of the carrier of a link. */
export function getLinkState(name: string, options: RecordOptions = {}): Request {
  const about = nest(1 | NESTED, linkIndex(1, name))
  return generic('ethtool', LINKSTATE_GET, about, { flags: 0, record: RecordFlag.reply, ...options })
}
export function listLinkStates(record = 0): Request {
  return generic('ethtool', LINKSTATE_GET, [], { flags: Nlm.dump, record: RecordFlag.dump | record })
}

export function listAddresses(): Request {
  return request('getAddress', [Family.ipv4, 0, 0, 0, 0], [], { flags: Nlm.dump, record: RecordFlag.dump })
}

/** An IPv4 route to 10.0.0.0 + `number` as /32, through the link of this index, in table 100. */
export function addRoute(number: number, index: number, options: RecordOptions = {}): Request {
  const header = [Family.ipv4, 32, 0, 0, 100, 4, 253, 1, 0]
  const program = [...be32(1, 0x0a000000 + number), ...u32(4, index)]
  return request('newRoute', header, program, { flags: create, record: RecordFlag.bulk, ...options })
}
export function listRoutes(record = 0): Request {
  const header = [Family.ipv4, 0, 0, 0, 100, 0, 0, 0, 0]
  return request('getRoute', header, [], { flags: Nlm.dump, record: RecordFlag.dump | record })
}
