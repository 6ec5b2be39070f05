// Writes dist/*.js and dist/*.cjs from lib. Node spends half a millisecond on each module that it loads, and longer on the syntax and the tables
// of all that is here than a program that makes one call (a CNI plugin) takes otherwise. Hence few files: the core, and chunks that are loaded
// when something of theirs is first used. They are CommonJS, which can be loaded in the middle of a call. Declarations come from tsc.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { shapesByChunk } from './bundled-shapes.mjs'

const lib = resolve(import.meta.dirname, '../lib')
const dist = resolve(import.meta.dirname, '../dist')

/**
 * What is loaded late, by chunk. `doors`: the modules through which the core and other chunks come to it. Importing one costs nothing, and the
 * chunk is loaded when one of its exports is looked at; that must not happen while a module of the core is evaluated (test/package tells). `shells`: doors that
 * lib/index.ts exports something of, at which Node looks when the package is imported: functions, and objects of functions, in whose place stand
 * functions that load the chunk when they are called. `along`: modules and folders that go into the chunk as well, but for what the core needs.
 * @typedef {{ doors?: string[], shells?: string[], along?: string[] }} Chunk
 * @type {Record<string, Chunk>}
 */
const chunks = {
  addresses: { doors: ['addresses/addresses'], along: ['addresses'] },
  'bridge-vlans': { doors: ['bridge-vlans/bridge-vlans'], along: ['bridge-vlans'] },
  bulk: {
    doors: ['links/create-all', 'protocol/bulk/bulk'],
    along: ['entry-error', 'many', 'pace', 'slice', 'source', 'tally'].map(part => `protocol/bulk/${part}`),
  },
  capture: { doors: ['capture/open'], shells: ['capture/pcapng/pcapng'], along: ['capture'] },
  'common-kinds': {
    doors: ['links/common-kinds'],
    along: ['bridge', 'bridge-port', 'dummy', 'ipvlan', 'macvlan', 'veth', 'vlan'].map(kind => `links/kinds/${kind}`),
  },
  diagram: { doors: ['lab/diagram/draw'], along: ['lab/diagram'] },
  ethtool: { doors: ['ethtool/ethtool'], along: ['ethtool'] },
  fdb: { doors: ['fdb/fdb'], along: ['fdb'] },
  fou: { doors: ['fou/fou'], along: ['fou'] },
  'format-link': { shells: ['links/format-link'] },
  kinds: { doors: ['links/kinds'], along: ['links/kinds', 'links/tunnels'] },
  lab: { doors: ['lab/build', 'lab/read-description'], along: ['lab'] },
  macsec: { doors: ['macsec/macsec'], along: ['macsec'] },
  masquerade: { doors: ['masquerade/masquerade'], along: ['masquerade'] },
  mdb: { doors: ['mdb/mdb'], along: ['mdb'] },
  'namespace-ids': { doors: ['namespace-ids/namespace-ids'], along: ['namespace-ids'] },
  'neighbor-tables': { doors: ['neighbor-tables/neighbor-tables'], along: ['neighbor-tables'] },
  neighbors: { doors: ['neighbors/neighbors'], along: ['neighbors'] },
  netdevsim: { doors: ['netns/netdevsim'] },
  nexthops: { doors: ['nexthops/nexthops'], along: ['nexthops'] },
  packets: {
    shells: ['arp', 'checksum', 'ethernet', 'icmp', 'ipv4', 'ipv6', 'offload'].map(module => `packets/${module}`),
    along: ['packets'],
  },
  processes: {
    doors: ['netns/processes/pids', 'netns/processes/spawn', 'netns/processes/worker'],
    along: ['netns/processes'],
  },
  routes: { doors: ['routes/routes'], along: ['routes'] },
  rules: { doors: ['rules/rules'], along: ['rules'] },
  sockets: {
    doors: [
      'netns/agents',
      'netns/connect',
      'netns/datagram-socket',
      'netns/http-dispatcher',
      'netns/listen',
      'netns/names/lookup',
      'netns/ping',
      'netns/raw-socket',
      'netns/server',
      'netns/tls-connect',
    ],
    along: ['netns', 'values/dns-message'],
  },
  sysctl: { doors: ['netns/sysctl'], along: ['netns/link-settings', 'netns/sysctl-path'] },
  team: { doors: ['team/team'], along: ['team'] },
  tun: { doors: ['tun/open-device'], along: ['tun'] },
  'user-namespaces': { doors: ['netns/create-owned'], along: ['netns/user-namespace-error'] },
  vnis: { doors: ['vnis/vnis'], along: ['vnis'] },
  wait: { doors: ['links/wait', 'protocol/listener', 'protocol/wait'] },
  watch: { doors: ['watch/mirror', 'watch/options', 'watch/watcher'], along: ['watch'] },
  'watch-namespaces': { doors: ['netns/namespace-watcher'] },
  wireguard: { doors: ['wireguard/wireguard'], shells: ['wireguard/key'], along: ['wireguard'] },
}

