/** Who takes part: the C floor and this library first, then the others. Each is a file of `peers/`, which exports an array of entries of the table. */
import { existsSync } from 'node:fs'

const files = ['c', 'rtnetlink', 'libnl', 'libmnl', 'go', 'rust', 'ip', 'exec-ip', 'pyroute2', 'npm-netlink', 'node']

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} [variant] of several ways to use the same
 * @property {string} [title] at the head of the column; without, name and variant
 * @property {string} language
 * @property {() => unknown} prepare installs and builds; throws an error whose message says why the peer cannot be had
 * @property {() => string | Promise<string>} version
 * @property {Iterable<string>} workloads
 * @property {(workload: string, count: number) => string[]} command
 * @property {(workload: string, line: any) => any} [figures] what the program's line means
 * @property {Record<string, string>} [notes] of a workload: how it is done
 * @property {string[]} [besides] workloads in which it is shown and does not race, since the library does less than is asked; the note says what
 */

/** Each is the only one of that title.
 * @param {Peer} peer */
export const titleOf = ({ name, variant, title }) => title ?? (variant === undefined ? name : `${name} ${variant}`)

async function load(file) {
  const url = new URL(`./peers/${file}.mjs`, import.meta.url)
  if (!existsSync(url)) return []
  const { default: entries } = await import(/* @vite-ignore */ url.href)
  return [entries].flat()
}

/** @returns {Promise<Peer[]>} those of the names, in the order of the table; all without */
export async function loadPeers(only) {
  const all = (await Promise.all(files.map(load))).flat()
  if (only === undefined) return all
  const wanted = only.split(',')
  const isMeant = (word, peer) => word === peer.name || word === titleOf(peer)
  const unknown = wanted.find(word => !all.some(peer => isMeant(word, peer)))
  if (unknown !== undefined) throw new RangeError(`--peers: no peer "${unknown}"; there are ${all.map(titleOf).join(', ')}`)
  return all.filter(peer => wanted.some(word => isMeant(word, peer)))
}

const reason = error => (error instanceof Error ? error.message : String(error))

/** Installs and builds one after another. What two entries share is done once. */
export async function preparePeers(peers, tell) {
  const done = new Map()
  const ready = []
  const versions = {}
  const missing = {}
  for (const peer of peers) {
    const title = titleOf(peer)
    try {
      if (!done.has(peer.prepare)) {
        tell(`preparing ${peer.name}`)
        done.set(peer.prepare, Promise.resolve().then(peer.prepare))
      }
      await done.get(peer.prepare)
      versions[title] = await peer.version()
      ready.push(peer)
    } catch (error) {
      missing[title] = reason(error)
      tell(`${title} is missing: ${missing[title]}`)
    }
  }
  return { ready, versions, missing }
}
