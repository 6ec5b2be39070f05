import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds this package's code, whether run from lib or from dist. */
let own: string | undefined
/** More frames than this package ever has between the caller and an error. */
const OWN_FRAMES = 24

/** Makes an error whose stack starts at the caller's line: this package's own frames are taken off its top. */
export function withCallersStack<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = limit + OWN_FRAMES
  try {
    const error = make()
    trim(error, limit)
    return error
  } finally {
    Error.stackTraceLimit = limit
  }
}

function trim(error: Error, limit: number): void {
  const { stack } = error
  const first = stack?.indexOf('\n    at ') ?? -1
  if (stack === undefined || first < 0) return
  own ??= dirname(fileURLToPath(import.meta.url))
  const folder = own
  const frames = stack.slice(first + 1).split('\n')
  const caller = frames.findIndex(frame => !frame.includes(folder) && !frame.includes('node:internal'))
  const kept = caller < 0 ? frames : frames.slice(caller)
  error.stack = [stack.slice(0, first), ...kept.slice(0, limit)].join('\n')
}

/** Gives the error of one of many steps the stack of who waits for the whole: nobody awaits a step by itself. To be called behind the `await` of the whole. */
export function withStackOfCaller(error: unknown): unknown {
  if (!(error instanceof Error) || !('operation' in error)) return error
  const { stack = '' } = withCallersStack(() => new Error())
  error.stack = `${error.name}: ${error.message}${stack.slice(stack.indexOf('\n    at '))}`
  return error
}
