import type { NativeNamespace } from '../native/binding.ts'
import type { NamespaceReference } from '../protocol/namespace-reference.ts'
import { holdNamespace } from '../protocol/namespaces.ts'
import { Session } from '../protocol/session.ts'

/** The namespace that a device is opened in, and a session there, for as long as the device is open. */
export interface Place {
  readonly namespace: NativeNamespace | undefined
  readonly session: Session
  release(): void
}

export async function openPlace(operation: string, netns: NamespaceReference | undefined): Promise<Place> {
  if (netns === undefined) return place(undefined, () => {})
  const { native, release } = await holdNamespace(operation, netns)
  return place(native, release)
}

function place(namespace: NativeNamespace | undefined, letGo: () => void): Place {
  const session = new Session(undefined, () => namespace)
  return {
    namespace,
    session,
    release: () => {
      session.close()
      letGo()
    },
  }
}
