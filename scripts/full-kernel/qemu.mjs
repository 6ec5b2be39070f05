// `npm run test:kernel:qemu [-- FILE…]`: the kernel tests under the distribution's own kernel, with its modules and several CPUs, in QEMU without KVM.
// For checks before a release, since it is slow: name files. STOCK_KERNEL names another package than linux-image-amd64.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { report } from '../report.mjs'
import { readTally, vitestArguments } from '../vitest.mjs'
import { cachedKernel } from './find.mjs'
import { onlyLo, runGuest } from './guest.mjs'

/** The programs that it takes, and the Debian package of each. */
const TOOLS = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  modprobe: 'kmod',
  depmod: 'kmod',
  cpio: 'cpio',
  xz: 'xz-utils',
  'apt-get': 'apt',
  dpkg: 'dpkg',
}

/** What has to be loaded before the machine's files are there. */
const MODULES = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay']

try {
  const tools = findTools()
  const stock = prepare(process.env.STOCK_KERNEL ?? 'linux-image-amd64', tools)
  report([await test(stock, tools, process.argv.slice(2))])
} catch (error) {
  console.error(/** @type {Error} */ (error).message)
  process.exitCode = 1
}

/** @returns {Record<string, string>} path of each program */
function findTools() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const path = tool => folders.map(folder => join(folder, tool)).find(existsSync)
  const missing = Object.keys(TOOLS).filter(tool => path(tool) === undefined)
  if (missing.length === 0) return Object.fromEntries(Object.keys(TOOLS).map(tool => [tool, path(tool) ?? '']))
  const packages = new Set(missing.map(tool => TOOLS[tool]))
  throw new Error(`not found: ${missing.join(', ')} (Debian, Ubuntu: apt-get install ${[...packages].join(' ')})`)
}

/** Unpacks the kernel's package into the cache folder, and makes an initramfs for it. Nothing is installed. */
function prepare(meta, tools) {
  const name = /^ *Depends: (linux-image-\S+)$/m.exec(run('apt-cache', 'depends', meta))?.[1] ?? meta
  const folder = join(dirname(cachedKernel), name)
  if (existsSync(folder)) return folder
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  execFileSync('apt-get', ['download', name], { cwd: fresh, stdio: 'inherit' })
  const file = readdirSync(fresh).find(file => file.endsWith('.deb'))
  run('dpkg', '--extract', join(fresh, `${file}`), fresh)
  rmSync(join(fresh, `${file}`))
  makeInitramfs(fresh, tools)
  renameSync(fresh, folder)
  return folder
}

function makeInitramfs(folder, tools) {
  const [release] = readdirSync(join(folder, 'lib/modules'))
  run(tools.depmod, '-b', folder, release)
  const root = join(folder, 'initramfs')
  for (const name of ['bin', 'dev', 'machine', 'memory', 'root', 'initramfs']) mkdirSync(join(root, name), { recursive: true })
  copyFileSync(tools.busybox, join(root, 'bin/busybox'))
  run('ln', '-s', 'busybox', join(root, 'bin/sh'))
  copyFileSync(join(import.meta.dirname, 'qemu-init.sh'), join(root, 'init'))
  loadOrder(join(folder, 'lib/modules', release)).forEach((path, i) => {
    const packed = join(folder, 'lib/modules', release, path)
    const bytes = path.endsWith('.xz') ? execFileSync('xz', ['-dc', packed], { maxBuffer: 2 ** 26 }) : readFileSync(packed)
    writeFileSync(join(root, 'initramfs', `${10 + i}-${basename(path, '.xz')}`), bytes)
  })
  execFileSync('sh', ['-c', 'find . | cpio -o -H newc >../initrd'], { cwd: root, stdio: ['ignore', 'inherit', 'ignore'] })
  rmSync(root, { recursive: true })
}

/** Paths of those modules that are not built in, each behind what it needs. */
function loadOrder(folder) {
  const lines = readFileSync(join(folder, 'modules.dep'), 'utf8').trim().split('\n')
  const needs = new Map(lines.map(line => [line.split(':', 1)[0], line.split(': ')[1]?.split(' ').filter(Boolean) ?? []]))
  const paths = MODULES.flatMap(name =>
    [...needs.keys()].filter(
      path =>
        basename(path)
          .replace(/\.ko.*/, '')
          .replaceAll('-', '_') === name,
    ),
  )
  return [...new Set(paths.flatMap(path => [...(needs.get(path) ?? []).toReversed(), path]))]
}

/** @returns {Promise<import('../vitest.mjs').Tally>} */
async function test(folder, tools, args) {
  const results = mkdtempSync(join(tmpdir(), 'rtnetlink-tally-'))
  const tally = join(results, 'tally.json')
  const env = { ...process.env, NO_COLOR: '1', RTNETLINK_SLOWDOWN: '20', RTNETLINK_TALLY: tally, RTNETLINK_KERNEL: 'none' }
  const command = [process.execPath, ...vitestArguments(['kernel']), ...args]
  const [kernel] = readdirSync(join(folder, 'boot')).filter(name => name.startsWith('vmlinuz-'))
  const guest = { kernel: join(folder, 'boot', kernel), command, env, timeLimit: 7200, writable: [results] }
  try {
    const ended = await runGuest(guest, (guest, job, writable, console) => machine(guest, job, writable, console, folder, tools))
    if (ended.reason !== undefined) throw new Error(ended.reason)
    return readTally(tally, ended.status === 0)
  } finally {
    rmSync(results, { recursive: true })
  }
}

/** @returns {import('./guest.mjs').Machine} */
function machine({ kernel, memory = 3072 }, job, writable, console, folder, tools) {
  const handed = { job, folder, modprobe: tools.modprobe, script: join(import.meta.dirname, 'qemu-init.sh') }
  const variables = Object.entries(handed).map(([name, value]) => `${name}="${value}"`)
  const line = [
    'console=ttyS0',
    'loglevel=4',
    'panic=-1',
    'mitigations=off',
    'nokaslr',
    'no_timer_check',
    ...onlyLo,
    ...variables,
  ].join(' ')
  const share = (tag, path, readOnly = '') => [
    ...['-fsdev', `local,id=${tag},path=${path},security_model=none,multidevs=remap${readOnly}`],
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ]
  return {
    command: [
      ...[tools['qemu-system-x86_64'], '-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max,la57=off'],
      ...[
        '-smp',
        `${availableParallelism()}`,
        '-m',
        `${memory}`,
        '-nodefaults',
        '-no-user-config',
        '-display',
        'none',
        '-no-reboot',
      ],
      ...['-kernel', kernel, '-initrd', join(folder, 'initrd'), '-append', line, '-serial', `file:${join(job, 'serial')}`],
      ...[
        '-device',
        'virtio-serial-pci',
        '-chardev',
        'stdio,id=output,signal=off',
        '-device',
        'virtserialport,chardev=output,nr=1',
      ],
      ...share('machine', '/', ',readonly=on'),
      ...writable.flatMap((path, i) => share(`writable${i}`, path)),
    ],
    stdio: ['pipe', 'pipe', console], // at the end of its input, QEMU would close the port of the output
    output: [1],
  }
}

function run(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8' })
}
