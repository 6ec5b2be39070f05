/** What peers need to be had: packages of Debian, a folder to build in, programs that are run for it. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Long enough to compile everything that a peer is made of, on a slow machine. */
const LONGEST = 15 * 60_000
const LINES_OF_REASON = 4

/** The folder of a peer's build, which is there. Nothing in it is part of the project. */
export function buildFolder(name) {
  const folder = fileURLToPath(new URL(`build/${name}`, import.meta.url))
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Runs a program to its end. An error says what was run, and the last that it said. */
export async function run(program, args, options = {}) {
  try {
    const { stdout } = await execute(program, args, { timeout: LONGEST, maxBuffer: 2 ** 28, ...options })
    return String(stdout)
  } catch (thrown) {
    const error = /** @type {any} */ (thrown)
    const said = String(error.stderr || error.stdout || error.message)
      .trim()
      .split('\n')
      .slice(-LINES_OF_REASON)
      .join(' ')
    throw new Error(`${program} ${args[0] ?? ''}: ${said}`, { cause: error })
  }
}

/** The first line that a program prints, such as its version. */
export function firstLine(program, args) {
  return (
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split('\n', 1)[0] ?? ''
  )
}

/** The version of a package of Debian that is installed; undefined when it is not. */
export function debianVersion(name) {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
    const [state, version] = firstLine('dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Version}', name]).split(/ +/)
    return state === 'ii' ? version : undefined
  } catch {
    return undefined
  }
}

let updated

/** Installs what is missing of these packages. @throws {Error} when one cannot be had. */
export async function installDebian(...names) {
  const missing = names.filter(name => debianVersion(name) === undefined)
  if (missing.length === 0) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // Without a network, the lists that are here may still do.
  updated ??= run('apt-get', ['update', '-qq'], { env }).catch(() => '')
  await updated
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env })
}
