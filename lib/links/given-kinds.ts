import type { LinkKind } from './kind.ts'
import { findKindOfKey } from './link-info.ts'
import { linkTable } from './link-table.ts'

/** The kinds whose data stands among the options of a link. */
export function givenKinds(options: Readonly<Record<string, unknown>>): LinkKind[] {
  const found: LinkKind[] = []
  for (const key in options) {
    if (options[key] === undefined || key === 'data' || linkTable.field(key) !== undefined) continue
    const kind = findKindOfKey(key)
    if (kind !== undefined) found.push(kind)
  }
  return found
}
