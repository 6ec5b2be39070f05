import { cpus, loadavg, release, totalmem } from 'node:os'

/** What was measured on. */
export function describeMachine() {
  const processors = cpus()
  return {
    processor: `${processors.length} × ${processors[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `Linux ${release()}`,
    node: process.version,
    /** Before the first program was started: other work makes all of it worthless. */
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}
