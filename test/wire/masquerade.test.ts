import { describe, expect, it } from 'vitest'
import type { MasqueradeOptions } from '../../lib/index.ts'
import { lowerPlan, lowerRemoval } from '../../lib/masquerade/lower.ts'
import { asTransaction, NF } from '../../lib/masquerade/nf-tables.ts'
import { readOptions } from '../../lib/masquerade/options.ts'
import { loadAddon } from '../../lib/native/load.ts'
import type { Program } from '../../lib/schema/program.ts'
import { begin, hexLines } from '../support/encode.ts'
import { readKernelHeaders } from '../support/kernel-headers.ts'
import { lines } from '../support/wire.ts'

/** The messages of a transaction: type, flags, and what stands behind the nlmsghdr, four bytes a line. */
function messagesOf(program: Program): { type: number; flags: number; body: string[] }[] {
  const bytes = loadAddon().encode('transaction', program.words, program.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const messages: { type: number; flags: number; body: string[] }[] = []
  for (let at = 0; at < bytes.length; at += view.getUint32(at, true)) {
    const body = lines(bytes.subarray(at + 16, at + view.getUint32(at, true)))
    messages.push({ type: view.getUint16(at + 4, true), flags: view.getUint16(at + 6, true), body })
  }
  return messages
}

function sent(options: MasqueradeOptions, owner = false) {
  const program = asTransaction(begin('transaction'))
  lowerPlan(program, readOptions('test', options), 't', owner)
  return messagesOf(program)
}

/** Bodies of the rules alone. */
const rules = (options: MasqueradeOptions) =>
  sent(options)
    .filter(({ type }) => type === 0xa06)
    .map(({ body }) => body)

const RULE_START = `
  02 00 00 00                            # AF_INET
  06 00 01 00  74 00 00 00               # NFTA_RULE_TABLE = "t"
  10 00 02 00  70 6f 73 74  72 6f 75 74  69 6e 67 00  # NFTA_RULE_CHAIN = "postrouting"
`

describe('a masquerade on the wire', () => {
  it('is one transaction: a table, a chain, rules', () => {
    const messages = sent({ source: '192.168.1.0/25', out: 'veth0' })
    expect(messages.map(({ type, flags }) => [type.toString(16), flags.toString(16)])).toEqual([
      ['10', '1'], // NFNL_MSG_BATCH_BEGIN
      ['a00', '601'], // NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL
      ['a03', '401'], // NFT_MSG_NEWCHAIN, NLM_F_CREATE
      ['a06', 'c01'], // NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND
      ['11', '1'], // NFNL_MSG_BATCH_END
    ])
    expect(messages[0].body).toEqual(hexLines('00 00 00 0a  # NFNL_SUBSYS_NFTABLES'))
  })

  it('has a table that ends with the socket, unless it is to stay', () => {
    const [, owned] = sent({ out: 'veth0' }, true)
    const [, kept] = sent({ out: 'veth0' }, false)
    const table = (flags: string) =>
      hexLines(`
        02 00 00 00               # AF_INET
        06 00 01 00  74 00 00 00  # NFTA_TABLE_NAME = "t"
        08 00 02 00  ${flags}     # NFTA_TABLE_FLAGS
      `)
    expect(owned.body).toEqual(table('00 00 00 02'))
    expect(kept.body).toEqual(table('00 00 00 00'))
  })

  it('has the chain that nft makes of `type nat hook postrouting priority srcnat; policy accept`', () => {
    const [, , chain] = sent({ out: 'veth0' })
    expect(chain.body).toEqual(
      hexLines(`
        02 00 00 00
        06 00 01 00  74 00 00 00               # NFTA_CHAIN_TABLE = "t"
        10 00 03 00  70 6f 73 74  72 6f 75 74  69 6e 67 00  # NFTA_CHAIN_NAME = "postrouting"
        08 00 07 00  6e 61 74 00               # NFTA_CHAIN_TYPE = "nat"
        08 00 05 00  00 00 00 01               # NFTA_CHAIN_POLICY = NF_ACCEPT
        14 00 04 80                            # NFTA_CHAIN_HOOK
        08 00 01 00  00 00 00 04               #   NFTA_HOOK_HOOKNUM = NF_INET_POST_ROUTING
        08 00 02 00  00 00 00 64               #   NFTA_HOOK_PRIORITY = 100
      `),
    )
  })

  it('has the rule that nft makes of `ip saddr 192.168.1.0/25 oifname "veth0" masquerade`', () => {
    expect(rules({ source: '192.168.1.0/25', out: 'veth0' })).toEqual([
      hexLines(`${RULE_START}
        18 01 04 80                            # NFTA_RULE_EXPRESSIONS
        34 00 01 80  0c 00 01 00  70 61 79 6c  6f 61 64 00  # "payload"
        24 00 02 80
        08 00 01 00  00 00 00 01               #   NFTA_PAYLOAD_DREG = 1
        08 00 02 00  00 00 00 01               #   NFTA_PAYLOAD_BASE = NFT_PAYLOAD_NETWORK_HEADER
        08 00 03 00  00 00 00 0c               #   NFTA_PAYLOAD_OFFSET = 12
        08 00 04 00  00 00 00 04               #   NFTA_PAYLOAD_LEN = 4
        44 00 01 80  0c 00 01 00  62 69 74 77  69 73 65 00  # "bitwise"
        34 00 02 80
        08 00 01 00  00 00 00 01               #   NFTA_BITWISE_SREG
        08 00 02 00  00 00 00 01               #   NFTA_BITWISE_DREG
        08 00 03 00  00 00 00 04               #   NFTA_BITWISE_LEN
        0c 00 04 80  08 00 01 00  ff ff ff 80  #   NFTA_BITWISE_MASK
        0c 00 05 80  08 00 01 00  00 00 00 00  #   NFTA_BITWISE_XOR
        2c 00 01 80  08 00 01 00  63 6d 70 00  # "cmp"
        20 00 02 80
        08 00 01 00  00 00 00 01               #   NFTA_CMP_SREG
        08 00 02 00  00 00 00 00               #   NFTA_CMP_OP = NFT_CMP_EQ
        0c 00 03 80  08 00 01 00  c0 a8 01 00  #   NFTA_CMP_DATA = 192.168.1.0
        24 00 01 80  09 00 01 00  6d 65 74 61  00 00 00 00  # "meta"
        14 00 02 80
        08 00 02 00  00 00 00 07               #   NFTA_META_KEY = NFT_META_OIFNAME
        08 00 01 00  00 00 00 01               #   NFTA_META_DREG
        38 00 01 80  08 00 01 00  63 6d 70 00  # "cmp"
        2c 00 02 80
        08 00 01 00  00 00 00 01
        08 00 02 00  00 00 00 00
        18 00 03 80  14 00 01 00  76 65 74 68  30 00 00 00  00 00 00 00  00 00 00 00  # "veth0", and zeros
        14 00 01 80  09 00 01 00  6d 61 73 71  00 00 00 00  # "masq"
        04 00 02 80
      `),
    ])
  })

  it('compares the bytes of a prefix that ends with one, and the index of a certain link, as nft does for `ip saddr 192.168.1.0/24 oif "lo"`', () => {
    const [rule] = rules({ source: '192.168.1.99/24', out: { index: 1 } })
    const expected = hexLines(`${RULE_START}
      c8 00 04 80                            # NFTA_RULE_EXPRESSIONS
      34 00 01 80  0c 00 01 00  70 61 79 6c  6f 61 64 00  # "payload"
      24 00 02 80  08 00 01 00  00 00 00 01  08 00 02 00  00 00 00 01  08 00 03 00  00 00 00 0c
      08 00 04 00  00 00 00 03               #   NFTA_PAYLOAD_LEN = 3
      2c 00 01 80  08 00 01 00  63 6d 70 00  # "cmp"
      20 00 02 80  08 00 01 00  00 00 00 01  08 00 02 00  00 00 00 00
      0c 00 03 80  07 00 01 00  c0 a8 01 00  #   NFTA_CMP_DATA = 192.168.1
      24 00 01 80  09 00 01 00  6d 65 74 61  00 00 00 00  # "meta"
      14 00 02 80  08 00 02 00  00 00 00 05  #   NFTA_META_KEY = NFT_META_OIF
      08 00 01 00  00 00 00 01
      2c 00 01 80  08 00 01 00  63 6d 70 00  # "cmp"
      20 00 02 80  08 00 01 00  00 00 00 01  08 00 02 00  00 00 00 00
      0c 00 03 80  08 00 01 00  01 00 00 00  #   NFTA_CMP_DATA = 1
      14 00 01 80  09 00 01 00  6d 61 73 71  00 00 00 00  # "masq"
      04 00 02 80
    `)
    expect(rule).toEqual(expected)
  })

  it('maps ports as nft does for `meta l4proto udp snat to 10.0.0.1-10.0.0.9:1000-2000 fully-random`', () => {
    const [tcp, udp, rest] = rules({ to: '10.0.0.1-10.0.0.9', out: 'eth*', ports: [1000, 2000], fullyRandom: true })
    const nat = hexLines(`
      24 00 01 80  09 00 01 00  6d 65 74 61  00 00 00 00
      14 00 02 80  08 00 02 00  00 00 00 07  08 00 01 00  00 00 00 01
      2c 00 01 80  08 00 01 00  63 6d 70 00
      20 00 02 80  08 00 01 00  00 00 00 01  08 00 02 00  00 00 00 00
      0c 00 03 80  07 00 01 00  65 74 68 00  # the start of a name: "eth"
      24 00 01 80  09 00 01 00  6d 65 74 61  00 00 00 00
      14 00 02 80  08 00 02 00  00 00 00 10  08 00 01 00  00 00 00 01  # NFT_META_L4PROTO
      2c 00 01 80  08 00 01 00  63 6d 70 00
      20 00 02 80  08 00 01 00  00 00 00 01  08 00 02 00  00 00 00 00
      0c 00 03 80  05 00 01 00  11 00 00 00  # IPPROTO_UDP
      2c 00 01 80  0e 00 01 00  69 6d 6d 65  64 69 61 74  65 00 00 00  # "immediate"
      18 00 02 80  08 00 01 00  00 00 00 01  0c 00 02 80  08 00 01 00  0a 00 00 01
      2c 00 01 80  0e 00 01 00  69 6d 6d 65  64 69 61 74  65 00 00 00
      18 00 02 80  08 00 01 00  00 00 00 02  0c 00 02 80  08 00 01 00  0a 00 00 09
      2c 00 01 80  0e 00 01 00  69 6d 6d 65  64 69 61 74  65 00 00 00
      18 00 02 80  08 00 01 00  00 00 00 03  0c 00 02 80  06 00 01 00  03 e8 00 00
      2c 00 01 80  0e 00 01 00  69 6d 6d 65  64 69 61 74  65 00 00 00
      18 00 02 80  08 00 01 00  00 00 00 04  0c 00 02 80  06 00 01 00  07 d0 00 00
      48 00 01 80  08 00 01 00  6e 61 74 00  # "nat"
      3c 00 02 80
      08 00 01 00  00 00 00 00               #   NFTA_NAT_TYPE = NFT_NAT_SNAT
      08 00 02 00  00 00 00 02               #   NFTA_NAT_FAMILY = NFPROTO_IPV4
      08 00 03 00  00 00 00 01               #   NFTA_NAT_REG_ADDR_MIN
      08 00 04 00  00 00 00 02               #   NFTA_NAT_REG_ADDR_MAX
      08 00 05 00  00 00 00 03               #   NFTA_NAT_REG_PROTO_MIN
      08 00 06 00  00 00 00 04               #   NFTA_NAT_REG_PROTO_MAX
      08 00 07 00  00 00 00 12               #   NFTA_NAT_FLAGS = fully random, with ports
    `)
    expect(udp.slice(8)).toEqual(nat)
    expect(tcp).not.toEqual(udp)
    expect(rest.length).toBeLessThan(udp.length)
  })

  it('masks the bytes of IPv6 as nft does for `ip6 saddr fd00::/65`', () => {
    const [, table, , rule] = sent({ source: 'fd00::/65', out: 'veth0' })
    expect(table.body[0]).toBe('0a 00 00 00')
    const text = rule.body.join(' ')
    expect(text).toContain('18 00 04 80 14 00 01 00 ff ff ff ff ff ff ff ff 80 00 00 00 00 00 00 00')
    expect(text).toContain('08 00 03 00 00 00 00 08 08 00 04 00 00 00 00 10')
  })

  it('matches no source where all are meant', () => {
    const [rule] = rules({ out: 'veth0' })
    expect(rule.join(' ')).not.toContain('70 61 79 6c 6f 61 64')
  })

  it('has a table of each family, with the sources of that', () => {
    const messages = sent({ source: ['10.0.0.0/8', 'fd00::/8', '192.168.0.0/16'] })
    expect(messages.map(({ type, body }) => `${type.toString(16)} ${body[0]}`)).toEqual([
      '10 00 00 00 0a',
      'a00 02 00 00 00',
      'a03 02 00 00 00',
      'a06 02 00 00 00',
      'a06 02 00 00 00',
      'a00 0a 00 00 00',
      'a03 0a 00 00 00',
      'a06 0a 00 00 00',
      '11 00 00 00 0a',
    ])
  })

  it('has a rule for each network on each link', () => {
    expect(rules({ source: ['10.0.0.0/8', '192.168.0.0/16'], out: ['a', 'b', 3] }).length).toBe(6)
  })

  it('ends by the names of its tables', () => {
    const program = asTransaction(begin('transaction'))
    lowerRemoval(program, ['ip', 'ip6'], 't')
    const [, first, second] = messagesOf(program)
    expect([first.type, first.body]).toEqual([0xa02, hexLines('02 00 00 00  06 00 01 00  74 00 00 00')])
    expect(second.body[0]).toBe('0a 00 00 00')
  })

  const found = readKernelHeaders(['netfilter/nfnetlink.h', 'netfilter/nf_tables.h'])

  it('has the numbers of the headers', context => {
    if (found === undefined)
      return context.skip('the kernel headers are not installed (on Debian: linux-libc-dev, which g++ brings)')
    const theirs = Object.keys(NF).map(name => [name, found.constants.get(name)])
    expect(NF).toEqual(Object.fromEntries(theirs))
  })
})
