// clang-tidy over native/**, where it is installed (Debian: apt-get install clang-tidy). Not part of `npm run check`.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { cppFiles } from './cpp-files.mjs'

const addonApi = dirname(createRequire(import.meta.url).resolve('node-addon-api'))
const headers = process.env.npm_config_nodedir ?? dirname(dirname(process.execPath))
const flags = ['-std=c++20', '-fexceptions', '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS', '-iquote', resolve('native')]
const systemIncludes = ['-isystem', addonApi, '-isystem', join(headers, 'include', 'node')]

if (spawnSync('clang-tidy', ['--version']).error) {
  console.log('clang-tidy is not installed: the C++ lint did not run (Debian, Ubuntu: apt-get install clang-tidy)')
} else {
  const files = cppFiles('native', /\.cc$/)
  process.exitCode =
    spawnSync('clang-tidy', ['--quiet', ...files, '--', ...flags, ...systemIncludes], { stdio: 'inherit' }).status ?? 1
}