const CORE = '\0core'
const DOOR = '\0door:'
const CHUNK = '\0chunk:'
const LOAD = '\0load:'

const SHAPES = join(lib, 'schema/shapes.generated.ts')
const toFile = module => join(lib, `${module}.ts`)
const index = toFile('index')
const doorsOf = (/** @type {Chunk} */ { doors = [], shells = [] }) => [...doors, ...shells]
const chunkOfDoor = new Map(Object.entries(chunks).flatMap(([chunk, its]) => doorsOf(its).map(door => [toFile(door), chunk])))
const shells = new Set(Object.values(chunks).flatMap(({ shells = [] }) => shells.map(toFile)))

/** Modules that the entry comes to without going through a door. */
const core = new Set()
/** What the entry exports. */
const exported = new Set()
/** @type {Map<string, string> | undefined} */
let shapes

function chunkOf(id) {
  if (id === CORE) return 'core'
  if (id.startsWith(CHUNK)) return id.slice(CHUNK.length)
  return core.has(id) ? 'core' : (chunkOfDoor.get(id) ?? chunkAlong(id) ?? 'core')
}

/** By the innermost of the folders that it is in. */
function chunkAlong(file) {
  const module = file.slice(lib.length + 1, -'.ts'.length)
  const around = Object.entries(chunks)
    .flatMap(([chunk, { along = [] }]) => along.map(path => ({ chunk, path })))
    .filter(({ path }) => module === path || module.startsWith(`${path}/`))
  return around.sort((a, b) => b.path.length - a.path.length)[0]?.chunk
}

/** Each import of a door from elsewhere gets an object whose getters load the chunk. */
const doors = {
  name: 'doors',
  resolveId(source, importer) {
    if (source.startsWith(CHUNK) || source === CORE) return source
    if (source.startsWith(LOAD)) return { id: `./${source.slice(LOAD.length)}.cjs`, external: true }
    if (importer === undefined || !source.startsWith('.')) return undefined
    const file = resolve(importer, '..', source)
    return chunkOfDoor.has(file) && (core.size === 0 || chunkOf(importer) !== chunkOf(file)) ? DOOR + file : undefined
  },
  load(id) {
    if (id === CORE) return coreText
    if (id === SHAPES && shapes !== undefined) return { code: `export const shapes = ${shapes.get('core')}`, moduleType: 'js' }
    if (id.startsWith(CHUNK)) return everythingOf(doorsOf(chunks[id.slice(CHUNK.length)]))
    return id.startsWith(DOOR) ? { code: doorTo(id.slice(DOOR.length)), moduleType: 'js' } : undefined
  },
  buildEnd() {
    for (const door of chunkOfDoor.keys()) {
      const { exports = [] } = this.getModuleInfo(door) ?? {}
      const missing = exports.filter(name => !namesOf(door).includes(name))
      if (missing.length > 0)
        this.error(`${door}: a door exports functions, classes and constants where they are declared, not ${missing}`)
    }
  },
}

