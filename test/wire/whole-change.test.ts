import { describe, expect, it } from 'vitest'
import { encodeLink, hex, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '192.0.2.1', remote: '192.0.2.2' }
const OFF = { checksum: false, checksum6: false, remoteChecksum: false }
const BARE = { encapsulation: 'none', encapsulationFlags: OFF, encapsulationSourcePort: 'auto', encapsulationPort: 0 }

/** Attributes inside IFLA_INFO_DATA of a change, without what stands around them. */
function changed(kind: string, options: object, now: object): string[] {
  const all = lines(encodeLink({ [kind]: options }, 'change', now))
  const data = all.findIndex(word => word.endsWith('02 80'))
  return all.slice(data + 1)
}

function attributes(text: string): string[] {
  return lines(hex(text))
}

describe('a change of a kind that wants all of its data', () => {
  const now = { ...BARE, ...ENDS, mode: 'ipip', ttl: 64, tos: 0, pmtuDiscovery: true, fwmark: 7 }

  it('sends what is given, and then the rest as it is now', () => {
    expect(changed('ipip', { ttl: 5 }, now)).toEqual(
      attributes(`
        05 00 04 00  05 00 00 00   # IFLA_IPTUN_TTL = 5
        08 00 02 00  c0 00 02 01   # IFLA_IPTUN_LOCAL = 192.0.2.1
        08 00 03 00  c0 00 02 02   # IFLA_IPTUN_REMOTE = 192.0.2.2
        05 00 05 00  00 00 00 00   # IFLA_IPTUN_TOS = 0
        05 00 0a 00  01 00 00 00   # IFLA_IPTUN_PMTUDISC = 1
        08 00 14 00  07 00 00 00   # IFLA_IPTUN_FWMARK = 7`),
    )
  })

  it('sends the encapsulation as a whole when part of it is given', () => {
    const gue = { ...now, encapsulation: 'gue', encapsulationPort: 5555, encapsulationFlags: { ...OFF, checksum: true } }
    const sent = changed('ipip', { encapsulationFlags: { checksum6: true } }, gue)
    expect(sent.slice(0, 2)).toEqual(attributes('06 00 10 00  03 00 00 00   # IFLA_IPTUN_ENCAP_FLAGS = checksum and checksum6'))
    expect(sent).toEqual(expect.arrayContaining(['06 00 0f 00', '06 00 11 00', '06 00 12 00']))
  })

  it('does not repeat what only creation takes', () => {
    expect(changed('ipip', { tos: 4 }, { ...now, collectMetadata: true })).not.toContain('04 00 13 00')
  })

  it('repeats what only creation takes where the driver wants that', () => {
    const external = { collectMetadata: true, version: 1, index: 0, ttl: 'inherit' }
    expect(changed('erspan', { ttl: 5 }, external)).toContain('04 00 12 00')
  })

  it('changes a switch, and leaves the others', () => {
    const keyed = { ...ENDS, inputKey: 5, inputFlags: { checksum: false, key: true, sequence: true } }
    expect(changed('gre', { inputFlags: { checksum: true, sequence: false } }, keyed).slice(0, 2)).toEqual(
      attributes('06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = checksum and key, network order'),
    )
  })

  it('takes the key away with its flag', () => {
    const keyed = { ...ENDS, inputKey: 5, inputFlags: { checksum: false, key: true, sequence: true } }
    expect(changed('gre', { inputFlags: { key: false } }, keyed)).toEqual(
      attributes(`
        06 00 02 00  10 00 00 00   # IFLA_GRE_IFLAGS = sequence, network order
        08 00 04 00  00 00 00 00   # IFLA_GRE_IKEY = 0
        08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
        08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2`),
    )
  })

  it('takes undefined for not given, in switches too', () => {
    const keyed = { ...ENDS, ttl: 7, inputFlags: { checksum: true, key: false, sequence: false } }
    const sent = changed('gre', { ttl: undefined, inputFlags: { checksum: undefined, sequence: true } }, keyed)
    expect(sent.slice(0, 2)).toEqual(
      attributes('06 00 02 00  90 00 00 00   # IFLA_GRE_IFLAGS = checksum and sequence, network order'),
    )
    expect(sent).toContain('05 00 08 00')
  })

  it('keeps a part of the flow information', () => {
    const flow = { flowInfo: { trafficClass: 0x10, flowLabel: 0x12345 } }
    expect(changed('ip6tnl', { flowInfo: { flowLabel: 5 } }, flow)).toEqual(
      attributes('08 00 07 00  01 00 00 05   # IFLA_IPTUN_FLOWINFO = traffic class 0x10 and flow label 5, network order'),
    )
  })

  it('sends attributes of a newer kernel back as they came', () => {
    const newer = { unknown: [{ type: 99, bytes: hex('01 02 03 04 05') }] }
    expect(changed('ip6tnl', { hopLimit: 5 }, newer)).toEqual(
      attributes(`
        05 00 04 00  05 00 00 00   # IFLA_IPTUN_TTL = 5
        09 00 63 00  01 02 03 04 05 00 00 00   # attribute 99`),
    )
  })

  it.each([
    { kind: 'ipip', options: { pmtuDiscovery: false }, now, option: 'ipip.pmtuDiscovery' },
    { kind: 'ipip', options: { ttl: 5 }, now: { ...now, ttl: 'inherit', pmtuDiscovery: false }, option: 'ipip.ttl' },
    { kind: 'ipip', options: { remote: null }, now, option: 'ipip.remote' },
    { kind: 'ipip', options: { remote: '192.0.2.9' }, now: BARE, option: 'ipip.remote' },
    { kind: 'sit', options: { remote: '192.0.2.9' }, now: BARE, option: 'sit.remote' },
    { kind: 'gre', options: { remote: '239.1.1.1' }, now, option: 'gre.remote' },
    { kind: 'gre', options: { pmtuDiscovery: true }, now: { pmtuDiscovery: false, ignoreDf: true }, option: 'gre.pmtuDiscovery' },
    { kind: 'gre', options: { encapsulationPort: 5 }, now: BARE, option: 'gre.encapsulationPort' },
    { kind: 'erspan', options: { index: 5 }, now: { version: 2 }, option: 'erspan.index' },
    {
      kind: 'sit',
      options: { sixRdRelayPrefix: '10.0.0.0/8' },
      now: { sixRdPrefix: '2001:db8::/41' },
      option: 'sit.sixRdPrefix',
    },
  ])('names $option where $options does not fit $now', ({ kind, options, now, option }) => {
    const refused = { option, code: 'ERR_INVALID_ARG_VALUE' }
    expect(() => encodeLink({ [kind]: options }, 'change', now)).toThrow(expect.objectContaining(refused))
  })

  it.each([
    { kind: 'gre', options: { encapsulationPort: 6 }, now: { ...BARE, encapsulation: 'fou', encapsulationPort: 5 } },
    { kind: 'gre', options: { remote: '192.0.2.9' }, now },
    { kind: 'gre', options: { local: '192.0.2.9' }, now: { local: '192.0.2.1', remote: '239.1.1.1' } },
    { kind: 'erspan', options: { direction: 'egress' }, now: { version: 2 } },
    { kind: 'sit', options: { sixRdRelayPrefix: '10.0.0.0/8' }, now: { sixRdPrefix: '2001:db8::/40' } },
  ])('takes $options where it fits $now', ({ kind, options, now }) => {
    expect(changed(kind, options, now).length).toBeGreaterThan(0)
  })
})

describe('a creation that may be a change', () => {
  const isatap = { mode: 'ip6ip', flags: { isatap: true }, ttl: 64 }

  it('passes over what only creation takes and the link has', () => {
    const bytes = newLink(`
      18 00 12 80   # IFLA_LINKINFO
        08 00 01 00  73 69 74 00   # IFLA_INFO_KIND = "sit"
        0c 00 02 80   # IFLA_INFO_DATA
          05 00 04 00  05 00 00 00   # IFLA_IPTUN_TTL = 5`)
    const sit = { ttl: 5, mode: 'ip6ip', flags: { isatap: true } }
    expect(lines(encodeLink({ kind: 'sit', sit }, 'create', isatap))).toEqual(lines(bytes))
  })

  it.each([{ mode: 'any' }, { flags: { isatap: false } }])('refuses %j, which differs and cannot be changed', sit => {
    const refused = { code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('only be given on creation') }
    expect(() => encodeLink({ kind: 'sit', sit }, 'create', isatap)).toThrow(expect.objectContaining(refused))
  })
})
