// The `install` step of the package: keeps a prebuilt addon that loads here, and programs that run, else compiles them.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { headerOptions } from './node-headers.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

if (process.platform === 'linux' && (mustCompile() || !loads() || !(await programsRun()))) process.exitCode = compile()

/** tsconfig.json is not packed: where it stands this is a clone, and its sources may be newer than any binary. */
function mustCompile() {
  return Boolean(process.env.npm_config_build_from_source) || existsSync(join(root, 'tsconfig.json'))
}

/** In a child process, because a binary made for another C library can take the process down. */
function loads() {
  const loader = new URL('../dist/native/load.js', import.meta.url).href
  const program = `import(${JSON.stringify(loader)}).then(({ loadAddon }) => { loadAddon() }).catch(() => process.exit(1))`
  return spawnSync(process.execPath, ['-e', program], { stdio: 'ignore' }).status === 0
}

async function programsRun() {
  const { EXECUTABLES, USAGE, findExecutable } = await import('../dist/native/executables.js')
  try {
    return EXECUTABLES.every(name => spawnSync(findExecutable(name), { stdio: 'ignore' }).status === USAGE)
  } catch {
    return false
  }
}

function compile() {
  const missing = missingTools()
  if (missing.length > 0) {
    return fail(
      `no prebuilt addon fits this machine (${process.arch}), and it cannot be compiled here because ${list(missing)} ` +
        `not found. Install python3, make and g++ (Debian, Ubuntu: apt-get install python3 make g++; ` +
        `Alpine: apk add python3 make g++ linux-headers), then install rtnetlink again.`,
    )
  }
  const { status, error } = spawnSync('node-gyp', ['rebuild', '-j', 'max', ...headerOptions()], { cwd: root, stdio: 'inherit' })
  if (error) return fail(`node-gyp could not be started (${error.message}). Package managers bring it; run the install with npm.`)
  if (status !== 0) return fail('the addon could not be compiled; the compiler or node-gyp says why, above.')
  return 0
}

/** What node-gyp would look for, unless the environment names something else. */
function missingTools() {
  const { PYTHON, npm_config_python, MAKE, CXX } = process.env
  const missing = []
  if (!PYTHON && !npm_config_python && !onPath('python3') && !onPath('python')) missing.push('python3')
  if (!MAKE && !onPath('make')) missing.push('make')
  if (!CXX && !onPath('g++')) missing.push('g++')
  return missing
}

function onPath(tool) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => isExecutable(join(folder, tool)))
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function list(names) {
  return names.length === 1 ? `${names[0]} was` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} were`
}

function fail(message) {
  console.error(`rtnetlink: ${message}`)
  return 1
}
