import { describe, expect, it } from 'vitest'
import { formatLink } from '../../../lib/links/format-link.ts'
import type { Link } from '../../../lib/links/link.ts'

function link(properties: object): Link {
  return { index: 5, name: 'v0', flags: ['BROADCAST', 'MULTICAST'], up: false, mtu: 1500, ...properties } as unknown as Link
}

describe('formatLink', () => {
  it('prints the line of ip link', () => {
    const properties = { qdisc: 'noop', operationalState: 'down', linkMode: 'default', group: 0, txQueueLength: 1000 }
    expect(formatLink(link(properties))).toBe(
      '5: v0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000',
    )
  })

  it('prints the link below by name where it is known, else by index', () => {
    const below = link({ index: 4, name: 'eth0', up: true })
    expect(formatLink(link({ link: 4 }), [below])).toContain('v0@eth0:')
    expect(formatLink(link({ link: 4 }))).toContain('v0@if4:')
  })

  it('prints the index of a link below that is in another namespace, whatever has that index here', () => {
    const stranger = link({ index: 4, name: 'eth0', up: true })
    expect(formatLink(link({ link: 4, linkNetnsid: 0 }), [stranger])).toContain('v0@if4:')
  })

  it('prints NONE for a link below that is gone', () => {
    expect(formatLink(link({ link: 0 }))).toContain('v0@NONE:')
  })

  it('prints the master', () => {
    const master = link({ index: 9, name: 'br0' })
    expect(formatLink(link({ master: 9 }), [master])).toContain(' master br0')
  })

  it('prints M-DOWN when the link below is down', () => {
    const below = link({ index: 4, name: 'eth0', up: false })
    expect(formatLink(link({ link: 4 }), [below])).toContain('<BROADCAST,MULTICAST,M-DOWN>')
  })

  it.each([
    ['down', ['UP']],
    ['dormant', ['UP', 'LOWER_UP']],
    [undefined, ['UP']],
  ])('prints NO-CARRIER when the link is up and its state is %s', (operationalState, flags) => {
    expect(formatLink(link({ up: true, flags, operationalState }))).toContain(`<NO-CARRIER,${flags.join()}>`)
  })

  it.each([
    ['up', ['UP', 'LOWER_UP']],
    ['unknown', ['UP', 'LOWER_UP']],
    [undefined, ['UP', 'LOWER_UP']],
  ])('prints no NO-CARRIER when its state is %s', (operationalState, flags) => {
    expect(formatLink(link({ up: true, flags, operationalState }))).toContain(`<${flags.join()}>`)
  })

  it('prints a group by number', () => {
    expect(formatLink(link({ group: 7 }))).toContain('group 7')
  })

  it('prints a state that it has no name for as a number', () => {
    expect(formatLink(link({ operationalState: 42 }))).toContain('state 42')
  })
})
