import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { executionFailed, isWarning, type LaunchReport, launchFailed, readReports, warningText } from './launch-report.ts'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/**
 * Has a process of the launcher's tell what the program tells that it becomes: `'spawn'` once that was executed. When it was not, `'error'`
 * in place of `'spawn'` and `'exit'`, as of a process that Node could not start.
 */
export function holdUntilExecuted(child: ChildProcess, report: Readable, operation: string): void {
  const held = new HeldEvents(child, operation)
  const chunks: Buffer[] = []
  report.on('data', chunk => chunks.push(chunk))
  report.on('error', () => {})
  // Which comes first, since Node counts the 'close' of all streams before it emits the process's.
  const settle = () => held.release(readReports(Buffer.concat(chunks)))
  report.once('end', settle)
  report.once('close', settle)
}

class HeldEvents {
  readonly #child: ChildProcess
  readonly #operation: string
  readonly #emit: Emit
  #held: unknown[][] = []
  #released = false

  constructor(child: ChildProcess, operation: string) {
    this.#child = child
    this.#operation = operation
    this.#emit = child.emit
    child.emit = (event: string | symbol, ...args: unknown[]) => {
      if (event !== 'spawn' && event !== 'exit') return this.#emit.call(child, event, ...args)
      this.#held.push([event, ...args])
      return true
    }
  }

  release(reports: readonly LaunchReport[]): void {
    if (this.#released) return
    this.#released = true
    for (const report of reports.filter(isWarning)) process.emitWarning(warningText(report), { code: 'RTNETLINK_ETC_NETNS' })
    const failure = reports.find(report => !isWarning(report))
    if (failure === undefined) this.#pass()
    else this.#fail(failure)
  }

  #pass(): void {
    this.#child.emit = this.#emit
    for (const [event, ...args] of this.#held.splice(0)) this.#emit.call(this.#child, event as string, ...args)
  }

  /** The process still has to end: until then it is not forgotten. */
  #fail(failure: LaunchReport): void {
    const child = this.#child
    const end = () => {
      child.emit = this.#emit
      const own = child as { exitCode: number | null; signalCode: string | null; pid?: number | undefined }
      own.exitCode = -failure.errno
      own.signalCode = null
      own.pid = undefined
      child.emit('error', executionFailed(failure, child) ?? launchFailed(failure, this.#operation))
    }
    if (this.#held.some(([event]) => event === 'exit')) {
      end()
      return
    }
    child.emit = (event: string | symbol, ...args: unknown[]) => {
      if (event === 'spawn') return true
      if (event !== 'exit') return this.#emit.call(child, event, ...args)
      end()
      return true
    }
  }
}
