// Kernel tests as an ordinary user, without any capability: `node scripts/unprivileged.mjs [FILE…]` as root. Without files, all of them.

import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { report } from './report.mjs'
import { runAside } from './run.mjs'
import { isPrivileged } from './takes-root.mjs'
import { readTally, vitestArguments } from './vitest.mjs'

const root = resolve(import.meta.dirname, '..')

/** User and group that own nothing, on any system. */
const NOBODY = '65534'

/** What of the kernel tests is short, and touches everything that is done another way without root. */
const CHOSEN = [
  'add-all',
  'bridge-vlans',
  'capture.test',
  'ethtool',
  'generic-netlink',
  'lab',
  'links-add',
  'links-netns',
  'links-veth',
  'netns-connect',
  'netns-datagrams',
  'netns-fetch',
  'netns-ids',
  'netns-listen',
  'netns-open-socket',
  'netns-ping',
  'netns-spawn',
  'netns-sysctl',
  'netns.test',
  'rootless',
  'scenario-s0',
  'scenario-s17',
  'session',
  'tun-open',
  'watch-all-namespaces',
].map(name => `test/kernel/${name}`)

/** The tests make namespaces and devices of their own; /dev/net/tun is for everybody on most machines, so here too, for this run alone. */
const PREPARE = `
if [ -e /dev/net/tun ] && mount -t tmpfs -o mode=755 tmpfs "$1/devices"; then
  mknod -m 666 "$1/devices/tun" c 10 200 && mount --bind "$1/devices/tun" /dev/net/tun
fi
shift
exec "$@"`

/**
 * Runs kernel tests as nobody, beside whatever else runs.
 * @param {readonly string[]} files
 * @returns {Promise<import('./vitest.mjs').Tally>}
 */
export async function testUnprivileged(files = CHOSEN) {
  if (!isPrivileged || process.getuid?.() !== 0) return left('this process is no root that could become another user')
  if (spawnSync('setpriv', ['--version']).error) return left('setpriv is not installed (on Debian: util-linux)')
  const folder = mkdtempSync(join(tmpdir(), 'rtnetlink-unprivileged-'))
  try {
    chmodSync(folder, 0o755)
    return await run(folder, readableRoot(folder), files)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @returns {import('./vitest.mjs').Tally} */
function left(reason) {
  return { passed: 0, failed: 0, skipped: [`kernel tests as an ordinary user: ${reason}`] }
}

async function run(folder, place, files) {
  const home = join(folder, 'home')
  for (const name of ['devices', 'home']) mkdirSync(join(folder, name))
  chmodSync(home, 0o777)
  const tally = join(home, 'tally.json')
  const words = [...asNobody(folder), process.execPath, ...vitestArguments(['kernel']), '--configLoader', 'runner', ...files]
  const variables = { RTNETLINK_TALLY: tally, HOME: home, TMPDIR: home, RTNETLINK_EXPECTED_KINDS: undefined }
  const succeeded = await runAside('kernel tests as an ordinary user', words[0], words.slice(1), variables, place)
  const { notes: _, ...counts } = readTally(tally, succeeded)
  return { ...counts, skipped: counts.skipped.map(line => line.replace(/^kernel: /, 'kernel, as an ordinary user: ')) }
}

function asNobody(folder) {
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']
  return ['unshare', '--mount', '--propagation=private', 'sh', '-c', PREPARE, 'sh', folder, 'setpriv', ...user]
}

/** This tree, where others than root may read it; else a copy of it. */
function readableRoot(folder) {
  if (isReadable(root)) return root
  const copy = join(folder, 'copy')
  const parts = [
    'build',
    'dist',
    'examples',
    'lib',
    'native',
    'node_modules',
    'scripts',
    'test',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'README.md',
    'docs',
  ]
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true, verbatimSymlinks: true })
  spawnSync('chmod', ['-R', 'a+rX', copy])
  return copy
}

function isReadable(place) {
  const looks = ['package.json', 'lib/index.ts', 'node_modules/vitest/vitest.mjs', 'build/Release/rtnetlink.node'].map(file =>
    join(place, file),
  )
  const script = 'for file; do test -r "$file" || exit 1; done'
  return (
    spawnSync('setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'sh', '-c', script, 'sh', ...looks])
      .status === 0
  )
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = process.argv.slice(2)
  report([await testUnprivileged(files)])
}