/** What the core has for its chunks, and for the test of them, beside what the entry takes out of it. */
const coreText = `${everythingOf(['index', 'schema/shapes.generated'])}
  export { addShapes, declaredShapes } from ${JSON.stringify(toFile('schema/shape'))}`

function everythingOf(modules) {
  return modules.map(module => `export * from ${JSON.stringify(toFile(module))}\n`).join('')
}

const EXPORT = /^export (?:async )?(?:class|const|function\*?) (\w+)/gm

function namesOf(door) {
  return [...readFileSync(door, 'utf8').matchAll(EXPORT)].map(([, name]) => name)
}

function doorTo(file) {
  const chunk = `require(${JSON.stringify(LOAD + chunkOfDoor.get(file))})`
  const told = `require(${JSON.stringify(toFile('native/package-file-error'))}).toPackageFileError`
  // A chunk that could not be read is tried anew at the next use.
  const load = `let loaded; const load = () => { if (!loaded) try { loaded = ${chunk} } catch (error) { throw ${told}(error) } return loaded }`
  const shell = shells.has(file) ? shellOf(readFileSync(file, 'utf8')) : undefined
  const open = name => (shell && exported.has(name) ? shell(name) : `get ${name}() { return load().${name} }`)
  return `${load}\nmodule.exports = { ${namesOf(file).map(open).join(', ')} }`
}

/** A function that loads the chunk when it is called, or an object of such functions. */
const shellOf = text => name => {
  const [, keys] = text.match(new RegExp(`^export const ${name} = \\{\\n(.*?)^\\}`, 'ms')) ?? []
  if (keys === undefined) return `${name}(...given) { return load().${name}(...given) }`
  const functions = [...keys.matchAll(/^ {2}(\w+)[,:]/gm)].map(([, key]) => key)
  return `${name}: { ${functions.map(key => `${key}(...given) { return load().${name}.${key}(...given) }`).join(', ')} }`
}

/** @type {import('rolldown').InputOptions} */
const options = {
  platform: 'node',
  external: [/^node:/, 'bindings'],
  plugins: [doors],
  preserveEntrySignatures: 'allow-extension',
}

async function bundlePackage() {
  const { names, files } = await findCore()
  for (const file of files) core.add(file)
  for (const name of names) exported.add(name)
  shapes = shapesByChunk(lib, chunkOf)
  const input = { core: CORE, ...Object.fromEntries(Object.keys(chunks).map(chunk => [chunk, CHUNK + chunk])) }
  const bundle = await rolldown({ ...options, input })
  const { output } = await bundle.write({
    dir: dist,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    sourcemap: true,
    // It is packed too: lib.
    sourcemapExcludeSources: true,
    // A third of the text that Node would read at each start. They are in lib, which the source maps lead to.
    comments: false,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: Object.keys(input).map(chunk => ({ name: chunk, test: id => chunkOf(id) === chunk })),
    },
  })
  for (const file of output) {
    if (file.type !== 'chunk') continue
    const steps = [takeNames, code => addShapes(file.name, code), withoutUrls, requireLater, exportTogether, toAscii]
    writeFileSync(
      join(dist, file.fileName),
      steps.reduce((code, step) => step(code), file.code),
    )
  }
  writeEntries(names)
}

async function findCore() {
  const bundle = await rolldown({ ...options, input: index })
  const { output } = await bundle.generate({ format: 'cjs' })
  return { names: output[0].exports, files: output[0].moduleIds }
}

/** Before anything of the chunk is evaluated, in a line that is there anyway: lines stay, for the source map. */
function addShapes(name, code) {
  const own = name === 'core' ? undefined : shapes?.get(name)
  if (own === undefined) return code
  const taken = /^const \{.*\} = require\("\.\/core\.cjs"\);$/m
  if (!taken.test(code)) throw new Error(`${name} has tables, and takes nothing of the core`)
  return code.replace(taken, line => `require("./core.cjs").addShapes(${own}); ${line}`)
}

