// `npm run build:native`: compiles what changed of the addon and the programs, into build/Release.
import { spawnSync } from 'node:child_process'
import { headerOptions } from './node-headers.mjs'

const { status, error } = spawnSync('node-gyp', ['configure', 'build', '-j', '2', ...headerOptions()], { stdio: 'inherit' })
if (error) console.error(`node-gyp could not be started (${error.message}): run this with npm`)
process.exitCode = status ?? 1
