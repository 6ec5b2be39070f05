import { readdir } from 'node:fs/promises'
import { NamespaceIds, namespaceIdTable } from '../namespace-ids/namespace-ids.ts'
import type { NamespaceHandle, NamespaceReference } from '../protocol/namespace-reference.ts'
import { RTM } from '../protocol/notifications.ts'
import type { Session } from '../protocol/session.ts'
import type { Message } from '../schema/message.ts'
import { NETNS_DIRECTORY } from '../values/namespace-name.ts'
import type { WatchedNamespace } from './events.ts'
import { OtherPlace } from './place.ts'
import type { TableReader, TableWatch } from './table-watch.ts'

const UNKNOWN = { name: undefined, netns: undefined } as const

/** Makes the tables of one namespace. */
export type MakeTables = (namespace: WatchedNamespace, failed: TableReader['failed']) => readonly TableWatch[]

interface Other {
  readonly namespace: { -readonly [K in keyof WatchedNamespace]: WatchedNamespace[K] }
  readonly tables: readonly TableWatch[]
  /** By what it can be entered. */
  readonly references: NamespaceReference[]
}

/** Who is told what becomes of the tables. */
interface Owner {
  readonly session: Session
  readonly handles: readonly NamespaceHandle[]
  readonly make: MakeTables
  /** A table is as it is going to be for now. */
  settled(): void
  failed(error: unknown): void
}

/**
 * The namespaces that have an id in the one that is watched from. One that has a name, or that a handle is at hand for, is read as the watched one is;
 * of any other only what is told is known.
 */
export class OtherNamespaces {
  readonly #owner: Owner
  readonly #ids: NamespaceIds
  readonly #others = new Map<number, Other>()
  #looking: Promise<void> | undefined
  #lookAgain = false
  #hasLooked = false
  #closed = false

  constructor(owner: Owner) {
    this.#owner = owner
    this.#ids = new NamespaceIds(owner.session)
  }

  get tables(): TableWatch[] {
    return [...this.#others.values()].flatMap(({ tables }) => tables)
  }

  /** The search for namespaces that is under way. */
  get looking(): Promise<void> | undefined {
    return this.#looking
  }

  /** What is told of one that has yet to be found comes before what is read of it then. */
  heard(id: number, type: number, flags: number, message: Message, start: number, end: number): void {
    if (!this.#hasLooked && !this.#others.has(id)) return
    for (const table of this.#at(id).tables) table.heard(type, flags, message, start, end)
  }

  /** An id was given, or its namespace has ended. */
  heardOfIds(type: number, message: Message, start: number, end: number): void {
    if (type === RTM.newNamespaceId) this.look()
    else if (type === RTM.deleteNamespaceId) this.#end(namespaceIdTable.decode(message, start, end).id as number)
  }

  /** Messages were lost, maybe that an id has become that of another namespace. */
  overrun(): void {
    for (const other of this.#others.values()) {
      other.references.length = 0
      Object.assign(other.namespace, UNKNOWN)
    }
    this.look()
  }

  close(): void {
    this.#closed = true
    for (const { tables } of this.#others.values()) for (const table of tables) table.close()
    this.#others.clear()
  }

  /** Finds out which namespaces have ids, and what they are called. */
  look(): void {
    this.#lookAgain = true
    this.#looking ??= this.#lookUntilSure()
      .catch(error => this.#owner.failed(error))
      .then(() => {
        this.#looking = undefined
        this.#owner.settled()
      })
  }

  async #lookUntilSure(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false
      // One that is told of meanwhile is younger than the list.
      const before = [...this.#others.keys()]
      const ids = new Set(await this.#ids.list())
      const own = await this.#idOf(this.#owner.session.namespaceReference)
      if (own !== undefined) ids.delete(own)
      for (const id of before) if (!ids.has(id)) this.#end(id)
      for (const id of ids) this.#at(id)
      await this.#identify()
    }
    this.#hasLooked = true
  }

  #at(id: number): Other {
    const there = this.#others.get(id)
    if (there !== undefined) return there
    const namespace = { id, ...UNKNOWN }
    const tables = this.#owner.make(namespace, () => this.#assume(tables))
    this.#others.set(id, { namespace, tables, references: [] })
    // Until all have been looked for, nobody has been told of any.
    if (this.#hasLooked) for (const table of tables) table.assume()
    return this.#others.get(id) as Other
  }

  /** That one of them cannot be asked any more is no reason to end. */
  #assume(tables: readonly TableWatch[]): void {
    for (const table of tables) table.assume()
    this.#owner.settled()
  }

  async #identify(): Promise<void> {
    const unknown = [...this.#others.values()].filter(({ references }) => references.length === 0)
    if (unknown.length === 0) return
    const names = await readdir(NETNS_DIRECTORY).catch(() => [])
    for (const reference of [...this.#owner.handles, ...names]) {
      const id = await this.#idOf(reference)
      const other = unknown.find(({ namespace }) => namespace.id === id)
      if (other !== undefined) this.#note(other, reference)
    }
    for (const other of unknown) if (this.#others.get(other.namespace.id) === other) this.#read(other)
  }

  /** Undefined also when it has gone meanwhile, or is no namespace yet. */
  async #idOf(reference: NamespaceReference): Promise<number | undefined> {
    try {
      return await this.#ids.get(reference)
    } catch {
      return undefined
    }
  }

  #note({ namespace, references }: Other, reference: NamespaceHandle | string): void {
    references.push(reference)
    if (typeof reference === 'string') namespace.name ??= reference
    else namespace.netns ??= reference
  }

  #read({ namespace: { id }, tables, references }: Other): void {
    if (references.length === 0) {
      for (const table of tables) table.assume()
      return
    }
    const place = new OtherPlace(references, async reference => (await this.#ids.get(reference)) === id)
    for (const table of tables) table.readFrom(place, this.#hasLooked)
  }

  /** Its namespace has ended, and all that was in it. */
  #end(id: number): void {
    const tables = this.#others.get(id)?.tables ?? []
    this.#others.delete(id)
    for (const table of tables) {
      table.end()
      table.close()
    }
    if (tables.length > 0) this.#owner.settled()
  }
}
