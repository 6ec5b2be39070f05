import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { asRunnable } from './unprivileged.ts'

/** Runs a program of iproute2 in a namespace while the event loop goes on. */
export async function runIproute(program: string, namespace: string, ...words: string[]): Promise<void> {
  const [command, ...args] = asRunnable(program, ['-n', namespace, ...words]).words
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', text => {
    complaint += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ${words.join(' ')}: ${complaint.trim()}`)
}

/** Runs lines of `ip`, one after another; one that fails is passed over. */
export async function runBatch(namespace: string, lines: readonly string[]): Promise<void> {
  const [command, ...args] = asRunnable('ip', ['-n', namespace, '-force', '-batch', '-']).words
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.end(`${lines.join('\n')}\n`)
  await once(child, 'close')
}
