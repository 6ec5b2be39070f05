import type { Hint } from '../protocol/failure.ts'

const ENOENT = 2
const EEXIST = 17
const EINVAL = 22
const EAFNOSUPPORT = 97
const ENOBUFS = 105

/** The next step for a refusal that is about a neighbor. */
export function neighborHint(operation: string): Hint {
  return (errno, message) => {
    if (errno === EEXIST) return 'there is an entry for the address on this link already; neighbors.replace changes it'
    if (errno === ENOENT) return 'there is no such entry on this link'
    if (errno === ENOBUFS) return 'the table may be full: see "threshold3" of neighborTables; permanent entries do not count'
    if (errno === EAFNOSUPPORT) return 'this kernel may lack IPv6'
    if (message !== undefined) return undefined
    if (errno === EINVAL && operation !== 'neighbors.delete')
      return '"linkLayerAddress" is missing, or shorter than addresses on this link are'
    return undefined
  }
}
