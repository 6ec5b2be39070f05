import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '192.0.2.1', remote: '192.0.2.2' }
const OFF = { checksum: false, key: false, sequence: false }

describe('gre on the wire', () => {
  it('sends what ip sends for a tunnel with everything', () => {
    const gre = {
      inputKey: 5,
      outputKey: '0.0.0.6',
      inputFlags: { checksum: true, key: true },
      outputFlags: { key: true, sequence: true },
      ...ENDS,
      pmtuDiscovery: false,
      ignoreDf: true,
      tos: 'inherit',
      link: 1,
      ttl: 64,
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationFlags: { checksum: true, remoteChecksum: true },
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
    }
    const bytes = newLink(`
      08 00 03 00  67 72 31 00   # IFLA_IFNAME = "gr1"
      90 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        84 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 05   # IFLA_GRE_IKEY = 5, network order
          08 00 05 00  00 00 00 06   # IFLA_GRE_OKEY = 6, network order
          06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = 0xa000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 0a 00  00 00 00 00   # IFLA_GRE_PMTUDISC = 0
          05 00 13 00  01 00 00 00   # IFLA_GRE_IGNORE_DF = 1
          05 00 09 00  01 00 00 00   # IFLA_GRE_TOS = 1
          08 00 01 00  01 00 00 00   # IFLA_GRE_LINK = 1
          05 00 08 00  40 00 00 00   # IFLA_GRE_TTL = 64
          08 00 14 00  09 00 00 00   # IFLA_GRE_FWMARK = 9
          06 00 0e 00  02 00 00 00   # IFLA_GRE_ENCAP_TYPE = 2
          06 00 0f 00  05 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 5
          06 00 10 00  03 e8 00 00   # IFLA_GRE_ENCAP_SPORT = 1000, network order
          06 00 11 00  15 b3 00 00   # IFLA_GRE_ENCAP_DPORT = 5555, network order`)
    expect(lines(encodeLink({ name: 'gr1', kind: 'gre', gre }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for an external tunnel', () => {
    const bytes = newLink(`
      08 00 03 00  67 72 32 00   # IFLA_IFNAME = "gr2"
      14 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'gr2', kind: 'gre', gre: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('sends zeros for none', () => {
    const bytes = newLink(`
      28 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        1c 00 02 80   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          08 00 06 00  00 00 00 00   # IFLA_GRE_LOCAL = 0.0.0.0
          08 00 07 00  00 00 00 00   # IFLA_GRE_REMOTE = 0.0.0.0`)
    expect(lines(encodeLink({ kind: 'gre', gre: { link: null, local: null, remote: null } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of a tunnel with everything', () => {
    const bytes = newLink(`
      08 00 03 00  67 72 31 00   # IFLA_IFNAME = "gr1"
      90 00 12 00   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        84 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  02 00 00 00   # IFLA_GRE_LINK = 2
          06 00 02 00  a0 00 00 00   # IFLA_GRE_IFLAGS = 0xa000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 04 00  00 00 00 05   # IFLA_GRE_IKEY = 5, network order
          08 00 05 00  00 00 00 06   # IFLA_GRE_OKEY = 6, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          05 00 09 00  01 00 00 00   # IFLA_GRE_TOS = 1
          05 00 0a 00  00 00 00 00   # IFLA_GRE_PMTUDISC = 0
          08 00 14 00  09 00 00 00   # IFLA_GRE_FWMARK = 9
          06 00 0e 00  02 00 00 00   # IFLA_GRE_ENCAP_TYPE = 2
          06 00 10 00  03 e8 00 00   # IFLA_GRE_ENCAP_SPORT = 1000, network order
          06 00 11 00  15 b3 00 00   # IFLA_GRE_ENCAP_DPORT = 5555, network order
          06 00 0f 00  05 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 5
          05 00 13 00  01 00 00 00   # IFLA_GRE_IGNORE_DF = 1`)
    const link = decodeNewLink(bytes)
    expect(link).toMatchObject({ kind: 'gre' })
    expect(link).toHaveProperty('gre', {
      link: 2,
      inputFlags: { ...OFF, checksum: true, key: true },
      outputFlags: { ...OFF, key: true, sequence: true },
      inputKey: 5,
      outputKey: 6,
      ...ENDS,
      ttl: 'inherit',
      tos: 'inherit',
      pmtuDiscovery: false,
      fwmark: 9,
      encapsulation: 'gue',
      encapsulationSourcePort: 1000,
      encapsulationPort: 5555,
      encapsulationFlags: { checksum: true, checksum6: false, remoteChecksum: true },
      ignoreDf: true,
    })
  })

  it('reads what Linux 6.12 reports of an external tunnel, and no ends where there are none', () => {
    const bytes = newLink(`
      08 00 03 00  67 72 32 00   # IFLA_IFNAME = "gr2"
      94 00 12 00   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        88 00 02 00   # IFLA_INFO_DATA
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  00 00 00 00   # IFLA_GRE_IFLAGS = 0x0000, network order
          06 00 03 00  00 00 00 00   # IFLA_GRE_OFLAGS = 0x0000, network order
          08 00 04 00  00 00 00 00   # IFLA_GRE_IKEY = 0, network order
          08 00 05 00  00 00 00 00   # IFLA_GRE_OKEY = 0, network order
          08 00 06 00  00 00 00 00   # IFLA_GRE_LOCAL = 0.0.0.0
          08 00 07 00  00 00 00 00   # IFLA_GRE_REMOTE = 0.0.0.0
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          05 00 09 00  00 00 00 00   # IFLA_GRE_TOS = 0
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  00 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 0
          05 00 13 00  00 00 00 00   # IFLA_GRE_IGNORE_DF = 0
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(decodeNewLink(bytes)).toHaveProperty('gre', {
      inputFlags: OFF,
      outputFlags: OFF,
      inputKey: 0,
      outputKey: 0,
      ttl: 'inherit',
      tos: 0,
      pmtuDiscovery: true,
      fwmark: 0,
      encapsulation: 'none',
      encapsulationSourcePort: 'auto',
      encapsulationPort: 0,
      encapsulationFlags: { checksum: false, checksum6: false, remoteChecksum: false },
      ignoreDf: false,
      collectMetadata: true,
    })
  })

  it('sets the flag that a key needs', () => {
    const bytes = newLink(`
      30 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        24 00 02 80   # IFLA_INFO_DATA
          08 00 05 00  c0 00 02 07   # IFLA_GRE_OKEY = 192.0.2.7
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = key and sequence, network order
          06 00 02 00  00 00 00 00   # IFLA_GRE_IFLAGS = 0
          08 00 04 00  00 00 00 00   # IFLA_GRE_IKEY = 0, which goes with its flag`)
    const gre = { outputKey: '192.0.2.7', outputFlags: { sequence: true }, inputFlags: { key: false } }
    expect(lines(encodeLink({ kind: 'gre', gre }))).toEqual(lines(bytes))
  })

  it('takes a listed tunnel without keys as it is', () => {
    const listed = { inputFlags: OFF, outputFlags: OFF, inputKey: 0, outputKey: 0, encapsulation: 'none', encapsulationPort: 0 }
    const bytes = newLink(`
      40 00 12 80   # IFLA_LINKINFO
        08 00 01 00  67 72 65 00   # IFLA_INFO_KIND = "gre"
        34 00 02 80   # IFLA_INFO_DATA
          06 00 02 00  00 00 00 00   # IFLA_GRE_IFLAGS = 0
          06 00 03 00  00 00 00 00   # IFLA_GRE_OFLAGS = 0
          08 00 04 00  00 00 00 00   # IFLA_GRE_IKEY = 0
          08 00 05 00  00 00 00 00   # IFLA_GRE_OKEY = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0`)
    expect(lines(encodeLink({ kind: 'gre', gre: listed }))).toEqual(lines(bytes))
  })

  it.each([
    { gre: { inputKey: 5, inputFlags: { key: false } }, option: 'gre.inputKey' },
    { gre: { inputKey: 'five' }, option: 'gre.inputKey', code: 'ERR_INVALID_ARG_TYPE' },
    { gre: { inputKey: 2 ** 32 }, option: 'gre.inputKey', code: 'ERR_OUT_OF_RANGE' },
    { gre: { inputFlags: { keys: true } }, option: 'gre.inputFlags.keys' },
    { gre: { inputFlags: 5, inputKey: 5 }, option: 'gre.inputFlags', code: 'ERR_INVALID_ARG_TYPE' },
    { gre: { encapsulationPort: 5555 }, option: 'gre.encapsulationPort' },
    { gre: { encapsulationSourcePort: 5555 }, option: 'gre.encapsulationSourcePort' },
    { gre: { encapsulation: 'fou' }, option: 'gre.encapsulationPort', code: 'ERR_MISSING_OPTION' },
    {
      gre: { encapsulation: 'fou', encapsulationPort: 5555, encapsulationFlags: { remoteChecksum: true } },
      option: 'gre.encapsulationFlags',
    },
    { gre: { encapsulation: 'fou', encapsulationPort: 5555, collectMetadata: true }, option: 'gre.encapsulation' },
    { gre: { ignoreDf: true }, option: 'gre.ignoreDf' },
    { gre: { remote: '239.1.1.1' }, option: 'gre.local', code: 'ERR_MISSING_OPTION' },
    { gre: { remote: '2001:db8::1' }, option: 'gre.remote', code: 'ERR_INVALID_ARG_TYPE' },
  ])('names the option in $gre that the kernel would refuse without a word, or ignore', ({ gre, option, code }) => {
    const refused = { option, code: code ?? 'ERR_INVALID_ARG_VALUE' }
    expect(() => encodeLink({ kind: 'gre', gre })).toThrow(expect.objectContaining(refused))
  })
})
