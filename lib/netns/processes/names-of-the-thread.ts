import type dns from 'node:dns'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { moduleRoot } from '../../native/binary-files.ts'
import { builtin } from '../builtin.ts'
import { parseResolverConfiguration } from '../names/resolver-configuration.ts'
import { nameOfThread } from './thread.ts'

interface Address {
  readonly address: string
  readonly family: 4 | 6
}

interface Wanted {
  readonly family?: unknown
  readonly all?: boolean
}

type Callback = (error: Error | null, address?: unknown, family?: number) => void

/**
 * Has node:dns look names up in the namespace of this thread: dns.lookup(), on which everything of Node relies that is given a name, asks on
 * libuv's pool, which is outside.
 */
export function lookNamesUpInside(): void {
  const module = builtin('node:dns')
  replaceLookup(module)
  replacePromisedLookup(module.promises)
  replace(module, 'lookupService', refuseService)
  replace(module.promises, 'lookupService', async () => refuseService())
  // What asks name servers itself (dns.resolve) does so from this thread.
  const servers = ownServers()
  if (servers.length > 0) module.setServers(servers)
}

function replaceLookup(module: typeof dns): void {
  const { lookup } = module
  const nodes = lookup as (...args: unknown[]) => unknown
  replace(module, 'lookup', (hostname: unknown, ...rest: unknown[]) => {
    const callback = rest.at(-1) as Callback
    const options = rest.length > 1 ? rest[0] : undefined
    if (!isName(hostname) || typeof callback !== 'function') return nodes(hostname, ...rest)
    nodes(LITERAL, options ?? {}, () => {}) // Throws what is wrong with the options.
    const { all, family } = wantedOf(options)
    lookUp(hostname, family).then(
      // Outside of the promise: what the callback throws is an uncaught exception, as behind Node's.
      addresses => process.nextTick(callback, null, ...(all ? [addresses] : [addresses[0].address, addresses[0].family])),
      error => process.nextTick(callback, error),
    )
    return {}
  })
}

function replacePromisedLookup(promises: typeof dns.promises): void {
  const nodes = promises.lookup as (...args: unknown[]) => Promise<unknown>
  replace(promises, 'lookup', async (hostname: unknown, options?: unknown) => {
    if (!isName(hostname)) return await nodes(hostname, options)
    await nodes(LITERAL, options)
    const { all, family } = wantedOf(options)
    const addresses = await lookUp(hostname, family)
    return all ? addresses : addresses[0]
  })
}

/** Node answers an address itself. */
const LITERAL = '127.0.0.1'

function isName(hostname: unknown): hostname is string {
  return typeof hostname === 'string' && hostname !== '' && isIP(hostname) === 0
}

function wantedOf(options: unknown): Wanted {
  return typeof options === 'object' && options !== null ? options : { family: options }
}

/** By the library as this thread's own code has it, when it has: there is one of it in a thread, for it owns the addon's inbox. */
async function lookUp(hostname: string, family: unknown): Promise<Address[]> {
  const { Netns } = await import(pathToFileURL(join(moduleRoot(), 'dist', 'index.js')).href)
  return await Netns.current().lookup(hostname, { family: familyOf(family), all: true })
}

function familyOf(family: unknown): 0 | 4 | 6 {
  if (family === 4 || family === 'IPv4') return 4
  return family === 6 || family === 'IPv6' ? 6 : 0
}

function refuseService(): never {
  const text = 'dns.lookupService() would ask outside of the namespace that this Worker is in; dns.reverse() asks inside'
  throw Object.assign(new Error(text), { code: 'ERR_OUTSIDE_NAMESPACE' })
}

function ownServers(): readonly string[] {
  const name = nameOfThread()
  if (name === undefined) return []
  try {
    return parseResolverConfiguration(readFileSync(`/etc/netns/${name}/resolv.conf`, 'utf8')).servers
  } catch {
    return []
  }
}

/** With what else hangs on the function: how util.promisify() is to treat it. */
function replace<Key extends string>(module: { [key in Key]: unknown }, key: Key, by: (...args: never[]) => unknown): void {
  module[key] = Object.defineProperties(by, Object.getOwnPropertyDescriptors(module[key] as object))
}
