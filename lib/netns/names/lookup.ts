import { readFile } from 'node:fs/promises'
import { domainToASCII } from 'node:url'
import { withCallersStack } from '../../callers-stack.ts'
import { invalidType, invalidValue, LookupError } from '../../errors.ts'
import { checkKeys, checkObject } from '../../schema/check-options.ts'
import { isDomainName, RecordType, ReplyCode } from '../../values/dns-message.ts'
import { literalOf } from '../host.ts'
import type { Place } from '../place.ts'
import { addressesInHosts } from './hosts-file.ts'
import { ask } from './name-server.ts'
import { candidates, parseResolverConfiguration, type ResolverConfiguration } from './resolver-configuration.ts'

/** Options of `netns.lookup`. */
export interface LookupOptions {
  /** 4 or 6: only addresses of this family. Default 0: both. */
  family?: 0 | 4 | 6 | undefined
  /** All addresses in place of the first one. Default false. */
  all?: boolean | undefined
  /** Addresses of the name servers to ask, in place of those in resolv.conf. */
  servers?: readonly string[] | undefined
  /** Stops waiting. */
  signal?: AbortSignal | undefined
}

/** An address of a host. */
export interface LookupAddress {
  readonly address: string
  readonly family: 4 | 6
}

type Family = 4 | 6

const KEYS: readonly (keyof LookupOptions)[] = ['family', 'all', 'servers', 'signal']

/** The options of a caller, checked. */
export function checkLookup(hostname: unknown, options: LookupOptions): void {
  const operation = 'netns.lookup'
  checkKeys(operation, checkObject(operation, options), KEYS)
  if (typeof hostname !== 'string') throw invalidType(operation, 'hostname', 'a name', hostname)
  const { family, servers } = options
  if (family !== undefined && ![0, 4, 6].includes(family)) throw invalidValue(operation, 'family', `${family} is not 0, 4 or 6`)
  if (servers === undefined) return
  if (!Array.isArray(servers)) throw invalidType(operation, 'servers', 'a list of addresses', servers)
  for (const server of servers) {
    if (typeof server !== 'string' || literalOf(server) === undefined)
      throw invalidValue(operation, 'servers', `${JSON.stringify(server)} is no IP address`)
  }
}

/**
 * The addresses of a host, IPv4 before IPv6, at least one. First the hosts file, then the name servers, asked from inside the namespace.
 * What else nsswitch.conf lists (mDNS, LDAP, …) would look in the namespace of the process, and is not asked.
 */
export async function lookupAll(
  place: Place,
  operation: string,
  hostname: string,
  options: LookupOptions = {},
): Promise<LookupAddress[]> {
  const families: Family[] = options.family === 4 || options.family === 6 ? [options.family] : [4, 6]
  const of = (addresses: readonly string[]) =>
    families.flatMap(family =>
      addresses.filter(address => literalOf(address)?.family === family).map(address => ({ address, family })),
    )
  const found = (addresses: readonly string[]) => {
    const list = of(addresses)
    if (list.length > 0) return list
    throw notFound(operation, hostname, `it has no address of IPv${families[0]}`)
  }
  if (literalOf(hostname) !== undefined) return found([hostname])
  const name = asciiName(hostname)
  if (!isDomainName(name.replace(/\.$/, ''))) throw notFound(operation, hostname, 'this is no name of a host')

  const hosts = await readConfiguration(place, 'hosts')
  const listed = addressesInHosts(hosts.text, name.replace(/\.$/, ''))
  if (listed.length > 0) return found(listed)
  if (/(^|\.)localhost\.?$/.test(name)) return found(['127.0.0.1', '::1'])
  return await askServers(place, operation, hostname, name, families, options, hosts.path)
}

/** A file of /etc, or the one that stands for it in a named namespace, as `ip netns exec` has it. */
async function readConfiguration(place: Place, file: string): Promise<{ path: string; text: string }> {
  const paths = place.name === undefined ? [`/etc/${file}`] : [`/etc/netns/${place.name}/${file}`, `/etc/${file}`]
  for (const path of paths) {
    try {
      return { path, text: await readFile(path, 'utf8') }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return { path: paths[paths.length - 1], text: '' }
}

function asciiName(hostname: string): string {
  return /^[\x21-\x7e]*$/.test(hostname) ? hostname.toLowerCase() : domainToASCII(hostname)
}

async function askServers(
  place: Place,
  operation: string,
  hostname: string,
  name: string,
  families: readonly Family[],
  options: LookupOptions,
  hostsFile: string,
): Promise<LookupAddress[]> {
  const file = await readConfiguration(place, 'resolv.conf')
  const own = parseResolverConfiguration(file.text)
  const configuration = options.servers === undefined ? own : { ...own, servers: options.servers }
  const { servers } = configuration
  const origin = options.servers === undefined ? ` of ${file.path}` : ''
  if (servers.length === 0) throw noServer(operation, hostname, `${file.path} names no name server`)
  for (const candidate of candidates(name, configuration)) {
    const answers = await Promise.all(
      families.map(family => askForFamily(place, candidate, family, configuration, options.signal)),
    )
    const addresses = answers.flatMap(({ addresses }, i) => addresses.map(address => ({ address, family: families[i] })))
    if (addresses.length > 0) return addresses
    const failure = answers.find(({ failure }) => failure !== undefined)?.failure
    if (failure !== undefined) throw noServer(operation, hostname, `${servers.join(', ')}${origin}: ${failure}`)
  }
  throw notFound(operation, hostname, `it is not in ${hostsFile}, and ${servers.join(', ')}${origin} knows no address of it`)
}

interface Answer {
  readonly addresses: readonly string[]
  /** Why no server could tell. */
  readonly failure?: string
}

async function askForFamily(
  place: Place,
  name: string,
  family: Family,
  { servers, timeout, attempts }: ResolverConfiguration,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const type = family === 4 ? RecordType.A : RecordType.AAAA
  let failure = ''
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (const server of servers) {
      const limit = AbortSignal.timeout(timeout)
      try {
        const reply = await ask(place, server, name, type, signal === undefined ? limit : AbortSignal.any([signal, limit]))
        if (reply.code === ReplyCode.noError || reply.code === ReplyCode.noSuchName) return { addresses: reply.addresses }
        failure = `the answer of ${server} is error ${reply.code}`
      } catch (error) {
        signal?.throwIfAborted()
        failure = limit.aborted ? `no answer within ${timeout} ms` : (error as Error).message
      }
    }
  }
  return { addresses: [], failure }
}

function notFound(operation: string, hostname: string, why: string): LookupError {
  return withCallersStack(() => new LookupError('ENOTFOUND', operation, hostname, why))
}

function noServer(operation: string, hostname: string, why: string): LookupError {
  const next = `give an address, or put a name server that can be reached from the namespace into /etc/netns/NAME/resolv.conf`
  return withCallersStack(() => new LookupError('EAI_AGAIN', operation, hostname, `${why}; ${next}`))
}
