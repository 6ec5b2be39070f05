import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'

/** Everything that can be told of a process from outside, but its number. */
export interface Life {
  events: unknown[][]
  output: string[]
  spawnfile: string
  spawnargs: readonly string[]
  exitCode: number | null
  signalCode: string | null
  killed: boolean
  hadNumber: boolean
  streams: boolean[]
}

/** Watches a process to its end; what it writes to any of its pipes is read. */
export async function lifeOf(child: ChildProcess): Promise<Life> {
  const events: unknown[][] = []
  const output: string[] = []
  for (const event of ['spawn', 'exit', 'error', 'message', 'disconnect'])
    child.on(event, (...args) => events.push([event, ...args.map(plain)]))
  child.stdio.forEach((stream, i) => {
    const readable = stream as Readable | null
    if (i > 0) readable?.on('data', chunk => (output[i] = `${output[i] ?? ''}${chunk}`))
    else readable?.on('error', error => events.push(['stdin', plain(error)]))
  })
  await new Promise<void>(resolve =>
    child.on('close', (...args) => {
      events.push(['close', ...args])
      resolve()
    }),
  )
  const { spawnfile, spawnargs, exitCode, signalCode, killed, pid } = child
  const streams = child.stdio.map(stream => stream !== null)
  return { events, output, spawnfile, spawnargs, exitCode, signalCode, killed, hadNumber: pid !== undefined, streams }
}

/** What a promise came to, errors with all of their properties. */
export async function cameTo(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => ({ value }),
    error => ({ error: plain(error) }),
  )
}

function plain(value: unknown): unknown {
  return value instanceof Error ? { ...value, name: value.name, message: value.message, cause: plain(value.cause) } : value
}
