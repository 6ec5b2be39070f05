import { didYouMean, invalidType, invalidValue } from '../errors.ts'
import { parseIp } from '../values/ip.ts'
import { OPERATION } from './option-path.ts'

/** A namespace on a wire, with its addresses there. */
interface Neighbour {
  readonly name: string
  readonly addresses: readonly string[]
}

const bytes = new Uint8Array(16)

/** Who is reached directly from where, so that a router can be given by its name. */
export class Neighbourhood {
  /** Addresses of each bridge, and those of the namespaces on it. */
  readonly #bridges = new Map<string, { readonly addresses: readonly string[]; readonly ports: Map<string, Neighbour> }>()
  readonly #cables: (readonly [Neighbour, Neighbour])[] = []

  bridge(name: string, addresses: readonly string[]): void {
    this.#bridges.set(name, { addresses, ports: new Map() })
  }

  on(bridge: string, name: string, addresses: readonly string[]): void {
    this.#bridges.get(bridge)?.ports.set(name, { name, addresses })
  }

  cable(one: Neighbour, other: Neighbour): void {
    this.#cables.push([one, other])
  }

  /**
   * The routers that are meant: the one whose address it is, or one for each family in which both have addresses, where it is the name of a neighbour. What is no text
   * is left to whoever checks the route.
   */
  routers(from: string, to: string, via: unknown, path: string): unknown[] {
    if (typeof via !== 'string' || parseIp(via.split('%', 1)[0] as string, bytes, 0) > 0) return [via]
    const found = this.#between(from, via)
    if (found === undefined) throw this.#unknown(from, via, path)
    const families = to === 'default' ? [false, true] : [to.includes(':')]
    const routers = families.flatMap(isIpv6 => {
      const own = found.own.some(address => address.includes(':') === isIpv6)
      const router = found.others.find(address => address.includes(':') === isIpv6)
      return own && router !== undefined ? [router] : []
    })
    if (routers.length === 0)
      throw invalidValue(OPERATION, path, `"${via}" and "${from}" have no addresses of one family on the wire between them`)
    return routers
  }

  #between(from: string, to: string): { own: readonly string[]; others: readonly string[] } | undefined {
    const bridge = this.#bridges.get(to)
    const port = bridge?.ports.get(from)
    if (bridge !== undefined && port !== undefined) return { own: port.addresses, others: bridge.addresses }
    for (const { ports } of this.#bridges.values()) {
      const [own, other] = [ports.get(from), ports.get(to)]
      if (own !== undefined && other !== undefined) return { own: own.addresses, others: other.addresses }
    }
    for (const [one, other] of this.#cables) {
      if (one.name === from && other.name === to) return { own: one.addresses, others: other.addresses }
      if (one.name === to && other.name === from) return { own: other.addresses, others: one.addresses }
    }
    return undefined
  }

  #unknown(from: string, via: string, path: string): TypeError {
    const known = new Set(this.#bridges.keys())
    for (const { ports } of this.#bridges.values()) for (const name of ports.keys()) known.add(name)
    for (const ends of this.#cables) for (const { name } of ends) known.add(name)
    if (known.has(via))
      return invalidValue(
        OPERATION,
        path,
        `"${via}" is not reached directly from "${from}": no bridge and no cable joins the two`,
      )
    if (/^[\d.]+$|:/.test(via)) return invalidType(OPERATION, path, 'an IP address, or the name of a bridge or namespace', via)
    return invalidValue(
      OPERATION,
      path,
      `${JSON.stringify(via)} is no address, and no bridge or namespace on a wire of this lab${didYouMean(via, [...known])}`,
    )
  }
}
