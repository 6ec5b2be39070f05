import { didYouMean, invalidType, invalidValue } from '../errors.ts'
import { LONGEST_NAME, linkNameFault } from '../values/link-name.ts'
import { peerOf } from './check.ts'
import { below, type Locate, OPERATION, optionsOf } from './option-path.ts'
import type { LinkName, Place, Planned } from './plan.ts'
import type { Given } from './shapes.ts'

/** A link in a namespace, and what belongs to it. */
export interface End {
  readonly path: string
  readonly place: Place
  name: string | undefined
  readonly options: Given
  readonly addresses: unknown
  readonly settings: unknown
}

/** Where settings of links are written, links come up only behind that. */
export function comesUpLater(options: Given, ends: readonly End[]): Given {
  const [own, peer] = ends
  let changed = options
  if (own !== undefined && waits(own, options)) changed = { ...changed, up: false }
  const pair = peerOf(options)
  if (peer === undefined || pair?.given === undefined || !waits(peer, pair.given)) return changed
  return { ...changed, [pair.key]: { ...(options[pair.key] as Given), [pair.peer]: { ...pair.given, up: false } } }
}

function waits({ place, name, path }: End, options: Given): boolean {
  if (place.linkSettings.length === 0 || options.up === false) return false
  place.upLater.push({ locate: () => path, what: name as string })
  return true
}

/** The links that a link names as the one below it and as its master. Those of a kind's own options are the order of the list. */
export function needsOf(place: Place, options: Given, ends: readonly End[]): Planned<LinkName>[] {
  const [own, peer] = ends
  const needs = [reference(place, own, options, 'link'), reference(place, own, options, 'master')]
  const given = peerOf(options)?.given
  if (peer !== undefined && given !== undefined) needs.push(reference(peer.place, peer, given, 'master'))
  return needs.filter(need => need !== undefined)
}

function reference(place: Place, end: End | undefined, options: Given, key: string): Planned<LinkName> | undefined {
  const name = options[key]
  if (end === undefined || typeof name !== 'string') return undefined
  const path = below(end.path, key)
  checkReference(place, path, name)
  return { locate: () => path, what: { place, name } }
}

export function checkReference(place: Place, path: string, link: unknown): void {
  if (typeof link !== 'string' || place.has(link)) return
  const hint = didYouMean(link, [...place.linkNames, 'lo'])
  throw invalidValue(OPERATION, path, `there is no link ${JSON.stringify(link)} in namespace "${place.name}"${hint}`)
}

export function checkLinkNameAt(path: string, name: unknown): asserts name is string {
  if (typeof name !== 'string') throw invalidType(OPERATION, path, 'the name of a link', name)
  const fault = linkNameFault(name, LONGEST_NAME)
  if (fault !== undefined) throw invalidValue(OPERATION, path, `a link's name ${fault}`)
  if (name.includes('%')) throw invalidValue(OPERATION, path, 'a pattern is no name: others could not refer to the link')
}

/** The two ends of what leads to a bridge are described as one: what is said of either stands at `path`. */
export function portLocate(path: string): Locate {
  const own = optionsOf(path)
  return option => {
    if (option.startsWith('veth.peer.')) return own(option.slice('veth.peer.'.length))
    return /^(port|mtu)\b/.test(option) ? own(option) : path
  }
}

export function cableLocate(first: string, second: string): Locate {
  return option => (option.startsWith('veth.peer.') ? `${second}.${option.slice('veth.peer.'.length)}` : optionsOf(first)(option))
}
