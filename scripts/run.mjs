import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** vitest colours its output in a file too. */
const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' }

/** Runs a command with our own output, says what it runs, and returns whether it succeeded. */
export function run(title, command, args, env = {}) {
  console.log(`\n# ${title}`)
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...plain, ...env } })
  if (error || signal) console.error(`${title}: ${error?.message ?? `ended by ${signal}`}`)
  return status === 0
}

/** The same while other things run: all that it prints comes out in one piece, at its end. */
export async function runAside(title, command, args, env = {}, cwd = process.cwd()) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...plain, ...env } })
  const ended = once(child, 'close').catch(error => [undefined, error.message])
  const [output, errors, [status, reason]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  process.stdout.write(`\n# ${title}\n${output}`)
  process.stderr.write(errors)
  if (status == null) console.error(`${title}: ${reason}`)
  return status === 0
}
