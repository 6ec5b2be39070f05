// clang-format over native/**: reports what is not formatted, or with --write formats it.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { cppFiles } from './cpp-files.mjs'

const files = cppFiles('native')
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror']
const binary = bundled()
if (binary && files.length > 0) {
  const { status, error } = spawnSync(binary, [...mode, ...files], { stdio: 'inherit' })
  if (error) console.error(`clang-format: ${error.message}`)
  process.exitCode = status ?? 1
}

/** Only this very version: another one would format differently. */
function bundled() {
  try {
    return createRequire(import.meta.url)('clang-format').getNativeBinary()
  } catch (error) {
    console.log(`clang-format did not run: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
