import type { Netns } from '../../lib/index.ts'
import { isSame } from '../../lib/watch/is-same.ts'

/** What of a view and of a list is not in the other, in words: nothing, when they agree. Counters and ages are passed over. */
export function differences<T extends object>(shown: Iterable<T>, listed: Iterable<T>): string[] {
  const left = new Map<string, T[]>()
  for (const item of listed) {
    const name = nameOf(item)
    left.set(name, [...(left.get(name) ?? []), item])
  }
  const found: string[] = []
  for (const item of shown) {
    const others = left.get(nameOf(item)) ?? []
    const at = others.findIndex(other => isSame(item, other))
    if (at >= 0) others.splice(at, 1)
    else found.push(`shows ${describe(item, others[0])}`)
  }
  for (const [name, others] of left) if (others.length > 0) found.push(`lacks ${others.length} of ${name}`)
  return found
}

type Anything = Record<string, unknown>

function nameOf(item: object): string {
  const { name, address, to, table, link, local, macAddress, group } = item as Anything
  return String(name ?? macAddress ?? group ?? (local === undefined ? `${to} in ${table}` : `${address} on ${link}`))
}

function describe(item: object, other: object | undefined): string {
  if (other === undefined) return `${nameOf(item)}, which is not listed`
  if ('port' in item && 'port' in other && !isSame(item.port, other.port))
    return `a port: ${describe(item.port as object, other.port as object)}`
  const keys = Object.keys(item).filter(key => !isSame({ [key]: (item as Anything)[key] }, { [key]: (other as Anything)[key] }))
  const values = keys.map(
    key => `${key} ${JSON.stringify((item as Anything)[key])}, not ${JSON.stringify((other as Anything)[key])}`,
  )
  return `${nameOf(item)} with ${values.join('; ')}`
}

/**
 * Compares a mirror of links, addresses and routes with the lists. Of a link-local address that it makes the kernel tells nobody until it has
 * been checked for duplicates, and that ends with the carrier (addrconf_add_linklocal, addrconf_dad_begin).
 */
export async function differencesFromLists(
  ns: Netns,
  mirror: { links: Iterable<any>; addresses: Iterable<any>; routes: Iterable<any> },
): Promise<string[]> {
  const isChecked = ({ tentative }: { tentative: boolean }) => !tentative
  return [
    ...differences(mirror.links, await ns.links.list()),
    ...differences([...mirror.addresses].filter(isChecked), (await ns.addresses.list()).filter(isChecked)),
    ...differences(mirror.routes, await ns.routes.list()),
  ]
}
