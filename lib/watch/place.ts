import { isNamespaceHandle, type NamespaceReference } from '../protocol/namespace-reference.ts'
import { sessionIn } from '../protocol/namespaces.ts'
import type { Session } from '../protocol/session.ts'

/** Where somebody can be asked what a namespace holds. */
export interface Place {
  ask<T>(question: (session: Session) => Promise<T>): Promise<T>
}

/** The namespace that is watched from. */
export function ownPlace(session: Session): Place {
  return { ask: question => question(session) }
}

interface Visit {
  readonly session: Session
  leave(): void
}

/** Another namespace. It is entered for as long as something is asked and no longer, because an open socket would keep it from ending. */
export class OtherPlace implements Place {
  readonly #references: readonly NamespaceReference[]
  readonly #isThere: (reference: NamespaceReference) => Promise<boolean>
  #visit: Promise<Visit> | undefined
  #questions = 0

  /** `isThere`: whether a reference, once it has been opened, still means that namespace. */
  constructor(references: readonly NamespaceReference[], isThere: (reference: NamespaceReference) => Promise<boolean>) {
    this.#references = references
    this.#isThere = isThere
  }

  async ask<T>(question: (session: Session) => Promise<T>): Promise<T> {
    this.#visit ??= this.#enter()
    const visit = this.#visit
    this.#questions++
    try {
      return await question((await visit).session)
    } finally {
      this.#questions--
      if (this.#questions === 0) {
        this.#visit = undefined
        void visit.then(({ leave }) => leave()).catch(() => {})
      }
    }
  }

  async #enter(): Promise<Visit> {
    let fault: unknown
    for (const reference of this.#references) {
      try {
        return await this.#enterBy(reference)
      } catch (error) {
        fault = error
      }
    }
    throw fault
  }

  async #enterBy(reference: NamespaceReference): Promise<Visit> {
    const visit = await open(reference)
    if (await this.#isThere(reference)) return visit
    visit.leave()
    throw new Error('it is another namespace by now')
  }
}

/** A session of its own, so that nobody waits for its lists. */
async function open(reference: NamespaceReference): Promise<Visit> {
  const { session, release } = await sessionIn(reference, 'watch')
  if (!isNamespaceHandle(reference)) return { session, leave: release }
  const apart = session.apart()
  release()
  return { session: apart, leave: () => apart.close() }
}
