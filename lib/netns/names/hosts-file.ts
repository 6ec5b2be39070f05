import { literalOf } from '../host.ts'

/** The addresses that a hosts file has for a name, in its order. */
export function addressesInHosts(text: string, name: string): string[] {
  const wanted = name.toLowerCase()
  return text.split('\n').flatMap(line => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    return literalOf(address) !== undefined && names.some(known => known.toLowerCase() === wanted) ? [address] : []
  })
}
