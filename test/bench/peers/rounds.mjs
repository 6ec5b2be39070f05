/** Runs the peers' programs in rotation, each in namespaces of its own, and gathers what they print. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { floorProgram } from '../processes.mjs'
import { titleOf } from './peers.mjs'

/** A program that takes longer is stopped, and is a footnote. */
const LONGEST_RUN = 120_000
/** So long a peer may take with one workload in all rounds together; the slow get fewer rounds. */
const PATIENCE = 10_000
const LONGEST_SETTLING = 20_000
const SAID = 300

/** A worker of the kernel that takes namespaces apart bears the queue's name while it does. */
function isTakingNamespacesApart(process) {
  try {
    return readFileSync(`/proc/${process}/comm`, 'latin1').includes('+netns')
  } catch {
    return false // It has ended.
  }
}

/** Until the kernel has thrown away the namespaces of the run before. */
async function settle() {
  const deadline = performance.now() + LONGEST_SETTLING
  let quiet = 0
  while (quiet < 2 && performance.now() < deadline) {
    await sleep(50)
    const busy = readdirSync('/proc').some(name => /^\d+$/.test(name) && isTakingNamespacesApart(name))
    quiet = busy ? 0 : quiet + 1
  }
}

/** The words of a command that prepares its namespaces, the named ones as well, runs the program, and looks whether it did its work. */
export function wrap(workload, program) {
  const steps = ['mkdir -p /run/netns', 'mount -t tmpfs none /run/netns']
  if (workload.fill) steps.push(`"$FLOOR" ${workload.fill} ${workload.count}`)
  const before = [...(workload.link ? [floorProgram, 'with-link'] : []), ...(workload.timed ? [floorProgram, 'time'] : [])]
  const checks = Object.entries(workload.expect ?? {}).map(([what, count]) => `"$FLOOR" expect ${what} ${count}`)
  const script = [...steps, '"$@"', ...checks].join(' && ')
  return ['unshare', '--mount', floorProgram, 'in-namespace', 'sh', '-c', script, 'sh', ...before, ...program]
}

const environment = count => ({ ...process.env, FLOOR: floorProgram, WRITER: `${floorProgram} write-routes ${count}` })

const end = text => text.trim().slice(-SAID).replace(/\s+/g, ' ')

/** Runs a command to its end, it and whatever it started. @returns {Promise<string>} its standard output */
export function execute(/** @type {string[]} */ [program, ...args], env, longest = LONGEST_RUN) {
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? '', args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, said, late] = ['', '', false]
    const stop = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {} // They have all ended.
    }
    const timer = setTimeout(() => {
      late = true
      stop()
    }, longest)
    process.once('exit', stop)
    child.stdout.on('data', chunk => (out += chunk))
    child.stderr.on('data', chunk => (said = (said + chunk).slice(-4 * SAID)))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      process.off('exit', stop)
      stop()
      if (late) reject(new Error(`took longer than ${longest / 1000} s`))
      else if (code !== 0) reject(new Error(end(said) || `ended with ${signal ?? code}`))
      else resolve(out)
    })
  })
}

async function runOnce(peer, workload) {
  const { name, count } = workload
  const out = await execute(wrap(workload, peer.command(name, count)), environment(count))
  const line = out.trim().split('\n').at(-1) ?? ''
  const printed = JSON.parse(line)
  return peer.figures === undefined ? printed : peer.figures(name, printed)
}

/** Everybody's turn comes at another place in each round. */
export const inTurn = (peers, round) => peers.map((_, i) => peers[(i + round) % peers.length])

/**
 * @returns {Promise<Record<string, { runs: any[], failed?: string }>>} by the peer's title; `failed` says why there are fewer runs
 */
export async function measure(workload, peers, rounds, tell) {
  const able = peers.filter(peer => [...peer.workloads].includes(workload.name))
  const results = Object.fromEntries(able.map(peer => [titleOf(peer), { runs: [] }]))
  const spent = new Map()
  for (let round = 0; round < rounds; round++) {
    for (const peer of inTurn(able, round)) {
      const title = titleOf(peer)
      const before = spent.get(title) ?? 0
      if (results[title].failed !== undefined || before + before / Math.max(round, 1) > PATIENCE) continue
      await settle()
      const start = performance.now()
      try {
        results[title].runs.push(await runOnce(peer, workload))
      } catch (error) {
        results[title].failed = error instanceof Error ? error.message : String(error)
      }
      const took = performance.now() - start
      spent.set(title, before + took)
      tell(
        `${workload.name}, round ${round + 1} of ${rounds}: ${title}: ${results[title].failed ?? `${(took / 1000).toFixed(1)} s in all`}`,
      )
    }
  }
  return results
}
