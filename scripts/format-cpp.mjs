// clang-format over native/**: reports what is not formatted, or with --write formats it.
import { spawnSync } from 'node:child_process'
import { cppFiles } from './cpp-files.mjs'

const files = cppFiles('native')
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror']
if (files.length > 0) {
  const { status, error } = spawnSync('node_modules/.bin/clang-format', [...mode, ...files], { stdio: 'inherit' })
  if (error) console.error(`clang-format: ${error.message}`)
  process.exitCode = status ?? 1
}
