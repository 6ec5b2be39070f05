/** Under this symbol, a thread that entered a namespace as a Worker says which. Global, since the code that enters is a bundle of its own. */
const KEY = Symbol.for('rtnetlink.thread')

interface Thread {
  /** Name of the namespace that it is in. */
  readonly name: string | undefined
}

const global = globalThis as { [KEY]?: Thread }

/** Remembers that this thread is in a namespace for good. */
export function markThread(thread: Thread): void {
  Object.defineProperty(global, KEY, { value: thread })
}

/** The name of the namespace that this thread entered when it started, for its files in /etc/netns. */
export function nameOfThread(): string | undefined {
  return global[KEY]?.name
}
