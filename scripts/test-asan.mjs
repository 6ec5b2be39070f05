// `npm run test:asan [-- SECONDS [-seed=NUMBER]]`: the contract and kernel tests under AddressSanitizer and UndefinedBehaviorSanitizer,
// then the fuzzer for SECONDS (default 60) over the reader and the encoder. Everything is built in build-asan/; build/ is left alone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cppFiles } from './cpp-files.mjs'
import { run } from './run.mjs'
import { vitest } from './vitest.mjs'

const [time = '60', ...fuzzerOptions] = process.argv.slice(2)
const seconds = Number(time)
if (!Number.isInteger(seconds) || seconds < 0) throw new RangeError('usage: npm run test:asan [-- SECONDS [-seed=NUMBER]]')

const root = resolve(import.meta.dirname, '..')
const folder = join(root, 'build-asan')
const reports = join(folder, 'reports')
const sanitize = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer', '-g', '-O1']

const failed = []
if (!buildAddon()) failed.push('building the addon')
else {
  if (!testAddon()) failed.push('the tests under the sanitizers')
  if (!checkLeaks()) failed.push('the leak check')
}
if (!fuzz()) failed.push('the fuzzer')

console.log(failed.length > 0 ? `\nfailed: ${failed.join('; ')}` : '\nno sanitizer found anything')
process.exitCode = failed.length > 0 ? 1 : 0

/** node-gyp always builds in build/ beside binding.gyp: so it gets a folder that sees the sources through links. */
function buildAddon() {
  const tree = join(folder, 'addon')
  mkdirSync(tree, { recursive: true })
  for (const name of ['binding.gyp', 'package.json', 'native', 'node_modules']) {
    if (!existsSync(join(tree, name))) symlinkSync(join(root, name), join(tree, name))
  }
  // _FORTIFY_SOURCE would take calls away from the sanitizer.
  const flags = [...sanitize, '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=0'].join(' ')
  const args = ['node-gyp', '-C', tree, '--loglevel=error', 'configure', 'build', '-j', '2']
  return run('the addon with sanitizers', 'npm', ['exec', '--', ...args], { CXXFLAGS: flags, LDFLAGS: sanitize[0] })
}

/** Node was built without sanitizers: their libraries come first. The C++ one too, or exceptions are not seen. */
function environment(options) {
  return {
    RTNETLINK_ADDON: join(folder, 'addon', 'build', 'Release', 'rtnetlink.node'),
    LD_PRELOAD: [libraryOf('libasan.so'), libraryOf('libstdc++.so')].join(' '),
    ASAN_OPTIONS: ['detect_stack_use_after_return=1', ...options].join(':'),
    UBSAN_OPTIONS: 'print_stacktrace=1',
  }
}

