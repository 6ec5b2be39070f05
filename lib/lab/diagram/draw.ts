import { invalidType, invalidValue } from '../../errors.ts'
import type { Netns } from '../../netns/netns.ts'
import { checkKeys, checkObject } from '../../schema/check-options.ts'
import type { DiagramOptions } from './diagram.ts'
import { toMermaid } from './mermaid.ts'
import { survey } from './survey.ts'
import { toSvg } from './svg.ts'

const FORMATS = { mermaid: toMermaid, svg: toSvg }

/** The picture for `operation`, which is who asks. */
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
