import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, lines, newLink } from '../support/wire.ts'

const ENDS = { local: '192.0.2.1', remote: '192.0.2.2' }
const FLAGS = { inputFlags: { key: true, sequence: true }, outputFlags: { key: true, sequence: true } }
const NO_ENCAPSULATION = {
  encapsulation: 'none',
  encapsulationFlags: {},
  encapsulationSourcePort: 'auto',
  encapsulationPort: 0,
} as const
const ON = { checksum: false, key: true, sequence: true }

describe('erspan on the wire', () => {
  it('sends what ip sends for version 1', () => {
    const erspan = {
      inputKey: 100,
      outputKey: 100,
      ...FLAGS,
      ...ENDS,
      pmtuDiscovery: true,
      tos: 0,
      ttl: 'inherit',
      fwmark: 0,
      version: 1,
      index: 123,
      ...NO_ENCAPSULATION,
    }
    const bytes = newLink(`
      08 00 03 00  65 72 31 00   # IFLA_IFNAME = "er1"
      94 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        84 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 64   # IFLA_GRE_IKEY = 100, network order
          08 00 05 00  00 00 00 64   # IFLA_GRE_OKEY = 100, network order
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          05 00 09 00  00 00 00 00   # IFLA_GRE_TOS = 0
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          05 00 16 00  01 00 00 00   # IFLA_GRE_ERSPAN_VER = 1
          08 00 15 00  7b 00 00 00   # IFLA_GRE_ERSPAN_INDEX = 123
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 0f 00  00 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order`)
    expect(lines(encodeLink({ name: 'er1', kind: 'erspan', erspan }))).toEqual(lines(bytes))
  })

  it('sends what ip sends for version 2', () => {
    const erspan = {
      inputKey: 100,
      outputKey: 100,
      ...FLAGS,
      ...ENDS,
      pmtuDiscovery: true,
      tos: 0,
      ttl: 'inherit',
      fwmark: 0,
      version: 2,
      direction: 'egress',
      hardwareId: 7,
      ...NO_ENCAPSULATION,
    }
    const bytes = newLink(`
      08 00 03 00  65 72 32 00   # IFLA_IFNAME = "er2"
      9c 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        8c 00 02 80   # IFLA_INFO_DATA
          08 00 04 00  00 00 00 64   # IFLA_GRE_IKEY = 100, network order
          08 00 05 00  00 00 00 64   # IFLA_GRE_OKEY = 100, network order
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          05 00 09 00  00 00 00 00   # IFLA_GRE_TOS = 0
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          05 00 16 00  02 00 00 00   # IFLA_GRE_ERSPAN_VER = 2
          05 00 17 00  01 00 00 00   # IFLA_GRE_ERSPAN_DIR = 1
          06 00 18 00  07 00 00 00   # IFLA_GRE_ERSPAN_HWID = 7
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 0f 00  00 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order`)
    expect(lines(encodeLink({ name: 'er2', kind: 'erspan', erspan }))).toEqual(lines(bytes))
  })

  it('has key and sequence without being told', () => {
    const bytes = newLink(`
      24 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        14 00 02 80   # IFLA_INFO_DATA
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = key and sequence, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = key and sequence, network order`)
    expect(lines(encodeLink({ kind: 'erspan' }))).toEqual(lines(bytes))
  })

  it.each([{ version: 0 }, { collectMetadata: true }])('adds nothing to %j', erspan => {
    expect(encodeLink({ kind: 'erspan', erspan }).length).toBeLessThan(encodeLink({ kind: 'erspan' }).length)
  })

  it('sends the link that it goes out of, and what ignores the bit that forbids fragments', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 31 00   # IFLA_IFNAME = "er1"
      4c 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        3c 00 02 80   # IFLA_INFO_DATA
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          08 00 01 00  02 00 00 00   # IFLA_GRE_LINK = 2
          05 00 0a 00  00 00 00 00   # IFLA_GRE_PMTUDISC = 0
          05 00 13 00  01 00 00 00   # IFLA_GRE_IGNORE_DF = 1
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order: without being told
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order`)
    expect(
      lines(encodeLink({ name: 'er1', kind: 'erspan', erspan: { ...ENDS, link: 2, pmtuDiscovery: false, ignoreDf: true } })),
    ).toEqual(lines(bytes))
  })

  it('sends that each packet says where it goes', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 31 00   # IFLA_IFNAME = "er1"
      18 00 12 80   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        08 00 02 80   # IFLA_INFO_DATA
          04 00 12 00   # IFLA_GRE_COLLECT_METADATA`)
    expect(lines(encodeLink({ name: 'er1', kind: 'erspan', erspan: { collectMetadata: true } }))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of version 1', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 31 00   # IFLA_IFNAME = "er1"
      a4 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        94 00 02 00   # IFLA_INFO_DATA
          05 00 16 00  01 00 00 00   # IFLA_GRE_ERSPAN_VER = 1
          08 00 15 00  7b 00 00 00   # IFLA_GRE_ERSPAN_INDEX = 123
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 04 00  00 00 00 64   # IFLA_GRE_IKEY = 100, network order
          08 00 05 00  00 00 00 64   # IFLA_GRE_OKEY = 100, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          05 00 09 00  00 00 00 00   # IFLA_GRE_TOS = 0
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  00 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 0
          05 00 13 00  00 00 00 00   # IFLA_GRE_IGNORE_DF = 0`)
    expect(decodeNewLink(bytes)).toHaveProperty('erspan', {
      inputFlags: ON,
      outputFlags: ON,
      inputKey: 100,
      outputKey: 100,
      ...ENDS,
      ttl: 'inherit',
      tos: 0,
      pmtuDiscovery: true,
      ...NO_ENCAPSULATION,
      encapsulationFlags: { checksum: false, checksum6: false, remoteChecksum: false },
      ignoreDf: false,
      fwmark: 0,
      version: 1,
      index: 123,
    })
  })

  it('reads what Linux 6.12 reports of version 2', () => {
    const bytes = newLink(`
      08 00 03 00  65 72 32 00   # IFLA_IFNAME = "er2"
      ac 00 12 00   # IFLA_LINKINFO
        0b 00 01 00  65 72 73 70 61 6e 00 00   # IFLA_INFO_KIND = "erspan"
        9c 00 02 00   # IFLA_INFO_DATA
          05 00 16 00  02 00 00 00   # IFLA_GRE_ERSPAN_VER = 2
          05 00 17 00  01 00 00 00   # IFLA_GRE_ERSPAN_DIR = 1
          06 00 18 00  07 00 00 00   # IFLA_GRE_ERSPAN_HWID = 7
          08 00 01 00  00 00 00 00   # IFLA_GRE_LINK = 0
          06 00 02 00  30 00 00 00   # IFLA_GRE_IFLAGS = 0x3000, network order
          06 00 03 00  30 00 00 00   # IFLA_GRE_OFLAGS = 0x3000, network order
          08 00 04 00  00 00 00 65   # IFLA_GRE_IKEY = 101, network order
          08 00 05 00  00 00 00 65   # IFLA_GRE_OKEY = 101, network order
          08 00 06 00  c0 00 02 01   # IFLA_GRE_LOCAL = 192.0.2.1
          08 00 07 00  c0 00 02 02   # IFLA_GRE_REMOTE = 192.0.2.2
          05 00 08 00  00 00 00 00   # IFLA_GRE_TTL = 0
          05 00 09 00  00 00 00 00   # IFLA_GRE_TOS = 0
          05 00 0a 00  01 00 00 00   # IFLA_GRE_PMTUDISC = 1
          08 00 14 00  00 00 00 00   # IFLA_GRE_FWMARK = 0
          06 00 0e 00  00 00 00 00   # IFLA_GRE_ENCAP_TYPE = 0
          06 00 10 00  00 00 00 00   # IFLA_GRE_ENCAP_SPORT = 0, network order
          06 00 11 00  00 00 00 00   # IFLA_GRE_ENCAP_DPORT = 0, network order
          06 00 0f 00  00 00 00 00   # IFLA_GRE_ENCAP_FLAGS = 0
          05 00 13 00  00 00 00 00   # IFLA_GRE_IGNORE_DF = 0`)
    const { erspan } = decodeNewLink(bytes) as { erspan?: object }
    expect(erspan).toMatchObject({ inputKey: 101, version: 2, direction: 'egress', hardwareId: 7 })
    expect(erspan).not.toHaveProperty('index')
    expect(erspan).not.toHaveProperty('unknown')
  })

  it.each([
    { erspan: { version: 2, index: 5 }, option: 'erspan.index' },
    { erspan: { direction: 'egress' }, option: 'erspan.direction' },
    { erspan: { version: 1, hardwareId: 5 }, option: 'erspan.hardwareId' },
    { erspan: { version: 3 }, option: 'erspan.version', code: 'ERR_OUT_OF_RANGE' },
    { erspan: { index: 0x10_0000 }, option: 'erspan.index', code: 'ERR_OUT_OF_RANGE' },
    { erspan: { version: 2, hardwareId: 64 }, option: 'erspan.hardwareId', code: 'ERR_OUT_OF_RANGE' },
    { erspan: { outputKey: 1024 }, option: 'erspan.outputKey', code: 'ERR_OUT_OF_RANGE' },
    { erspan: { inputKey: '0.0.4.0' }, option: 'erspan.inputKey', code: 'ERR_OUT_OF_RANGE' },
    { erspan: { outputFlags: { checksum: true } }, option: 'erspan.outputFlags' },
    { erspan: { inputFlags: { sequence: false }, outputFlags: { sequence: false } }, option: 'erspan.outputFlags' },
    { erspan: { remote: null }, option: 'erspan.remote' },
  ])('names the option in $erspan that the kernel would refuse without a word, or ignore', ({ erspan, option, code }) => {
    const refused = { option, code: code ?? 'ERR_INVALID_ARG_VALUE' }
    expect(() => encodeLink({ kind: 'erspan', erspan })).toThrow(expect.objectContaining(refused))
  })
})
