import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm pack` is given; the binary only where the test asks for it. */
const packedSources = ['package.json', 'LICENSE', 'binding.gyp', 'dist', 'lib', 'native', 'scripts']

/** `rtnetlink` names the dependencies; their dependency comes along, so that nothing is asked of a registry. */
const dependencies = ['bindings', 'file-uri-to-path', 'node-addon-api']

/** A copy of what is published, to which prebuilds can be added without touching the working tree. */
export function stage(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of packedSources) cpSync(join(repository, name), join(folder, name), { recursive: true })
  return folder
}

/** Packs a folder as it stands. @returns the tarball's path and the files in it */
export function pack(folder: string, destination: string): { tarball: string; files: string[] } {
  mkdirSync(destination, { recursive: true })
  const { stdout } = succeed(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], folder))
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  return { tarball: join(destination, basename(filename)), files: files.map(file => file.path) }
}

/** An empty project that depends on the tarball, ready for `npm install`. */
export function consumer(folder: string, tarball: string): string {
  mkdirSync(folder, { recursive: true })
  const tarballs = dependencies.map(name => [name, packed(name, folder)])
  const files = Object.fromEntries([['rtnetlink', tarball], ...tarballs].map(([name, path]) => [name, `file:${path}`]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, dependencies: files }))
  return folder
}

const tarballOf = new Map<string, string>()

/** The tarball of a dependency; each is packed once, in the first folder that needs it. */
function packed(name: string, folder: string): string {
  const tarball = tarballOf.get(name) ?? pack(join(repository, 'node_modules', name), folder).tarball
  tarballOf.set(name, tarball)
  return tarball
}

export function install(folder: string, path = process.env.PATH): SpawnSyncReturns<string> {
  const options = ['--offline', '--no-audit', '--no-fund', '--foreground-scripts', '--cache', join(folder, '.npm-cache')]
  return run('npm', ['install', ...options], folder, path)
}

/** A PATH on which nothing can be compiled: node, npm and a shell. */
export function pathWithoutCompiler(folder: string): string {
  mkdirSync(folder)
  symlinkSync(process.execPath, join(folder, 'node'))
  for (const tool of ['npm', 'sh']) symlinkSync(where(tool), join(folder, tool))
  return folder
}

function where(tool: string): string {
  return succeed(run('sh', ['-c', `command -v ${tool}`], repository)).stdout.trim()
}

/** Runs a program in `folder`, without what the npm around these tests has put into the environment. */
export function run(command: string, args: string[], folder: string, path = process.env.PATH): SpawnSyncReturns<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_nodedir$)|^NODE_ENV$|^VITEST/.test(name))
  const env = { ...Object.fromEntries(inherited), PATH: path }
  return spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' })
}

/** The result of a program that must have succeeded; else its output is the error. */
export function succeed(result: SpawnSyncReturns<string>): SpawnSyncReturns<string> {
  if (result.status === 0) return result
  throw new Error(`exit ${result.status}: ${result.error ?? ''}\n${result.stdout}\n${result.stderr}`)
}
