import { invalidValue } from '../errors.ts'
import { OPERATION } from './option-path.ts'
import type { Place, PlannedLink } from './plan.ts'

/** The links in an order in which each comes behind those that it stands on; otherwise as they were. */
export function inOrder(links: readonly PlannedLink[]): PlannedLink[] {
  const makers = makersOf(links)
  const ordered = new Set<PlannedLink>()
  const begun = new Set<PlannedLink>()
  const visit = (link: PlannedLink) => {
    if (ordered.has(link)) return
    begun.add(link)
    for (const { locate, what } of link.needs) {
      const maker = makers.get(what.place)?.get(what.name)
      if (maker === undefined) continue
      if (begun.has(maker) && !ordered.has(maker))
        throw invalidValue(OPERATION, locate(''), `"${what.name}" stands on this link itself, by way of others or not`)
      visit(maker)
    }
    ordered.add(link)
  }
  for (const link of links) visit(link)
  return [...ordered]
}

/** Which request brings a link. */
export function makersOf(links: readonly PlannedLink[]): Map<Place, Map<string, PlannedLink>> {
  const makers = new Map<Place, Map<string, PlannedLink>>()
  for (const link of links) {
    for (const { place, name } of link.brings) {
      if (!makers.has(place)) makers.set(place, new Map())
      makers.get(place)?.set(name, link)
    }
  }
  return makers
}
