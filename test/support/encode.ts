import { HEADER_WORDS } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { Message } from '../../lib/schema/message.ts'
import { Program } from '../../lib/schema/program.ts'
import { given, hex, lines, NLMSGHDR } from './wire.ts'

/** A program for a message with that header, as a session begins it. */
export function begin(header: keyof typeof HEADER_WORDS, operation = 'test'): Program {
  return new Program().begin(operation, HEADER_WORDS[header])
}

/** What stands behind the nlmsghdr of a message, four bytes a line. */
export function encodedLines(call: string, program: Program): string[] {
  return lines(loadAddon().encode(call, program.words, program.length).subarray(NLMSGHDR))
}

/** The same of bytes written down by hand. */
export function hexLines(text: string): string[] {
  return lines(hex(text))
}

/** Reads a message without its nlmsghdr; properties that say nothing are left out. */
export function decoded(decode: (message: Message, start: number, end: number) => unknown, text: string | Uint8Array): unknown {
  const bytes = typeof text === 'string' ? hex(text) : text
  return given(decode(new Message(bytes), 0, bytes.length))
}
