import { ClosedError } from '../errors.ts'
import type { NativeNamespace } from '../native/binding.ts'
import { isNamespaceHandle, type NamespaceReference, namespaceDescriptor } from '../protocol/namespace-reference.ts'
import { openNamespace } from '../protocol/namespaces.ts'
import { Session } from '../protocol/session.ts'

/** The namespace that a device is opened in, and a session there, for as long as the device is open. */
export interface Place {
  readonly namespace: NativeNamespace | undefined
  readonly session: Session
  release(): void
}

export async function openPlace(operation: string, netns: NamespaceReference | undefined): Promise<Place> {
  if (netns === undefined) return place(undefined, () => {})
  if (isNamespaceHandle(netns)) {
    const descriptor = netns[namespaceDescriptor]()
    if (descriptor === undefined) throw new ClosedError(operation, 'namespace')
    return place(descriptor.native, () => descriptor.pin.unpin())
  }
  const native = await openNamespace(operation, netns)
  return place(native, () => native.close())
}

function place(namespace: NativeNamespace | undefined, letGo: () => void): Place {
  const session = new Session({}, () => namespace)
  return {
    namespace,
    session,
    release: () => {
      session.close()
      letGo()
    },
  }
}
