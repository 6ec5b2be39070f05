import { readdirSync, readFileSync } from 'node:fs'

/** Ids of the brokers that a process has started and that are alive. */
export function brokersOf(pid: number = process.pid): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(candidate => isBrokerOf(candidate, pid))
}

function isBrokerOf(candidate: number, parent: number): boolean {
  const stat = textOf(`/proc/${candidate}/stat`)
  const [, name, state, ppid] = /\((.*)\) (\S) (\d+)/.exec(stat) ?? []
  return name === 'rtnetlink-broke' && state !== 'Z' && Number(ppid) === parent
}

/** Whether there is such a process, and it has not ended: who looks after orphans may take some time to do so. */
export function isRunning(pid: number): boolean {
  return /\) [^Z] /.test(textOf(`/proc/${pid}/stat`))
}

/** Children of a process that ended and that nobody waited for. */
export function zombiesOf(pid: number = process.pid): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(candidate => new RegExp(`\\) Z ${pid} `).test(textOf(`/proc/${candidate}/stat`)))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // It has ended meanwhile.
  }
}
