import { describe, expect, it } from 'vitest'
import { RuleMatcher } from '../../lib/rules/filter.ts'
import { lowerDeletion, lowerRule } from '../../lib/rules/lower.ts'
import { decodeRule, ruleLocator } from '../../lib/rules/rule-table.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function sent(options: object, lower = lowerRule): string[] {
  const program = begin('rule', 'rules.add')
  lower(program, options)
  return encodedLines('newRule', program)
}

const everything = {
  family: 'inet',
  priority: 100,
  from: '10.0.0.0/8',
  to: '10.1.0.0/16',
  iif: 'lo',
  oif: 'eth0',
  fwmark: 1,
  fwmarkMask: 0xff,
  tos: 16,
  uidRange: { start: 0, end: 10 },
  ipProtocol: 'tcp',
  sourcePort: { start: 80, end: 90 },
  destinationPort: { start: 443, end: 443 },
  destinationPortMask: 0xffff,
  tunnelId: 7n,
  table: 100_000,
  suppressPrefixLength: 0,
  suppressGroup: 5,
  realms: { from: 1, to: 2 },
  protocol: 'static',
} as const

describe('a rule on the wire', () => {
  it('is what ip sends, with everything that ip has', () => {
    expect(sent(everything)).toEqual(
      hexLines(`
      02 10 08 10  00 00 00 01  00 00 00 00   # AF_INET, to /16, from /8, tos 16; no table here, FR_ACT_TO_TBL; no flags
      08 00 06 00  64 00 00 00   # FRA_PRIORITY = 100
      08 00 02 00  0a 00 00 00   # FRA_SRC = 10.0.0.0
      08 00 01 00  0a 01 00 00   # FRA_DST = 10.1.0.0
      07 00 03 00  6c 6f 00 00   # FRA_IIFNAME = "lo"
      09 00 11 00  65 74 68 30 00 00 00 00   # FRA_OIFNAME = "eth0"
      08 00 0a 00  01 00 00 00   # FRA_FWMARK = 1
      08 00 10 00  ff 00 00 00   # FRA_FWMASK = 0xff
      0c 00 14 00  00 00 00 00 0a 00 00 00   # FRA_UID_RANGE = 0…10
      05 00 16 00  06 00 00 00   # FRA_IP_PROTO = IPPROTO_TCP
      08 00 17 00  50 00 5a 00   # FRA_SPORT_RANGE = 80…90, host order
      08 00 18 00  bb 01 bb 01   # FRA_DPORT_RANGE = 443…443
      06 00 1d 00  ff ff 00 00   # FRA_DPORT_MASK = 0xffff
      0c 00 0c 00  00 00 00 00 00 00 00 07   # FRA_TUN_ID = 7, network order
      08 00 0f 00  a0 86 01 00   # FRA_TABLE = 100000
      08 00 0e 00  00 00 00 00   # FRA_SUPPRESS_PREFIXLEN = 0
      08 00 0d 00  05 00 00 00   # FRA_SUPPRESS_IFGROUP = 5
      08 00 0b 00  02 00 01 00   # FRA_FLOW: realms from 1 to 2
      05 00 15 00  04 00 00 00   # FRA_PROTOCOL = RTPROT_STATIC`),
    )
  })

  it('reads what Linux 6.18 reports of the same', () => {
    const message = `
      02 10 08 10  fc 00 00 01  10 00 00 00   # AF_INET, to /16, from /8, tos 16; RT_TABLE_COMPAT, FR_ACT_TO_TBL; FIB_RULE_OIF_DETACHED
      08 00 0f 00  a0 86 01 00   # FRA_TABLE = 100000
      08 00 0e 00  00 00 00 00   # FRA_SUPPRESS_PREFIXLEN = 0
      05 00 15 00  04 00 00 00   # FRA_PROTOCOL = RTPROT_STATIC
      07 00 03 00  6c 6f 00 00   # FRA_IIFNAME = "lo"
      09 00 11 00  65 74 68 30 00 00 00 00   # FRA_OIFNAME = "eth0"
      08 00 06 00  64 00 00 00   # FRA_PRIORITY = 100
      08 00 0a 00  01 00 00 00   # FRA_FWMARK = 1
      08 00 10 00  ff 00 00 00   # FRA_FWMASK = 0xff
      0c 00 0c 00  00 00 00 00 00 00 00 07   # FRA_TUN_ID = 7
      0c 00 14 00  00 00 00 00 0a 00 00 00   # FRA_UID_RANGE = 0…10
      08 00 17 00  50 00 5a 00   # FRA_SPORT_RANGE = 80…90
      08 00 18 00  bb 01 bb 01   # FRA_DPORT_RANGE = 443…443
      06 00 1d 00  ff ff 00 00   # FRA_DPORT_MASK = 0xffff
      05 00 16 00  06 00 00 00   # FRA_IP_PROTO = IPPROTO_TCP
      08 00 0d 00  05 00 00 00   # FRA_SUPPRESS_IFGROUP = 5
      08 00 01 00  0a 01 00 00   # FRA_DST = 10.1.0.0
      08 00 02 00  0a 00 00 00   # FRA_SRC = 10.0.0.0
      08 00 0b 00  02 00 01 00   # FRA_FLOW: realms from 1 to 2`
    expect(decoded(decodeRule, message)).toEqual({ ...everything, action: 'lookup', not: false, flags: ['oif_detached'] })
  })

  it('sends the flow label, the DSCP and their masks as newer kernels have them', () => {
    const options = {
      family: 'inet6',
      dscp: 10,
      dscpMask: 62,
      flowLabel: 0x12345,
      flowLabelMask: 0xf_ffff,
      sourcePort: 80,
    } as const
    expect(sent({ ...options, sourcePortMask: 0xfff0 })).toEqual(
      hexLines(`
      0a 00 00 00  fe 00 00 01  00 00 00 00   # AF_INET6; main, FR_ACT_TO_TBL
      05 00 19 00  0a 00 00 00   # FRA_DSCP = 10
      05 00 1e 00  3e 00 00 00   # FRA_DSCP_MASK = 62
      08 00 1a 00  00 01 23 45   # FRA_FLOWLABEL = 0x12345, network order
      08 00 1b 00  00 0f ff ff   # FRA_FLOWLABEL_MASK = 0xfffff
      08 00 17 00  50 00 50 00   # FRA_SPORT_RANGE = 80…80
      06 00 1c 00  f0 ff 00 00   # FRA_SPORT_MASK = 0xfff0, host order`),
    )
  })

  it.each([
    ['lookup of main', {}, '02 00 00 00  fe 00 00 01  00 00 00 00'],
    ['a blackhole', { action: 'blackhole' }, '02 00 00 00  00 00 00 06  00 00 00 00'],
    ['the opposite', { not: true, table: 7 }, '02 00 00 00  07 00 00 01  02 00 00 00   # FIB_RULE_INVERT'],
    ['a goto', { goto: 9 }, '02 00 00 00  00 00 00 02  00 00 00 00  08 00 04 00  09 00 00 00   # FRA_GOTO = 9'],
    ['l3mdev', { l3mdev: true }, '02 00 00 00  00 00 00 01  00 00 00 00  05 00 13 00  01 00 00 00   # FRA_L3MDEV = 1'],
    ['no l3mdev', { l3mdev: false }, '02 00 00 00  fe 00 00 01  00 00 00 00'],
    ['rules of multicast routing', { family: 'ipmr', table: 7 }, '80 00 00 00  07 00 00 01  00 00 00 00'],
    ['one address', { from: '10.0.0.1' }, '02 00 20 00  fe 00 00 01  00 00 00 00  08 00 02 00  0a 00 00 01   # FRA_SRC, /32'],
  ])('adds %s', (_, options, bytes) => {
    expect(sent(options)).toEqual(hexLines(bytes))
  })

  it('deletes by what is given, and by nothing else', () => {
    expect(sent({ priority: 7 }, lowerDeletion)).toEqual(
      hexLines('02 00 00 00  00 00 00 00  00 00 00 00  08 00 06 00  07 00 00 00   # FRA_PRIORITY = 7; any table, any action'),
    )
  })

  it('reads a rule that goes nowhere yet', () => {
    const message = `
      02 00 00 00  00 00 00 02  06 00 00 00   # AF_INET; FR_ACT_GOTO; FIB_RULE_INVERT | FIB_RULE_UNRESOLVED
      08 00 0f 00  00 00 00 00   # FRA_TABLE = RT_TABLE_UNSPEC
      08 00 0e 00  ff ff ff ff   # FRA_SUPPRESS_PREFIXLEN: none
      05 00 15 00  00 00 00 00   # FRA_PROTOCOL = RTPROT_UNSPEC
      08 00 06 00  07 00 00 00   # FRA_PRIORITY = 7
      08 00 04 00  09 00 00 00   # FRA_GOTO = 9`
    const flags = ['not', 'unresolved']
    const rule = { family: 'inet', priority: 7, not: true, action: 'goto', goto: 9, table: 'unspec', protocol: 'unspec', tos: 0 }
    expect(decoded(decodeRule, message)).toEqual({ ...rule, flags })
  })

  it("reads the kernel's first rule, whose priority is not sent, and keeps what it does not know", () => {
    const message = '0a 00 00 00  ff 00 00 01  00 00 00 00  08 00 63 00  01 02 03 04'
    const rule = {
      family: 'inet6',
      priority: 0,
      not: false,
      action: 'lookup',
      table: 'local',
      protocol: 'unspec',
      tos: 0,
      flags: [],
    }
    expect(decoded(decodeRule, message)).toEqual({ ...rule, unknown: [{ type: 99, bytes: Uint8Array.of(1, 2, 3, 4) }] })
  })

  it.each([
    [{}, '00'],
    [{ family: 'inet6', table: 'main', priority: 7 }, '0a'],
  ])('asks for %j by its family alone, for the kernel refuses the rest', (filter, family) => {
    const program = begin('rule', 'rules.list')
    new RuleMatcher(program, filter as object).lower(program)
    expect(encodedLines('getRule', program)).toEqual(hexLines(`${family} 00 00 00  00 00 00 00  00 00 00 00`))
  })

  it.each([
    ['goto', { action: 'goto' }, 'ERR_MISSING_OPTION'],
    ['goto', { action: 'nop', goto: 9 }, 'ERR_INVALID_ARG_VALUE'],
    ['table', { l3mdev: true, table: 10 }, 'ERR_INVALID_ARG_VALUE'],
    ['tos', { tos: 16, dscp: 4 }, 'ERR_INVALID_ARG_VALUE'],
    ['dscp', { dscpMask: 4 }, 'ERR_MISSING_OPTION'],
    ['from', { from: '10.0.0.0/33' }, 'ERR_OUT_OF_RANGE'],
    ['from', { from: 'nowhere' }, 'ERR_INVALID_ARG_TYPE'],
    ['to', { from: '10.0.0.0/8', to: 'fd00::/8' }, 'ERR_INVALID_ARG_VALUE'],
    ['iif', { iif: 3 }, 'ERR_INVALID_ARG_TYPE'],
    ['iif', { iif: 'a-name-that-is-too-long' }, 'ERR_INVALID_ARG_VALUE'],
    ['sourcePort.start', { sourcePort: 0 }, 'ERR_OUT_OF_RANGE'],
    ['sourcePort.end', { sourcePort: { start: 90, end: 80 } }, 'ERR_OUT_OF_RANGE'],
    ['destinationPort.end', { destinationPort: { start: 1, end: 65_535 } }, 'ERR_OUT_OF_RANGE'],
    ['uidRange', { uidRange: 'root' }, 'ERR_INVALID_ARG_TYPE'],
    ['prefrence', { prefrence: 7 }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in %j', (option, options, code) => {
    expect(() => sent(options)).toThrow(expect.objectContaining({ option, code, operation: 'rules.add' }))
  })

  it.each([
    ['the length in the header', 2, 'from'],
    ['the table in the header', 4, 'table'],
    ['an attribute', 12, 'priority'],
  ])('names the option that the kernel means by %s', (_, target, option) => {
    const bytes = hex('02 00 08 00  07 00 00 01  00 00 00 00  08 00 06 00  64 00 00 00')
    expect(ruleLocator.locate(new Message(bytes), 0, bytes.length, target)).toBe(option)
  })
})
