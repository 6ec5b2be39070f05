// Checks the import directions that docs/architecture draws: `node scripts/check-arrows.mjs [root]`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

/** From the top down: a layer may import those below it, never those above or beside it. */
const layers = [
  ['index'],
  ['lab'],
  ['netns'],
  ['tun', 'capture'],
  ['rtnetlink'],
  ['watch'],
  [
    'links',
    'addresses',
    'routes',
    'bridge-vlans',
    'neighbors',
    'fdb',
    'mdb',
    'nexthops',
    'neighbor-tables',
    'rules',
    'namespace-ids',
    'ethtool',
    'fou',
    'vnis',
    'macsec',
    'masquerade',
    'team',
    'wireguard',
  ],
  ['packets'],
  ['generic'],
  ['protocol'],
  ['schema'],
  ['native'],
  ['values'],
  ['errors'],
  ['callers-stack'],
]

/** Narrower than the layers: what one place must not import, and why. */
const forbidden = [
  {
    from: /^links\/kinds\//,
    to: /^links\/(link|links)\.ts$/,
    why: 'kinds nest links/attributes.ts; importing link.ts makes the types circular (TS7022)',
  },
  { from: /^schema\//, to: /^native\/(?!binding\.ts$)/, why: 'schema knows the contract, not the addon' },
]

const nodeHeader = /^(napi[-.]|node(_|\.h|\/)|js_native_api|uv[./]|v8)/
const systemCallHeader =
  /^(sys\/(?!types\.h)|(unistd|fcntl|poll|sched|signal|pthread|spawn|dlfcn|ifaddrs|netdb)\.h$|net\/if\.h$|(thread|mutex|condition_variable|fstream|filesystem)$)/

/** By folder of native/: what an include line must not name. Quoted names are resolved first. */
const includeRules = [
  { from: /^sys\//, to: nodeHeader, why: 'native/sys does not know Node' },
  { from: /^programs\//, to: nodeHeader, why: 'native/programs does not know Node' },
  { from: /^wire\//, to: nodeHeader, why: 'native/wire does not know Node' },
  { from: /^wire\//, to: systemCallHeader, why: 'native/wire makes no system call' },
  {
    from: /^(node|sys|wire)\//,
    to: /^net\/if\.h$/,
    why: 'an install compiles a folder as one file, and <linux/if.h> declares the same',
  },
]

/** @returns {string[]} one line for each import or include that points the wrong way */
export function checkArrows(root) {
  return [
    ...sourceFiles(join(root, 'lib'), /\.ts$/).flatMap(file => checkImports(join(root, 'lib'), file)),
    ...sourceFiles(join(root, 'native'), /\.(cc|h)$/).flatMap(file => checkIncludes(join(root, 'native'), file)),
  ]
}

function sourceFiles(folder, pattern) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => pattern.test(file))
    .sort()
}

function checkImports(lib, file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(lib, file), 'utf8'), true, true)
  const targets = importedFiles.map(({ fileName }) => fileName).filter(name => name.startsWith('.'))
  const from = layerOf(file)
  if (from < 0) return [`lib/${file}: its folder is in no layer; give it one in scripts/check-arrows.mjs`]
  return targets.flatMap(target => {
    const to = relative(lib, resolve(lib, dirname(file), target))
    const reason = whyNotImport(file, to)
    return reason ? [`lib/${file} imports lib/${to}: ${reason}`] : []
  })
}

function whyNotImport(file, to) {
  const rule = forbidden.find(rule => rule.from.test(file) && rule.to.test(to))
  if (rule) return rule.why
  if (roomOf(file) === roomOf(to)) return undefined
  const [above, below] = [layerOf(file), layerOf(to)]
  if (below < 0) return 'it is in no layer of lib/'
  if (above === below) return `${roomOf(file)} and ${roomOf(to)} are side by side and do not import each other`
  return above > below ? `${roomOf(to)} is above ${roomOf(file)}` : undefined
}

/** lib/errors.ts re-exports what is thrown where files of the package are read, which everybody may know as they know the others. */
const readingErrors = ['native/load-errors.ts', 'native/package-file-error.ts']

function roomOf(file) {
  if (readingErrors.includes(file)) return 'errors'
  return file.split('/', 1)[0].replace(/\.ts$/, '')
}

function layerOf(file) {
  return layers.findIndex(layer => layer.includes(roomOf(file)))
}

function checkIncludes(native, file) {
  return includesOf(join(native, file)).flatMap(({ name, quoted }) => {
    const to = quoted ? ownHeader(native, file, name) : undefined
    const reason = to === undefined ? whyNotInclude(file, name) : whyNotOwn(file, to)
    return reason ? [`native/${file} includes ${to ? `native/${to}` : name}: ${reason}`] : []
  })
}

function includesOf(path) {
  const lines = readFileSync(path, 'utf8').matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm)
  return Array.from(lines, ([, bracket, name]) => ({ name, quoted: bracket === '"' }))
}

/** The path under native/ that a quoted name means, beside the file or from native/ itself; undefined for a system header. */
function ownHeader(native, file, name) {
  return [join(dirname(file), name), name].find(path => existsSync(join(native, path)))
}

function whyNotInclude(file, name) {
  return includeRules.find(rule => rule.from.test(file) && rule.to.test(name))?.why
}

function whyNotOwn(file, to) {
  const [from, target] = [roomOf(file), roomOf(to)]
  const known = { wire: ['wire'], sys: ['sys', 'wire'], programs: ['programs', 'sys', 'wire'] }[from]
  return known === undefined || known.includes(target) ? undefined : `native/${from} does not know native/${target}`
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wrong = checkArrows(resolve(process.argv[2] ?? '.'))
  for (const line of wrong) console.error(line)
  process.exitCode = wrong.length > 0 ? 1 : 0
}
