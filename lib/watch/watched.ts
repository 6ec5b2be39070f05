import type { Matcher } from '../protocol/filtered-dump.ts'
import type { Session } from '../protocol/session.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import type { Collection } from './collection.ts'

/** What the kernel says beside an object's own messages, from which changes follow that it does not tell. */
export interface Hints<T> {
  /** Groups that those messages come in. */
  readonly groups: readonly number[]
  /** A listener for one watch. Answers whether the table has to be read again. */
  begin(): (type: number, message: Message, start: number, end: number, known: Collection<T>) => boolean
}

/** Messages of the object's own groups that say a part of an object only, or say it too early: it is read again. */
export interface Parts<T> {
  /** Which object a message of another family says a part of; undefined: it is no such message. */
  about(type: number, message: Message, start: number): number | undefined
  /** Whether more becomes of an object right after it was said to be so, of which there is no message. */
  isTooEarly(item: T, previous: T | undefined): boolean
  /** Undefined when there is none. */
  read(session: Session, about: number): Promise<T | undefined>
}

/** Something that can be watched. */
export interface Watched<Name extends string, T, F extends object> {
  /** The option of `watch` that asks for it. */
  readonly option: string
  /** What events call it: `event.object`, and the property that holds it. */
  readonly object: Name
  readonly groups: readonly number[]
  readonly messages: { readonly new: number; readonly delete: number }
  /** From the start of the message's own header; undefined for what is none of these objects. */
  decode(message: Message, start: number, end: number): T | undefined
  list(session: Session, filter: F): Promise<T[]>
  /** Checks a filter; `program` is there for its errors. */
  match(program: Program, filter: F): Pick<Matcher<T>, 'linkName' | 'masterName' | 'matches'>
  collection(): Collection<T>
  readonly hints?: Hints<T>
  readonly parts?: Parts<T>
}
