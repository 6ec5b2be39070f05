import type { Link } from '../../lib/links/link.ts'
import { decodeLink } from '../../lib/links/link-table.ts'
import { lowerLink } from '../../lib/links/lower.ts'
import { HEADER_WORDS } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { Message } from '../../lib/schema/message.ts'
import { Program } from '../../lib/schema/program.ts'
import type { Phase } from '../../lib/schema/table.ts'
import { handWritten, weDecode, weEncoded } from './golden-bytes.ts'

const NLMSGHDR = 16
const IFINFOMSG = 16
const RTM_NEWLINK = 16
const NLM_F_REQUEST = 1

/** Bytes from hex digits; what follows `#` in a line is for people. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/#.*$/gm, '').replace(/\s+/g, ''), 'hex'))
}

/** An RTM_NEWLINK request around these attributes; `ifinfo` is its fixed header. */
export function newLink(attributes: string, ifinfo = '00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00'): Uint8Array {
  const body = Buffer.concat([hex(ifinfo), hex(attributes)])
  const header = Buffer.alloc(NLMSGHDR)
  header.writeUInt32LE(NLMSGHDR + body.length, 0)
  header.writeUInt16LE(RTM_NEWLINK, 4)
  header.writeUInt16LE(NLM_F_REQUEST, 6)
  const message = new Uint8Array(Buffer.concat([header, body]))
  handWritten(message)
  return message
}

/** What `links.add` (or another phase of it) would send; `now` is the data of the link that is there. */
export function encodeLink(options: object, phase: Phase = 'create', now?: object): Uint8Array {
  const program = new Program().begin('links.add', HEADER_WORDS.link)
  lowerLink(program, options, phase, now as Readonly<Record<string, unknown>> | undefined)
  const message = loadAddon().encode('newLink', program.words, program.length)
  weEncoded(message)
  return message
}

/** Reads a whole RTM_NEWLINK message, without the properties that it has nothing for. */
export function decodeNewLink(bytes: Uint8Array): Link {
  weDecode(bytes)
  return given(decodeLink(new Message(bytes), NLMSGHDR, bytes.length)) as Link
}

/** Decoded objects have every property; a test writes down those that say something. */
export function given(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(given)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, given(item)]))
}

/** Four bytes a line, for differences that can be read. */
export function lines(bytes: Uint8Array): string[] {
  return (
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,8}/g) ?? []
  ).map(word => (word.match(/../g) ?? []).join(' '))
}

export { IFINFOMSG, NLMSGHDR }
