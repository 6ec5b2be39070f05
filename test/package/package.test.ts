import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXECUTABLES } from '../../lib/native/executables.ts'
import { consumer, install, pack, pathWithoutCompiler, repository, run, stage, succeed } from './consumer.ts'

const firstCall = "const lo = await Netns.current().links.get('lo'); console.log('found', lo.name)"
const esm = `import { Netns } from 'rtnetlink'\n${firstCall}`
const commonJs = `const { Netns } = require('rtnetlink')\n;(async () => { ${firstCall} })()`
const programs = `import { spawnSync } from 'node:child_process'
import { EXECUTABLES, USAGE, findExecutable } from './node_modules/rtnetlink/dist/native/executables.js'
console.log(EXECUTABLES.every(name => spawnSync(findExecutable(name)).status === USAGE))`
const elsewhere = `Object.defineProperty(process, 'platform', { value: 'darwin' })`

const binaries = ['rtnetlink.node', ...EXECUTABLES]

let root: string
let compilerless: string
let sources: ReturnType<typeof pack>
let prebuilt: ReturnType<typeof pack>
let foreign: ReturnType<typeof pack>
let programless: ReturnType<typeof pack>

beforeAll(() => {
  const built = join(repository, 'build/Release')
  if (!binaries.every(name => existsSync(join(built, name))) || !existsSync(join(repository, 'dist/index.js')))
    throw new Error('build first: npm run build:all')
  root = mkdtempSync(join(tmpdir(), 'rtnetlink-package-'))
  compilerless = pathWithoutCompiler(join(root, 'bin'))
  const folder = stage(join(root, 'stage'))
  sources = pack(folder, join(root, 'sources'))
  prebuild(folder, built)
  prebuilt = pack(folder, join(root, 'prebuilt'))
  const [addon = ''] = addedTo(prebuilt)
  copyFileSync(join(folder, addon), join(root, 'addon'))
  writeFileSync(join(folder, addon), 'made for another machine')
  foreign = pack(folder, join(root, 'foreign'))
  copyFileSync(join(root, 'addon'), join(folder, addon))
  for (const file of addedTo(prebuilt).slice(1)) rmSync(join(folder, file))
  programless = pack(folder, join(root, 'programless'))
})

/** The addon first. */
function addedTo(tarball: ReturnType<typeof pack>): string[] {
  const added = tarball.files.filter(file => !sources.files.includes(file))
  return added.sort((a, b) => Number(b.endsWith('.node')) - Number(a.endsWith('.node')) || a.localeCompare(b))
}

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** `npm run prebuild` with the binaries that are built already, where prebuildify would compile the same sources once more. */
function prebuild(folder: string, built: string): void {
  mkdirSync(join(folder, 'build/Release'), { recursive: true })
  for (const name of binaries) copyFileSync(join(built, name), join(folder, 'build/Release', name))
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  succeed(run('env', ['PREBUILD_NODE_GYP=true', 'npm', 'run', 'prebuild'], folder))
  expect(existsSync(join(folder, 'build/Release/rtnetlink.node'))).toBe(false)
}

describe('the tarball', () => {
  it('holds what is needed to run and to compile, and nothing of the tests', () => {
    expect(sources.files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'binding.gyp',
        'scripts/install.mjs',
        'dist/core.cjs',
        'dist/index.cjs',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/worker-entry.cjs',
        'native/addon.cc',
      ]),
    )
    expect(sources.files.filter(file => /^(test|examples|build|native\/fuzz|node_modules)\/|^tsconfig/.test(file))).toEqual([])
  })

  it('holds the prebuilt addon and programs under the names that are looked for', () => {
    const prebuilds = new RegExp(`^prebuilds/linux-${process.arch}/(.*)\\.(?:glibc|musl)(|\\.node)$`)
    expect(addedTo(prebuilt).map(file => file.replace(prebuilds, '$1$2'))).toEqual(['rtnetlink.node', ...[...EXECUTABLES].sort()])
  })
})

