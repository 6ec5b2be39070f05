import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { ClosedError, invalidType } from '../errors.ts'
import { NamespaceIds } from '../namespace-ids/namespace-ids.ts'
import type { Failure } from '../protocol/failure.ts'
import { Listener, listenerError } from '../protocol/listener.ts'
import { GROUP } from '../protocol/notifications.ts'
import { Session } from '../protocol/session.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { NETNS_DIRECTORY } from '../values/namespace-name.ts'

/** Options of `Netns.watch`. */
export interface NamespaceWatchOptions {
  /** Begins with the names and ids that are there: `'new'` events. Default `false`. */
  snapshot?: boolean | undefined
  /** Ends the watch with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** A name under /run/netns has a namespace now, or no more. */
export interface NamespaceNameEvent {
  readonly type: 'new' | 'delete'
  readonly object: 'name'
  readonly name: string
}

/** Another namespace has an id in this process's own now, or no more: when it ends, or when the id is first needed. */
export interface NamespaceIdEvent {
  readonly type: 'new' | 'delete'
  readonly object: 'id'
  readonly id: number
}

export type NamespaceEvent = NamespaceNameEvent | NamespaceIdEvent

type Result = IteratorResult<NamespaceEvent, undefined>

const OPERATION = 'Netns.watch'
/** NSFS_MAGIC of <linux/magic.h>. */
const NSFS = 0x6e736673

/**
 * Namespaces that appear and vanish. It knows what there is and what it has told, and tells the difference: however slow its reader, it keeps
 * no more than that. While somebody waits for the next event, it keeps the process alive.
 */
export class NamespaceWatcher implements AsyncIterableIterator<NamespaceEvent, undefined>, AsyncDisposable {
  /** Resolves once all that happens from then on will be told. */
  readonly ready: Promise<void>
  readonly #session = new Session()
  readonly #ids = new NamespaceIds(this.#session)
  readonly #sources: readonly Source<any>[]
  readonly #waiting: { resolve(result: Result): void; reject(error: unknown): void }[] = []
  readonly #cleanUp: (() => void)[] = []
  #error: { readonly reason: unknown } | undefined
  #done = false

