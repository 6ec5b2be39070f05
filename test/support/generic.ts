import { type Family, lowerCommand } from '../../lib/generic/family.ts'
import { HEADER_WORDS } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { Program } from '../../lib/schema/program.ts'
import { lines, NLMSGHDR } from './wire.ts'

/** A program for a command, as `beginCommand` gives it. */
export function command<C extends string>(family: Family<C>, name: C, operation = 'test'): Program {
  return lowerCommand(new Program().begin(operation, HEADER_WORDS.generic), family, name)
}

/** The message that a program becomes, behind its nlmsghdr. */
export function genericBytes(program: Program): Uint8Array {
  return loadAddon().encode('generic', program.words, program.length).subarray(NLMSGHDR)
}

/** The same, four bytes a line. */
export function genericLines(program: Program): string[] {
  return lines(genericBytes(program))
}
