import type { Locator } from '../protocol/failure.ts'
import type { Program } from '../schema/program.ts'
import { linkNameOrIndex, lowerLinkName } from '../schema/references.ts'
import { IFINFO } from './flags.ts'
import { linkTable } from './link-table.ts'

/** rtnl_newlink() in net/core/rtnetlink.c, where nothing makes links of that kind. */
export const UNKNOWN_KIND = 'Unknown device type'

/** Names the link that a message is about, for the kernel to look up: by index in the header, by name, or by alternative name. */
export function lowerTarget(program: Program, link: unknown): void {
  program.at('link')
  const target = linkNameOrIndex(program, link)
  if (typeof target === 'number') program.header(IFINFO.indexWord, target)
  else lowerLinkName(program, target)
}

/** Finds options of a message that makes a link. */
export const newLinkLocator: Locator = {
  locate: (...where) => linkTable.locate(...where),
  keyOf: number => linkTable.keyOf(number),
  meantBy: (kernelMessage, given) =>
    kernelMessage === UNKNOWN_KIND ? ('kernelKind' in given ? 'kernelKind' : 'kind') : undefined,
}

/** Finds options of a message about an existing link: the index in its header, or its name, is the `link` of the call. */
export const targetLocator: Locator = {
  locate(message, start, end, target) {
    const path = linkTable.locate(message, start, end, target)
    return path === 'index' ? 'link' : path
  },
  keyOf: number => linkTable.keyOf(number),
}
