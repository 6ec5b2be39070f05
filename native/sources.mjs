// For binding.gyp: prints the sources of the addon. In a clone that is each file, of which a build compiles those that changed. Where the package is
// being installed nothing is there yet, and most of the time would go into reading the same headers for each: so a folder is compiled as one file.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'

const folders = ['node', 'sys', 'wire']

/** tsconfig.json is not packed (see scripts/install.mjs). */
const sources = existsSync('tsconfig.json') ? ['native/addon.cc', ...folders.flatMap(files)] : folders.map(oneFile)
console.log(sources.join(' '))

function files(folder) {
  return readdirSync(`native/${folder}`)
    .filter(name => name.endsWith('.cc'))
    .sort()
    .map(name => `native/${folder}/${name}`)
}

function oneFile(folder) {
  const parts = folder === 'node' ? ['native/addon.cc', ...files(folder)] : files(folder)
  const file = `build/units/${folder}.cc`
  mkdirSync('build/units', { recursive: true })
  writeFileSync(file, parts.map(part => `#include "../../${part}"\n`).join(''))
  return file
}