  /** @internal Made by `Netns.watch`. */
  constructor(options: NamespaceWatchOptions) {
    checkKeys(OPERATION, checkObject(OPERATION, options), ['snapshot', 'signal'])
    const { snapshot = false, signal } = options
    if (typeof snapshot !== 'boolean') throw invalidType(OPERATION, 'snapshot', 'true or false', snapshot)
    signal?.throwIfAborted()
    const changed = () => this.#tell()
    const failed = (reason: unknown) => this.#end({ reason })
    const names = new Source<string>(
      hearer => new Listener(OPERATION, hearer, (native, id, events) => native.openNames(id, events, NETNS_DIRECTORY)),
      readNames,
      (type, name) => ({ type, object: 'name', name }),
      { snapshot, changed, failed },
    )
    const ids = new Source<number>(
      hearer => this.#session.listen(OPERATION, { groups: [GROUP.namespaceId] }, hearer),
      async () => new Map((await this.#ids.list()).map(id => [id, ''])),
      (type, id) => ({ type, object: 'id', id }),
      { snapshot, changed, failed },
    )
    this.#sources = [names, ids]
    this.ready = Promise.all(this.#sources.map(source => source.ready)).then(() => {})
    this.ready.catch(() => {})
    if (signal !== undefined) this.#endWith(signal)
  }

  #endWith(signal: AbortSignal): void {
    const abort = () => this.#end({ reason: signal.reason })
    signal.addEventListener('abort', abort, { once: true })
    this.#cleanUp.push(() => signal.removeEventListener('abort', abort))
  }

  #shift(): NamespaceEvent | undefined {
    for (const source of this.#sources) {
      const event = source.shift()
      if (event !== undefined) return event
    }
    return undefined
  }

  #tell(): void {
    while (this.#waiting.length > 0) {
      const event = this.#shift()
      if (event === undefined) return
      this.#waiting.shift()?.resolve({ value: event, done: false })
    }
    for (const source of this.#sources) source.letGo()
  }

  /** The next event, as soon as there is one. */
  next(): Promise<Result> {
    const event = this.#shift()
    if (event !== undefined) return Promise.resolve({ value: event, done: false })
    if (this.#error !== undefined) {
      const { reason } = this.#error
      this.#error = undefined
      return Promise.reject(reason)
    }
    if (this.#done) return Promise.resolve({ value: undefined, done: true })
    for (const source of this.#sources) source.hold()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  async return(): Promise<Result> {
    this.close()
    for (const source of this.#sources) source.forget()
    return { value: undefined, done: true }
  }

  /** Ends the watch. Idempotent; never waits. */
  close(): void {
    this.#end(undefined)
  }

  #end(error: { readonly reason: unknown } | undefined): void {
    if (this.#done) return
    this.#done = true
    for (const cleanUp of this.#cleanUp) cleanUp()
    for (const source of this.#sources) source.close()
    this.#session.close()
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) this.#error = error
    for (const { resolve, reject } of waiting) {
      if (error === undefined) resolve({ value: undefined, done: true })
      else reject(error.reason)
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}

type MakeEvent<K> = (type: NamespaceEvent['type'], key: K) => NamespaceEvent

interface SourceOptions {
  readonly snapshot: boolean
  changed(): void
  failed(reason: unknown): void
}

/** One way to know of namespaces: what there is, by key, with what tells one from another that had the key before. */
class Source<K> {
  readonly ready: Promise<void>
  readonly #listener: Listener
  readonly #read: () => Promise<Map<K, string>>
  readonly #make: MakeEvent<K>
  readonly #options: SourceOptions
  #told = new Map<K, string>()
  #now = new Map<K, string>()
  #reading: Promise<void> | undefined
  #readAgain = false
  #hasRead = false
  #closed = false

  constructor(
    listen: (hearer: { heard(): void; overrun(): void; failed(failure: Failure): void }) => Listener,
    read: () => Promise<Map<K, string>>,
    make: MakeEvent<K>,
    options: SourceOptions,
  ) {
    this.#read = read
    this.#make = make
    this.#options = options
    const look = () => void this.#look().catch(options.failed)
    this.#listener = listen({ heard: look, overrun: look, failed: failure => options.failed(listenerError(failure)) })
    this.ready = this.#begin()
    this.ready.catch(options.failed)
  }

  async #begin(): Promise<void> {
    const failure = await this.#listener.opened
    if (failure !== undefined) throw listenerError(failure)
    await this.#look()
    if (this.#closed) throw new ClosedError(OPERATION, 'watch')
  }

  /** Reads what there is, once more if something happened meanwhile. */
  #look(): Promise<void> {
    this.#readAgain = true
    this.#reading ??= this.#readUntilSure().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readUntilSure(): Promise<void> {
    while (this.#readAgain && !this.#closed) {
      this.#readAgain = false
      const now = await this.#read()
      if (!this.#closed) this.#now = now
    }
    if (!this.#hasRead && !this.#options.snapshot) this.#told = new Map(this.#now)
    this.#hasRead = true
    if (!this.#closed) this.#options.changed()
  }

  /** The next difference between what there is and what was told. */
  shift(): NamespaceEvent | undefined {
    if (!this.#hasRead) return undefined
    for (const [key, which] of this.#told) {
      if (this.#now.get(key) === which) continue
      this.#told.delete(key)
      return this.#make('delete', key)
    }
    for (const [key, which] of this.#now) {
      if (this.#told.has(key)) continue
      this.#told.set(key, which)
      return this.#make('new', key)
    }
    return undefined
  }

  /** What there is is told. */
  forget(): void {
    this.#told = new Map(this.#now)
  }

  hold(): void {
    this.#listener.hold()
  }

  letGo(): void {
    this.#listener.letGo()
  }

  close(): void {
    this.#closed = true
    this.#listener.close()
  }
}

/** Names with a namespace mounted on their file: without, it is one that is just being made, or taken away. */
async function readNames(): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const name of await list(NETNS_DIRECTORY)) {
    const path = join(NETNS_DIRECTORY, name)
    try {
      const [{ type }, { dev, ino }] = await Promise.all([statfs(path), stat(path)])
      if (type === NSFS) names.set(name, `${dev}:${ino}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return names
}

async function list(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
