import type { Program } from '../schema/program.ts'
import { checkLinkName } from '../schema/references.ts'
import { LONGEST_ALTNAME } from '../values/link-name.ts'
import { lowerTarget } from './target.ts'

const IFLA_PROP_LIST = 52
const IFLA_ALT_IFNAME = 53

/** Writes a message about alternative names of a link; `names` is one or several. */
export function lowerAltNames(program: Program, link: unknown, names: unknown): void {
  lowerTarget(program, link)
  program.at('altNames')
  const list: readonly unknown[] = Array.isArray(names) ? names : [names]
  program.nest(IFLA_PROP_LIST)
  for (const name of list) {
    if (typeof name !== 'string') program.expected('an alternative name', name)
    checkLinkName(program, name, LONGEST_ALTNAME)
    program.string(IFLA_ALT_IFNAME, name)
  }
  program.end()
}
