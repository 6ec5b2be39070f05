import type { NativeNamespace } from '../native/binding.ts'

/** A namespace, as what runs in it sees it. */
export interface Place {
  /** Name under /run/netns; /etc/netns/NAME has its files. */
  readonly name: string | undefined
  /** Whether it is the one of the calling thread. */
  readonly isCurrent: boolean
  /** Descriptor of the user namespace that owns it, where that is to be entered first: for processes born in it. */
  owner(): { readonly fd: number } | undefined
  /**
   * Its descriptor; undefined when it is the one of the calling thread.
   * @throws {ClosedError} when the handle is closed.
   */
  enter(operation: string): NativeNamespace | undefined
}
