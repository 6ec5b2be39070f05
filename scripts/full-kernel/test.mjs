// The kernel tests under the full kernel.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { readTally, vitestArguments } from '../vitest.mjs'
import { expectedBesides, expectedKinds } from './expected-kinds.mjs'
import { findKernel } from './find.mjs'
import { runGuest, usableCpus } from './guest.mjs'

/** What is not run a second time, and why. */
const once = {
  'sessions, namespaces, sockets, tun':
    'they ask nothing of the kernel that other kernels do not have, and wait as long as a real machine needs',
  examples: 'each starts a process, which takes ten times as long there; the scenarios run the same programs',
}

const kinds = 'test/kernel/kinds'
const features = ['ethtool', 'fou', 'macsec', 'team', 'watch-forwarding', 'wireguard']
const scenarios = ['scenario-s14']

/** For two guests side by side. */
const halves = [
  { title: 'kinds of link', args: [kinds] },
  { title: 'what they are for', args: [...features, ...scenarios].map(name => `test/kernel/${name}.test.ts`) },
]

const TITLE = 'kernel tests under the full kernel'
/** To import the library for each file anew took a third of the time there. Here each has a process of its own (vitest.config.ts). */
const IN_ONE_PROCESS = ['--no-isolate']
/** For a guest that hangs, in seconds; a busy machine needs many times what an idle one does. */
const TIME_LIMIT = 900

/**
 * @param {string[]} args for vitest, such as names of files: then these alone are run, in one guest
 * @returns {Promise<import('../vitest.mjs').Tally[]>}
 */
export async function testUnderFullKernel(args = []) {
  const { kernel, reason } = findKernel()
  if (kernel === undefined) {
    console.log(`\n# ${TITLE}\nnot run: ${reason}`)
    return [{ passed: 0, failed: 0, skipped: [`${TITLE}: ${reason}`] }]
  }
  const parts = args.length > 0 ? [{ title: args.join(' '), args }] : halves
  console.log(`\n# ${TITLE}: ${parts.map(({ title }) => title).join('; ')}`)
  for (const [what, why] of Object.entries(once)) console.log(`not run there: ${what}: ${why}`)
  const cpus = usableCpus()
  if (parts.length <= cpus.length) return Promise.all(parts.map((part, i) => testPart(kernel, part, cpus[i])))
  const tallies = []
  for (const part of parts) tallies.push(await testPart(kernel, part, cpus[0]))
  return tallies
}

/** @returns {Promise<import('../vitest.mjs').Tally>} */
async function testPart(kernel, { title, args }, cpu) {
  const folder = mkdtempSync(join(tmpdir(), 'rtnetlink-tally-'))
  const tally = join(folder, 'tally.json')
  const command = [process.execPath, ...vitestArguments(['kernel']), ...IN_ONE_PROCESS, ...args]
  const env = {
    ...process.env,
    NO_COLOR: '1',
    RTNETLINK_EXPECTED_KINDS: [...expectedKinds, ...expectedBesides].join(','),
    RTNETLINK_SLOWDOWN: '4',
    RTNETLINK_TALLY: tally,
  }
  const output = new PassThrough()
  const text = buffer(output)
  try {
    const ended = await runGuest({ kernel, command, env, cpu, timeLimit: TIME_LIMIT, writable: [folder], output, errors: output })
    output.end()
    console.log(`\n# ${TITLE}: ${title}`)
    process.stdout.write(await text)
    if (ended.reason !== undefined) console.error(ended.reason)
    return named(readTally(tally, ended.status === 0))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A guest that died has not said which kernel it is. */
function named(tally) {
  return { ...tally, kernel: tally.kernel === undefined ? 'of the full kernel' : `${tally.kernel} (full kernel)` }
}
