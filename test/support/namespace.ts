import { Netns } from '../../lib/netns/netns.ts'
import type { SessionOptions } from '../../lib/protocol/session-options.ts'
import { deleteTestNamespaces, uniqueName } from './test-namespaces.ts'
import { isPrivileged, nameForTests } from './unprivileged.ts'

/** A namespace that has a name, by which `ip -n` finds it. */
export type NamedNetns = Netns & { readonly name: string }

const opened: Netns[] = []

/** Creates a namespace with a name that nothing else has. */
export async function createNamespace(options?: SessionOptions): Promise<NamedNetns> {
  const name = uniqueName()
  if (isPrivileged) return held(await Netns.create(name, options)) as NamedNetns
  const unnamed = held(await Netns.create(options))
  nameForTests(name, unnamed.inode)
  return Object.defineProperty(unnamed, 'name', { value: name }) as NamedNetns
}

/** Remembers a handle, for `closeNamespaces`. */
export function held(handle: Netns): Netns {
  opened.push(handle)
  return handle
}

/** For afterEach or afterAll: closes every handle, and removes every namespace that the tests of this file made. */
export function closeNamespaces(): void {
  for (const handle of opened.splice(0)) handle.close()
  deleteTestNamespaces()
}