describe('installed with a prebuilt addon, without a compiler', () => {
  let project: string

  beforeAll(() => {
    project = consumer(join(root, 'with-prebuild'), prebuilt.tarball)
    succeed(install(project, compilerless))
    expect(existsSync(join(project, 'node_modules/rtnetlink/build'))).toBe(false)
  })

  function program(name: string, text: string, ...flags: string[]) {
    writeFileSync(join(project, name), text)
    return run(process.execPath, [...flags, name], project, compilerless)
  }

  it('runs from an ES module', () => {
    expect(succeed(program('esm.mjs', esm)).stdout).toBe('found lo\n')
  })

  it('runs from CommonJS by require', () => {
    expect(succeed(program('common.cjs', commonJs)).stdout).toBe('found lo\n')
    const text = `import * as imported from 'rtnetlink'
      import { createRequire } from 'node:module'
      const required = createRequire(import.meta.url)('rtnetlink')
      console.log(Object.keys(imported).every(name => imported[name] === required[name]), Object.keys(required).length)`
    expect(succeed(program('both.mjs', text)).stdout).toMatch(/^true [1-9]/)
  })

  it('runs its programs', () => {
    expect(succeed(program('programs.mjs', programs)).stdout).toBe('true\n')
  })

  it('says what to do when a program has lost its mode', () => {
    const folder = join(project, 'node_modules/rtnetlink/prebuilds', `linux-${process.arch}`)
    const [file = ''] = readdirSync(folder).filter(name => name.startsWith('rtnetlink-launch'))
    chmodSync(join(folder, file), 0o644)
    const { status, stderr } = program('programs.mjs', programs)
    chmodSync(join(folder, file), 0o755)
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /ExecutableError: .*rtnetlink-launch may not be executed.*\nRepair it with: chmod \+x .*rtnetlink-launch/,
    )
  })

  it('is imported without the modules of Node that take long to load', () => {
    const text = `const before = new Set(process.moduleLoadList)
      await import('rtnetlink')
      await import('node:os') // To be seen: else the list would be of no use.
      console.log(process.moduleLoadList.filter(name => !before.has(name)).map(name => name.split(' ').at(-1)).join(' '))`
    const loaded = succeed(program('loaded.mjs', text)).stdout.trim().split(' ')
    const large = [
      'child_process',
      'crypto',
      'dgram',
      'http',
      'https',
      'net',
      'readline',
      'stream',
      'tls',
      'worker_threads',
      'zlib',
    ]
    expect(loaded).toContain('os')
    expect(loaded.filter(name => large.includes(name))).toEqual([])
  })

  it('reads its core alone until more of it is used', () => {
    const text = `import { createRequire } from 'node:module'
      import { basename } from 'node:path'
      import { Netns } from 'rtnetlink'
      const { cache } = createRequire(import.meta.url)
      const read = () => Object.keys(cache).map(file => basename(file)).filter(name => name.endsWith('.cjs')).join(' ')
      await Netns.current().links.get('lo')
      const first = read()
      await Netns.current().rules.list()
      console.log(first, '|', read())`
    expect(succeed(program('read.mjs', text)).stdout).toBe('core.cjs | core.cjs rules.cjs\n')
  })

  it('reads the kinds that few programs use when one of them is named', () => {
    const text = `const { basename } = require('node:path')
      const { Netns } = require('rtnetlink')
      const read = () => Object.keys(require.cache).map(file => basename(file)).filter(name => name.endsWith('kinds.cjs')).join(' ')
      const refuse = kind => Netns.current().links.add({ kind, name: 'r0', [kind]: { nonsense: 1 } }).catch(error => error.name)
      ;(async () => console.log(await refuse('bridge'), read(), '|', await refuse('vxlan'), read()))()`
    expect(succeed(program('named.cjs', text)).stdout).toBe('TypeError common-kinds.cjs | TypeError common-kinds.cjs kinds.cjs\n')
  })

  it('has no file that needs another to be loaded before it', () => {
    const folder = join(project, 'node_modules/rtnetlink/dist')
    const files = readdirSync(folder).filter(name => name.endsWith('.cjs') && name !== 'worker-entry.cjs')
    expect(files).toContain('core.cjs')
    // Each Worker loads modules of its own.
    const text = `const { Worker } = require('node:worker_threads')
      const load = 'if (Object.keys(require(require("node:worker_threads").workerData)).length === 0) throw new Error("exports nothing")'
      const alone = file => new Promise(resolve => {
        const worker = new Worker(load, { eval: true, workerData: file })
        worker.on('error', error => console.log(file, error.message)).on('exit', resolve)
      })
      ;(async () => { for (const file of ${JSON.stringify(files.map(file => join(folder, file)))}) await alone(file) })()`
    expect(succeed(program('alone.cjs', text)).stdout).toBe('')
  })

  it('has the generated shape of every table in the file of the table', () => {
    const folder = join(project, 'node_modules/rtnetlink/dist')
    const files = readdirSync(folder).filter(name => name.endsWith('.cjs') && name !== 'worker-entry.cjs')
    const text = (file: string) => `const { declaredShapes, shapes } = require(${JSON.stringify(join(folder, 'core.cjs'))})
      const known = new Set(Object.keys(shapes))
      const missing = [...declaredShapes.keys()].filter(name => !known.has(name))
      declaredShapes.set = (name, keys) => {
        if (shapes[name] === undefined) missing.push(name)
        return Map.prototype.set.call(declaredShapes, name, keys)
      }
      const { linkKinds = [], portKinds = [] } = require(${JSON.stringify(join(folder, file))})
      for (const kind of [...linkKinds, ...portKinds]) void kind.table
      console.log(declaredShapes.size > 0, missing.join())`
    for (const file of files) expect(succeed(program('shapes.cjs', text(file))).stdout, file).toBe('true \n')
  })

  it('imports on another system, where every call fails with one clear error', () => {
    writeFileSync(join(project, 'elsewhere.mjs'), elsewhere)
    const caught = `import { Netns } from 'rtnetlink'\ntry { ${firstCall} } catch (error) { console.log(error.code, error.message) }`
    const { stdout } = succeed(program('caught.mjs', caught, '--import', './elsewhere.mjs'))
    expect(stdout).toMatch(/^ERR_RTNETLINK_PLATFORM rtnetlink works on Linux only.*darwin\n$/)
  })

  it('installs on another system without a compiler and without a word', () => {
    writeFileSync(join(project, 'elsewhere.mjs'), elsewhere)
    const script = join(repository, 'scripts/install.mjs')
    const { stdout, stderr } = succeed(run(process.execPath, ['--import', './elsewhere.mjs', script], project, compilerless))
    expect(stdout + stderr).toBe('')
  })

  it('type-checks in a project that checks the declarations of its libraries too', () => {
    writeFileSync(join(project, 'program.mts'), esm)
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'ES2023,ESNext.Disposable']
    const types = ['--skipLibCheck', 'false', '--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')]
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    succeed(run(process.execPath, [tsc, ...flags, ...types, 'program.mts'], project))
  })

  it('says what it tried and what to do when the addon is gone', () => {
    rmSync(join(project, 'node_modules/rtnetlink/prebuilds'), { recursive: true })
    const { status, stderr } = program('esm.mjs', esm)
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /AddonLoadError: .*no binary is there\nTried:\n(.*\n)*.*prebuilds.*\nBuild it with: npm rebuild rtnetlink/,
    )
  })
})

describe('installed without a prebuilt addon that fits', () => {
  it('compiles, and runs', () => {
    const project = consumer(join(root, 'compiled'), sources.tarball)
    succeed(install(project))
    expect(existsSync(join(project, 'node_modules/rtnetlink/build/Release/rtnetlink.node'))).toBe(true)
    writeFileSync(join(project, 'esm.mjs'), esm)
    expect(succeed(run(process.execPath, ['esm.mjs'], project)).stdout).toBe('found lo\n')
    writeFileSync(join(project, 'programs.mjs'), programs)
    expect(succeed(run(process.execPath, ['programs.mjs'], project)).stdout).toBe('true\n')
  })

  it.each([
    ['without a prebuilt addon', () => sources],
    ['with one that does not load', () => foreign],
    ['with one, but without the programs', () => programless],
  ])('names the missing tools when it cannot compile, %s', (name, packed) => {
    const project = consumer(join(root, `refused ${name}`), packed().tarball)
    const { status, stdout, stderr } = install(project, compilerless)
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('python3, make and g++ were not found. Install')
  })
})
