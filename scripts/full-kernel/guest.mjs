// Starts a command under a User-Mode Linux kernel. See guest-init.sh for what the guest has.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * @typedef {object} Guest
 * @property {string} kernel
 * @property {string[]} command
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env]
 * @property {number} [cpu] default: the last one that this process may use
 * @property {number} [memory] in MiB, default 2048; what is not touched costs nothing
 * @property {number} [timeLimit] in seconds, default 600
 * @property {string[]} [writable] folders whose changes last
 * @property {NodeJS.WritableStream} [output]
 * @property {NodeJS.WritableStream} [errors]
 */

/** Exit codes of a guest that did not get to the end of its command, as timeout(1) has the first. */
export const TIME_LIMIT = 124
export const NO_ANSWER = 125

const init = join(import.meta.dirname, 'guest-init.sh')

/** The kernel starts with `lo` alone, as if every driver were a module. */
const onlyLo = ['fb_tunnels=none', 'bonding.max_bonds=0', 'dummy.numdummies=0', 'ifb.numifbs=0']

/**
 * Runs a command in a guest of its own.
 * @param {Guest} guest
 * @returns {Promise<{ status: number, reason?: string }>} the command's exit code, or why there is none
 */
export async function runGuest(guest) {
  const { timeLimit = 600 } = guest
  const job = mkdtempSync(join(tmpdir(), 'rtnetlink-guest-'))
  try {
    writeFileSync(join(job, 'command'), script(guest))
    writeFileSync(join(job, 'writable'), [job, ...(guest.writable ?? []).map(folder => resolve(folder))].join('\n').concat('\n'))
    mkdirSync(join(job, 'uml'))
    const code = await boot(guest, job, timeLimit)
    return outcome(job, code, timeLimit)
  } finally {
    rmSync(job, { recursive: true })
  }
}

/** The CPUs that this process may use. */
export function usableCpus() {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return list.split(',').flatMap(range => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

/** @param {Guest} guest */
function script({ command, cwd = process.cwd(), env = process.env }) {
  const variables = Object.entries(env).filter(([name, value]) => value !== undefined && /^\w+$/.test(name))
  const exports = variables.map(([name, value]) => `export ${name}=${quoted(value)}`)
  return [...exports, `cd ${quoted(cwd)} || exit`, `exec ${command.map(quoted).join(' ')}`, ''].join('\n')
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * One CPU for one guest: it has one, and each of its system calls would be two to three times slower across CPUs.
 * @param {Guest} guest
 */
function boot(
  { kernel, cpu = usableCpus().at(-1), memory = 2048, output = process.stdout, errors = process.stderr },
  job,
  timeLimit,
) {
  const limit = ['timeout', '-k', '5', `${timeLimit}`, 'taskset', '-c', `${cpu}`]
  const root = ['rootfstype=hostfs', 'rootflags=/', 'ro', `init="${init}"`, `job="${job}"`]
  const terminals = ['con=null', 'con0=null,fd:1', 'con1=null,fd:3', 'con2=null,fd:4']
  const [command, ...args] = [...limit, kernel, `mem=${memory}M`, `uml_dir=${job}/uml`, 'quiet', ...root, ...onlyLo, ...terminals]
  const console = openSync(join(job, 'console'), 'w')
  const child = spawn(command, args, { stdio: ['ignore', console, console, 'pipe', 'pipe'] })
  closeSync(console)
  child.stdio[3]?.pipe(output, { end: false })
  child.stdio[4]?.pipe(errors, { end: false })
  return new Promise((resolve, reject) => {
    const end = () => child.kill() // timeout(1) is in a process group of its own: it does not hear of Ctrl-C
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, end)
    child.once('error', reject)
    child.once('close', code => {
      for (const signal of signals) process.off(signal, end)
      resolve(code)
    })
  })
}

function outcome(job, code, timeLimit) {
  const status = read(join(job, 'status'))
  if (status !== '') return { status: Number(status) }
  if (code === TIME_LIMIT) return { status: TIME_LIMIT, reason: `the guest was ended after ${timeLimit} s` }
  const last = read(join(job, 'console')).trim().split('\n').slice(-15).join('\n')
  return { status: NO_ANSWER, reason: `the guest died (${code ?? 'by a signal'}); the end of its console:\n${last}` }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
