// Runs a command under another kernel, by default User-Mode Linux. See guest-run.sh for what the guest has.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * @typedef {object} Guest
 * @property {string} kernel the file to start
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

/**
 * A machine to start: its command line, and which of its descriptors are the command's output and errors.
 * @typedef {object} Machine
 * @property {string[]} command
 * @property {import('node:child_process').StdioOptions} stdio
 * @property {number[]} output
 */

/** Exit codes of a guest that did not get to the end of its command, as timeout(1) has the first. */
export const TIME_LIMIT = 124
export const NO_ANSWER = 125

/** The kernel starts with `lo` alone, as if every driver were a module. */
export const onlyLo = ['fb_tunnels=none', 'bonding.max_bonds=0', 'dummy.numdummies=0', 'ifb.numifbs=0']

/**
 * Runs a command in a guest of its own.
 * @param {Guest} guest
 * @param {(guest: Guest, job: string, writable: string[], console: number) => Machine} machine
 * @returns {Promise<{ status: number, reason?: string }>} the command's exit code, or why there is none
 */
export async function runGuest(guest, machine = userModeLinux) {
  const { timeLimit = 600, output = process.stdout, errors = process.stderr } = guest
  const job = mkdtempSync(join(tmpdir(), 'rtnetlink-guest-'))
  const writable = [job, ...(guest.writable ?? []).map(folder => resolve(folder))]
  const console = openSync(join(job, 'console'), 'a')
  try {
    writeFileSync(join(job, 'command'), script(guest))
    writeFileSync(join(job, 'writable'), writable.join('\n').concat('\n'))
    const code = await boot(machine(guest, job, writable, console), timeLimit, [output, errors])
    return outcome(job, code, timeLimit)
  } finally {
    closeSync(console)
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
 * @returns {Machine}
 */
function userModeLinux({ kernel, cpu = usableCpus().at(-1), memory = 2048 }, job, _writable, console) {
  mkdirSync(join(job, 'uml'))
  const root = ['rootfstype=hostfs', 'rootflags=/', 'ro', `init="${import.meta.dirname}/guest-init.sh"`, `job="${job}"`]
  const terminals = ['con=null', 'con0=null,fd:1', 'con1=null,fd:3', 'con2=null,fd:4']
  return {
    command: [
      'taskset',
      '-c',
      `${cpu}`,
      kernel,
      `mem=${memory}M`,
      `uml_dir=${job}/uml`,
      'quiet',
      ...root,
      ...onlyLo,
      ...terminals,
    ],
    stdio: ['ignore', console, console, 'pipe', 'pipe'],
    output: [3, 4],
  }
}

/** @param {Machine} machine */
function boot({ command, stdio, output }, timeLimit, streams) {
  const child = spawn('timeout', ['-k', '5', `${timeLimit}`, ...command], { stdio })
  output.forEach((descriptor, i) => {
    const from = /** @type {import('node:stream').Readable} */ (child.stdio[descriptor])
    from.pipe(streams[i], { end: false })
  })
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
  const consoles = ['console', 'serial'].map(name => read(join(job, name))).join('')
  const last = consoles.trim().split('\n').slice(-40).join('\n')
  return { status: NO_ANSWER, reason: `the guest died (${code ?? 'by a signal'}); the end of its console:\n${last}` }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
