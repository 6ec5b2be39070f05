import { spawnSync } from 'node:child_process'

/** vitest colours its output in a file too. */
const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' }

/** Runs a command with our own output, says what it runs, and returns whether it succeeded. */
export function run(title, command, args, env = {}) {
  console.log(`\n# ${title}`)
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...plain, ...env } })
  if (error || signal) console.error(`${title}: ${error?.message ?? `ended by ${signal}`}`)
  return status === 0
}