/** Also finds what happened in a process whose exit no test looks at: every report of AddressSanitizer becomes a file. */
function testAddon() {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const suppressions = join(folder, 'suppressions')
  writeFileSync(suppressions, 'interceptor_via_lib:bin/ip\n') // iproute2 6.1 copies a string onto itself.
  const variables = environment(['detect_leaks=0', `log_path=${join(reports, 'report')}`, `suppressions=${suppressions}`])
  Object.assign(process.env, variables)
  const tally = vitest('contract and kernel tests under the sanitizers', ['contract', 'kernel'])
  for (const name of Object.keys(variables)) delete process.env[name]
  for (const line of tally.skipped) console.log(`skipped: ${line}`)
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped`)
  const found = readdirSync(reports).map(name => readFileSync(join(reports, name), 'utf8'))
  for (const report of found) console.error(report)
  return tally.failed === 0 && found.length === 0
}

/** Node itself leaves much behind at its exit. So only what the addon's own code allocated counts. */
function checkLeaks() {
  console.log('\n# leaks of a process that calls everything')
  const env = { ...process.env, ...environment(['detect_leaks=1', 'exitcode=0', 'malloc_context_size=12']) }
  const { status, stderr } = spawnSync(process.execPath, ['test/support/every-native-call.cjs'], { env, encoding: 'utf8' })
  const leaks = stderr.split(/\n{2,}/).filter(report => report.includes(' leak of ') && isOurs(report))
  for (const leak of leaks) console.error(`${leak}\n`)
  if (status !== 0) console.error(stderr)
  const examined = stderr.includes('SUMMARY: AddressSanitizer') // Node always leaves something: else nobody looked.
  if (!examined) console.error('LeakSanitizer did not run')
  return status === 0 && examined && leaks.length === 0
}

/** Whether the first frame outside of the allocator and the standard library is the addon's. */
function isOurs(report) {
  const frames = report.split('\n').filter(line => /^\s*#\d/.test(line))
  const caller = frames.find(
    frame => !/ in (operator new|malloc|calloc|realloc|std::|__gnu_cxx::|void std::)|libstdc\+\+/.test(frame),
  )
  return caller !== undefined && / in .*(rtnetlink::|Napi::)|rtnetlink\.node/.test(caller)
}

function libraryOf(name) {
  const { stdout } = spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' })
  return realpathSync(stdout.trim())
}

function fuzz() {
  const corpus = join(folder, 'corpus')
  rmSync(corpus, { recursive: true, force: true })
  const fuzzer = buildLibFuzzer() ?? buildMutationDriver()
  if (!fuzzer || !buildAndRunCorpusWriter(corpus)) return false
  const title = `${seconds} s of ${fuzzer.driver}`
  return run(title, fuzzer.file, [
    corpus,
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${folder}/`,
    '-verbosity=0',
    ...fuzzerOptions,
  ])
}

/** The same input to start from for both drivers. */
function buildAndRunCorpusWriter(corpus) {
  const writer = join(folder, 'write-corpus')
  const sources = ['native/fuzz/write_corpus.cc', ...cppFiles('native/wire', /\.cc$/)]
  return run('corpus', 'g++', [...language(), '-o', writer, ...sources]) && run('corpus', writer, [corpus])
}

/** @returns {{ driver: string, file: string } | undefined} undefined where clang or its run-time library is not installed */
function buildLibFuzzer() {
  const file = join(folder, 'fuzz-libfuzzer')
  const sources = ['native/fuzz/fuzz_target.cc', ...cppFiles('native/wire', /\.cc$/)]
  const args = [...language(), ...sanitize, '-fsanitize=fuzzer', '-o', file, ...sources]
  const { error, status, stderr } = spawnSync('clang++', args, { encoding: 'utf8' })
  if (status === 0) return { driver: 'libFuzzer', file }
  const reason = error ? 'clang++ is not installed' : stderr.trim()
  console.log(`\nno libFuzzer (${reason}); Debian, Ubuntu: apt-get install clang libclang-rt-dev`)
  return undefined
}

/** Only what is tested reports where it has been, not the driver. */
function buildMutationDriver() {
  const file = join(folder, 'fuzz-mutations')
  const objects = join(folder, 'fuzz')
  mkdirSync(objects, { recursive: true })
  const watched = ['native/fuzz/fuzz_target.cc', ...cppFiles('native/wire', /\.cc$/)]
  const units = [...watched.map(source => [source, '-fsanitize-coverage=trace-pc']), ['native/fuzz/mutation_driver.cc']]
  const compile = units.map(([source, ...more]) => {
    const object = join(objects, `${source.replaceAll('/', '-')}.o`)
    return { object, args: [...language(), ...sanitize, ...more, '-c', source, '-o', object] }
  })
  const built = compile.every(({ args }) => run(args.at(-3), 'g++', args))
  if (!built) return undefined
  const linked = run('fuzzer', 'g++', [sanitize[0], '-o', file, ...compile.map(({ object }) => object)])
  return linked ? { driver: 'our own mutations', file } : undefined
}

function language() {
  return ['-std=c++20', '-D_GLIBCXX_ASSERTIONS', '-iquote', 'native']
}
