import type { AddressOptions } from '../addresses/address.ts'
import type { LinkSettingOptions } from '../netns/link-settings.ts'
import type { Netns } from '../netns/netns.ts'
import { checkLinkSettings, checkSysctl, type SysctlValue } from '../netns/sysctl.ts'
import { sysctlPath } from '../netns/sysctl-path.ts'
import { checkAddress } from './check.ts'
import { inside, type Locate, OPERATION, optionsOf } from './option-path.ts'
import type { Place } from './plan.ts'
import { type Given, objectAt, oneOrMoreAt, refuseKeys } from './shapes.ts'

/** A kernel without IPv6 has no settings of it. */
export function ifThere(write: (netns: Netns) => Promise<void>): (netns: Netns) => Promise<void> {
  return async netns => {
    try {
      await write(netns)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error
    }
  }
}

/**
 * Nobody else in a lab can have its addresses, and duplicate address detection would keep each from being used for a second or two; link-local ones too, without which IPv6
 * is not routed. Before all other settings, so that they may say otherwise.
 */
export function withoutDetection(place: Place): void {
  place.settings.unshift({
    locate: () => place.path,
    what: ifThere(netns => netns.sysctl.setLink('default', { ipv6: { acceptDad: 'off' } })),
  })
}

/** The addresses of an end as text, without what lies behind the `/`. */
export function addressesOf(given: unknown): string[] {
  const texts = oneOrMoreAt('', given).map(([, one]) => (typeof one === 'object' ? (one as Given | null)?.address : one))
  return texts.filter(text => typeof text === 'string').map(text => text.split('/', 1)[0] as string)
}

export function planAddresses(place: Place, link: string, path: string, given: unknown): void {
  for (const [own, one] of oneOrMoreAt(path, given)) {
    const isText = typeof one === 'string'
    const locate: Locate = isText ? () => own : optionsOf(own)
    const options = isText ? { address: one } : objectAt(own, one, 'an address, or an object of options')
    refuseKeys(own, options, ['link'])
    const what = { ...options, link }
    checkAddress(locate, what)
    place.addresses.push({ locate, what: what as unknown as AddressOptions })
  }
}

export function planSettings(place: Place, link: string, path: string, given: unknown): void {
  const settings = objectAt(path, given, 'an object of settings') as LinkSettingOptions
  inside(optionsOf(path), () => checkLinkSettings(settings))
  const list = link === 'all' || link === 'default' ? place.settings : place.linkSettings
  list.push({ locate: optionsOf(path), what: netns => netns.sysctl.setLink(link, settings) })
}

export function planSysctl(place: Place, name: string, path: string, value: unknown): void {
  const locate = () => path
  inside(locate, () => checkSysctl(name, value))
  const [, , group, link = ''] = sysctlPath(OPERATION, name).split('/')
  const isOfLink = (group === 'conf' || group === 'neigh') && place.has(link)
  const list = isOfLink ? place.linkSettings : place.settings
  list.push({ locate, what: netns => netns.sysctl.set(name, value as SysctlValue) })
}
