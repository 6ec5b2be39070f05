import { invalidType, invalidValue } from '../../errors.ts'
import type { Netns } from '../../netns/netns.ts'
import { checkKeys, checkObject } from '../../schema/check-options.ts'
import { toMermaid } from './mermaid.ts'
import { survey } from './survey.ts'
import { toSvg } from './svg.ts'

export interface DiagramOptions {
  /** `'mermaid'`, text that Markdown of many places shows as a picture, or `'svg'`, a picture for light and dark pages. Default `'mermaid'`. */
  readonly format?: 'mermaid' | 'svg' | undefined
}

const FORMATS = { mermaid: toMermaid, svg: toSvg }

/**
 * A picture of what is really there, read back from the kernel: namespaces as boxes; their links with kind, state and addresses; ports below their master; wires between
 * namespaces. Left out: link-local addresses, and the loopback where there is nothing special about it. The same network gives the same text.
 * @throws {ClosedError} when one of the namespaces is closed.
 */
export async function diagram(namespaces: Readonly<Record<string, Netns>>, options: DiagramOptions = {}): Promise<string> {
  return await draw('diagram', namespaces, options)
}

export async function draw(
  operation: string,
  namespaces: Readonly<Record<string, Netns>>,
  options: DiagramOptions,
): Promise<string> {
  checkKeys(operation, checkObject(operation, options), ['format'])
  const { format = 'mermaid' } = options
  if (typeof format !== 'string') throw invalidType(operation, 'format', '"mermaid" or "svg"', format)
  if (!Object.hasOwn(FORMATS, format))
    throw invalidValue(operation, 'format', `${JSON.stringify(format)} is not one of "mermaid", "svg"`)
  return FORMATS[format](await survey(namespaces))
}
