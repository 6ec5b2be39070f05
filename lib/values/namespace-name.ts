/** Where `ip netns` keeps named namespaces, as bind mounts. */
export const NETNS_DIRECTORY = '/run/netns'

/** Why `text` cannot name a namespace, as the rest of a sentence; undefined when it can. */
export function namespaceNameFault(text: string): string | undefined {
  if (text === '') return 'is empty'
  if (text === '.' || text === '..') return `"${text}" names no namespace`
  if (text.includes('/')) return `${JSON.stringify(text)} holds "/"`
  if (text.includes('\0')) return 'holds a NUL character'
  if (Buffer.byteLength(text) > 255) return 'is longer than a file name may be (255 bytes)'
  return undefined
}
