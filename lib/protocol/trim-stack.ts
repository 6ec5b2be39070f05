import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds this package's code, whether run from lib or from dist. */
const OWN = dirname(dirname(fileURLToPath(import.meta.url)))

/** Takes this package's own frames off the top of the stack, so that it starts at the caller's line. */
export function trimStack(error: Error): void {
  const { stack } = error
  if (stack === undefined) return
  const first = stack.indexOf('\n    at ')
  if (first < 0) return
  const frames = stack.slice(first + 1).split('\n')
  const caller = frames.findIndex(frame => !frame.includes(OWN) && !frame.includes('node:internal'))
  if (caller > 0) error.stack = `${stack.slice(0, first)}\n${frames.slice(caller).join('\n')}`
}
