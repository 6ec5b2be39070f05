import type { FamilyNeeds, Locator } from '../protocol/failure.ts'
import type { Session } from '../protocol/session.ts'
import type { Program } from '../schema/program.ts'

/** Bytes of `struct genlmsghdr`: `headerLength` of every table whose rows stand in a generic message. */
export const GENERIC_HEADER = 4

/** A family of generic netlink: its name, and what it can be asked for. */
export interface Family<Command extends string = string> extends FamilyNeeds {
  readonly version: number
  readonly commands: Readonly<Record<Command, number>>
}

/** Declares a family. Commands are called as the feature's verbs are. */
export function defineFamily<const Command extends string>(family: Family<Command>): Family<Command> {
  return family
}

/** Makes the program a message of the family. Its id is looked up when the request is sent. */
export function lowerCommand<Command extends string>(program: Program, family: Family<Command>, command: Command): Program {
  program.header(0, family.commands[command])
  program.header(1, family.version)
  program.family(family.name)
  return program
}

/** An empty program for a command, to be sent as `'generic'`. As with every program of a session, lower and send without awaiting in between. */
export function beginCommand<Command extends string>(
  session: Session,
  operation: string,
  family: Family<Command>,
  command: Command,
): Program {
  return lowerCommand(session.begin(operation, 'generic'), family, command)
}

/** Errors of a family's requests: they name options as the table does, and the family's needs. */
export function familyLocator(family: FamilyNeeds, table: Pick<Locator, 'locate' | 'keyOf'>): Locator {
  return {
    family,
    locate: (message, start, end, target) => table.locate(message, start, end, target),
    keyOf: number => table.keyOf(number),
  }
}
