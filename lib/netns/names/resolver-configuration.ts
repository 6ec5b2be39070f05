import { literalOf } from '../host.ts'

/** What resolv.conf(5) says, as far as it is followed here. */
export interface ResolverConfiguration {
  /** Name servers, three at most. */
  readonly servers: readonly string[]
  /** Domains to be tried behind a name. */
  readonly search: readonly string[]
  /** From this many dots on, a name is tried as it stands first. */
  readonly ndots: number
  /** Milliseconds to wait for a server. */
  readonly timeout: number
  /** How often the list of servers is gone through. */
  readonly attempts: number
}

const MOST_SERVERS = 3

export function parseResolverConfiguration(text: string): ResolverConfiguration {
  const servers: string[] = []
  let search: string[] = []
  const options = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver' && literalOf(words[0] ?? '') !== undefined) servers.push(words[0])
    // The last of these lines counts.
    if (keyword === 'search' || keyword === 'domain') search = words.filter(word => word !== '.')
    if (keyword === 'options') for (const word of words) options.set(...(word.split(':', 2) as [string, string]))
  }
  const number = (key: string, fallback: number, min: number, max: number) => {
    const value = Number(options.get(key) ?? fallback)
    return Number.isInteger(value) ? Math.min(Math.max(value, min), max) : fallback
  }
  return {
    servers: servers.slice(0, MOST_SERVERS),
    search: search.map(domain => domain.replace(/\.$/, '').toLowerCase()),
    ndots: number('ndots', 1, 0, 15),
    timeout: number('timeout', 5, 1, 30) * 1000,
    attempts: number('attempts', 2, 1, 5),
  }
}

/** The names that are asked for, one after another. */
export function candidates(name: string, { search, ndots }: ResolverConfiguration): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const dots = name.split('.').length - 1
  const completed = search.map(domain => `${name}.${domain}`)
  return dots >= ndots ? [name, ...completed] : [...completed, name]
}
