import type { LookupFunction } from 'node:net'
import type { Place } from '../place.ts'
import { type LookupOptions, lookupAll } from './lookup.ts'

/** The same for Node's `lookup` options: a function as `dns.lookup` is one, which asks inside the namespace. */
export function lookupFunction(place: Place, operation: string): LookupFunction {
  return (hostname, options, callback) => {
    const { family, all } = options as { family?: number | string; all?: boolean }
    const wanted = { family: familyOf(family) } satisfies LookupOptions
    lookupAll(place, operation, hostname, wanted).then(
      // Outside the promise: what the callback throws is an uncaught exception, as behind dns.lookup.
      addresses =>
        process.nextTick(() =>
          all ? callback(null, [...addresses]) : callback(null, addresses[0].address, addresses[0].family),
        ),
      error => process.nextTick(callback, error, all ? [] : ''),
    )
  }
}

function familyOf(family: number | string | undefined): 0 | 4 | 6 {
  if (family === 4 || family === 'IPv4') return 4
  return family === 6 || family === 'IPv6' ? 6 : 0
}
