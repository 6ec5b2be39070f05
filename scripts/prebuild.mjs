// `npm run prebuild`: compiles the addon and the programs for this machine into prebuilds/, for the tarball that is published.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { EXECUTABLES, executableFiles } from '../dist/native/executables.js'

const root = resolve(import.meta.dirname, '..')

run(join(root, 'node_modules/.bin/prebuildify'), ['-t', '20.19.0', '--napi', '--strip', '--tag-libc'])
// prebuildify takes care of the addon alone.
for (const name of EXECUTABLES) {
  const [built = '', , prebuilt = ''] = executableFiles(name)
  mkdirSync(dirname(prebuilt), { recursive: true })
  copyFileSync(built, prebuilt)
  run('strip', ['--strip-all', prebuilt])
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}`)
}
