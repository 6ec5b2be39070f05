// `node scripts/full-kernel/build.mjs [PACKAGE]`: builds the full kernel from Debian's package of the kernel's sources (default linux-source-6.12) with
// kernel.config, and puts it where find.mjs looks. Some seven minutes on two cores, 2 GB meanwhile, 12 MB in the end. Installs nothing.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { cachedKernel } from './find.mjs'

/** The programs that it takes, and the Debian package of each. */
const TOOLS = {
  'apt-get': 'apt',
  dpkg: 'dpkg',
  tar: 'tar',
  xz: 'xz-utils',
  make: 'make',
  gcc: 'gcc',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
}

const [sources = 'linux-source-6.12'] = process.argv.slice(2)
const folder = `${dirname(cachedKernel)}/kernel-build`
const tree = join(folder, 'linux')
const config = join(import.meta.dirname, 'kernel.config')

try {
  checkMachine()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(tree, { recursive: true })
  unpack()
  configure()
  compile()
  rmSync(folder, { recursive: true })
  console.log(`built ${cachedKernel}`)
} catch (error) {
  console.error(/** @type {Error} */ (error).message)
  process.exitCode = 1
}

function checkMachine() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('User-Mode Linux runs on x86-64 Linux only')
  const path = (process.env.PATH ?? '').split(delimiter)
  const missing = Object.keys(TOOLS).filter(tool => !path.some(folder => existsSync(join(folder, tool))))
  if (missing.length === 0) return
  const packages = missing.map(tool => TOOLS[tool]).join(' ')
  throw new Error(`not found: ${missing.join(', ')} (Debian, Ubuntu: apt-get install ${packages})`)
}

function unpack() {
  run(folder, 'apt-get', 'download', sources)
  const file = readdirSync(folder).find(name => name.endsWith('.deb'))
  run(folder, 'dpkg', '--extract', `${file}`, 'package')
  const packed = join(folder, 'package/usr/src', `${sources}.tar.xz`)
  run(folder, 'tar', '--extract', '--file', packed, '--directory', tree, '--strip-components=1')
}

function configure() {
  run(tree, 'make', '-s', 'ARCH=um', 'defconfig')
  run(tree, 'scripts/kconfig/merge_config.sh', '-m', '-Q', '.config', config)
  run(tree, 'make', '-s', 'ARCH=um', 'olddefconfig')
  const taken = new Set(readFileSync(join(tree, '.config'), 'utf8').split('\n'))
  const wanted = readFileSync(config, 'utf8').match(/^CONFIG_.*$/gm) ?? []
  const missing = wanted.filter(line => !taken.has(line))
  if (missing.length > 0) console.log(`this kernel does not take: ${missing.join(' ')}`)
}

function compile() {
  run(tree, 'make', '-s', 'ARCH=um', `-j${availableParallelism()}`, 'linux')
  run(tree, 'strip', 'linux')
  copyFileSync(join(tree, 'linux'), `${cachedKernel}.new`)
  renameSync(`${cachedKernel}.new`, cachedKernel) // a guest may be running the old one
}

function run(cwd, command, ...args) {
  console.log(`# ${[command, ...args].join(' ')}`)
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} failed (${status}); what it did stands in ${folder}`)
}
