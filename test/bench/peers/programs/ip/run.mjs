/** Starts `ip`, as a program in Node does that has nothing else. */
import { execFile, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export const now = () => process.hrtime.bigint()

/** How long `work` takes, in ns. */
export async function time(work) {
  const start = now()
  await work()
  return Number(now() - start)
}

export const ip = line => execute('ip', line.split(' '))

/** All lines in one process. */
export async function batch(lines, { program = 'ip', netns = /** @type {string | undefined} */ (undefined) } = {}) {
  const child = spawn(program, [...(netns === undefined ? [] : ['-n', netns]), '-batch', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  child.stdin.on('error', () => {}) // Whoever refuses a line reads no more; what it says is on standard error.
  child.stdin.end(`${lines.join('\n')}\n`)
  const [said, code] = await Promise.all([text(child.stderr), ended])
  if (code !== 0) throw new Error(`${program} -batch: ${said.trim().split('\n', 1)[0]}`)
}

/** Calls `work` for each item, so many at once. */
export async function each(items, work, atOnce) {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Until the links of the host that lead into containers are gone. */
export async function waitUntilGone() {
  while ((await ip('-o link show type veth')).stdout !== '') await sleep(1)
}