/**
 * What a chunk has of another it takes once, when it is loaded, in the place of `require_core.u32` at each use: a getter of an object with that
 * many is slow in what runs for each route. Lines and columns stay, for the source map.
 */
function takeNames(code) {
  const taken = code.replaceAll(/\b(require_[\w$]+)\.([\w$]+)/g, '$1_$2')
  return taken.replaceAll(/^const (require_[\w$]+) = (require\("\.\/[\w-]+\.cjs"\));$/gm, (_, object, required) => {
    const uses = code.matchAll(/\b(require_[\w$]+)\.([\w$]+)/g)
    const names = new Set([...uses].filter(use => use[1] === object).map(use => use[2]))
    return `const { ${[...names].map(name => `${name}: ${object}_${name}`).join(', ')} } = ${required};`
  })
}

/** Modules of Node's that it has not loaded itself, and that few programs need: each takes up to two milliseconds. */
const LATER = ['diagnostics_channel', 'fs/promises', 'module', 'os']

/** What is used of them is looked up where it is used. Lines and columns stay. */
function requireLater(code) {
  return LATER.reduce((text, module) => {
    const object = `node_${module.replace('/', '_')}`
    const names = new Set([...text.matchAll(new RegExp(`\\b${object}\\.(\\w+)`, 'g'))].map(([, name]) => name))
    const getters = [...names].map(name => `get ${name}() { return require("node:${module}").${name} }`)
    return text.replace(`let ${object} = require("node:${module}");`, `const ${object} = { ${getters.join(', ')} };`)
  }, code)
}

const OWN_URL = 'require("url").pathToFileURL(__filename).href'

/** What `import.meta.url` is asked for, CommonJS has at hand; without node:module, and without parsing a URL. */
function withoutUrls(code) {
  return code
    .replaceAll(`(0, node_module.createRequire)(${OWN_URL})`, 'require')
    .replaceAll(`(0, node_url.fileURLToPath)(${OWN_URL})`, '__filename')
}

/** One literal with all exports at the end, rather than two hundred assignments to a growing object. Where it stands nothing is mapped any more. */
function exportTogether(code) {
  const names = []
  const rest = code.replaceAll(/^exports\.([\w$]+) = ([\w$]+);\n/gm, (_, name, value) => {
    names.push(`${name}: ${value}`)
    return ''
  })
  const end = rest.lastIndexOf('\n//# sourceMappingURL')
  return `${rest.slice(0, end)}Object.assign(exports, { ${names.join(', ')} });${rest.slice(end)}`
}

/** One character beyond Latin 1 makes V8 keep the whole text with two bytes for each. In text and regular expressions an escape means the same. */
function toAscii(code) {
  return code.replace(/[^\0-\x7f]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The package's entries: what lib/index.ts exports, out of the core. */
function writeEntries(names) {
  const list = `{\n${names.map(name => `  ${name},\n`).join('')}}`
  const core = `process.getBuiltinModule('node:module').createRequire(import.meta.url)('./core.cjs')`
  writeFileSync(join(dist, 'index.js'), `export const ${list} = ${core}\n`)
  writeFileSync(join(dist, 'index.cjs'), `const ${list} = require('./core.cjs')\nmodule.exports = ${list}\n`)
}

/** What stands alone: install.mjs needs it before anything else of the package is known to work, Workers get it by --require. */
const alone = {
  'dist/native/load.js': 'lib/native/load.ts',
  'dist/native/executables.js': 'lib/native/executables.ts',
  'dist/worker-entry.cjs': 'lib/netns/processes/worker-entry.ts',
}

async function bundleAlone(file, input) {
  const bundle = await rolldown({ input, platform: 'node', external: options.external })
  await bundle.write({ file, format: file.endsWith('.cjs') ? 'cjs' : 'esm', sourcemap: true })
}

// Of a build before.
rmSync(join(dist, 'index.js.map'), { force: true })
await bundlePackage()
for (const [file, input] of Object.entries(alone)) await bundleAlone(file, input)
