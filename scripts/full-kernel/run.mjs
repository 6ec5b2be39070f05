// `node scripts/full-kernel/run.mjs [options] -- COMMAND…`: runs a command under the full kernel, with its output and its exit code. It sees this
// machine's files, and what it writes is gone afterwards, but for the folders that --writable names.
import { parseArgs } from 'node:util'
import { findKernel } from './find.mjs'
import { NO_ANSWER, runGuest } from './guest.mjs'

const usage = `usage: node scripts/full-kernel/run.mjs [--time-limit SECONDS] [--cpu N] [--memory MIB] [--writable FOLDER]… -- COMMAND…`

try {
  const options = read()
  const { kernel, reason } = findKernel()
  if (kernel === undefined) throw new Error(reason)
  const ended = await runGuest({ kernel, ...options })
  if (ended.reason !== undefined) console.error(ended.reason)
  process.exitCode = ended.status
} catch (error) {
  console.error(/** @type {Error} */ (error).message)
  process.exitCode = NO_ANSWER
}

function read() {
  const { values, positionals } = parse()
  if (positionals.length === 0) throw new Error(usage)
  const number = name => {
    const text = values[name]
    if (text !== undefined && !/^\d+$/.test(text)) throw new Error(`--${name}: expected a number, got "${text}"\n${usage}`)
    return text === undefined ? undefined : Number(text)
  }
  const limits = { timeLimit: number('time-limit'), cpu: number('cpu'), memory: number('memory') }
  return { command: positionals, ...limits, writable: values.writable }
}

function parse() {
  const [number, folders] = [/** @type {const} */ ({ type: 'string' }), /** @type {const} */ ({ type: 'string', multiple: true })]
  try {
    return parseArgs({
      allowPositionals: true,
      options: { 'time-limit': number, cpu: number, memory: number, writable: folders },
    })
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}\n${usage}`)
  }
}
