import type { Netns } from '../../netns/netns.ts'
import { draw } from './draw.ts'

export interface DiagramOptions {
  /** `'mermaid'`, text that Markdown of many places shows as a picture, or `'svg'`, a picture for light and dark pages. Default `'mermaid'`. */
  readonly format?: 'mermaid' | 'svg' | undefined
}

/**
 * A picture of what is really there, read back from the kernel: namespaces as boxes; their links with kind, state and addresses; ports below their master; wires between
 * namespaces. Left out: link-local addresses, and the loopback where there is nothing special about it. The same network gives the same text.
 * @throws {ClosedError} when one of the namespaces is closed.
 */
export async function diagram(namespaces: Readonly<Record<string, Netns>>, options: DiagramOptions = {}): Promise<string> {
  return await draw('diagram', namespaces, options)
}
