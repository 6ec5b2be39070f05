import { type TaskMeta, TestRunner } from 'vitest'

/** What a test that passes has shown, for docs/proof.md. The tally reporter collects it. */
export type Note = SubjectNote | WitnessNote | BytesNote

/** A table and its rows. */
export interface SubjectNote {
  readonly of: 'subject'
  readonly subject: string
  readonly rows: readonly { readonly option: string; readonly attribute: string }[]
  /** The options that have a witness on a kernel that has them, in order; `needs` is what not every kernel has. */
  readonly options: readonly { readonly option: string; readonly needs?: string | undefined }[]
  /** This kernel does not have the kind. */
  readonly lacking: boolean
  /** Why a row has none. */
  readonly unwitnessed: Readonly<Record<string, string>>
}

/** An option of a subject, and what was seen of it. */
export interface WitnessNote {
  readonly of: 'witness'
  readonly subject: string
  readonly option: string
  /** `written`: we set it, and `text` says who else sees it. `read`: we read what was set or is shown by `text`. */
  readonly did: 'written' | 'read' | 'changed' | 'refused'
  readonly text: string
}

/** An attribute in bytes that were written down by hand, and that we sent or read. */
export interface BytesNote {
  readonly of: 'bytes'
  readonly subject: string
  readonly option: string
  readonly did: 'sent' | 'read'
}

declare module 'vitest' {
  interface TaskMeta {
    notes?: Note[]
  }
}

/** Adds to what the running test shows. */
export function note(...notes: Note[]): void {
  const meta: TaskMeta | undefined = TestRunner.getCurrentTest()?.meta
  if (meta === undefined) throw new Error('notes are for tests that run')
  meta.notes = [...(meta.notes ?? []), ...notes]
}
