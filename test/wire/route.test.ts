import { describe, expect, it } from 'vitest'
import { decodeRoute } from '../../lib/routes/decode.ts'
import { lowerLookup } from '../../lib/routes/lookup.ts'
import { lowerDeletion, lowerRoute } from '../../lib/routes/lower.ts'
import { routeLocator } from '../../lib/routes/route-table.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function sent(options: object, lower = lowerRoute): string[] {
  const program = begin('route')
  lower(program, options)
  return encodedLines(lower === lowerLookup ? 'getRoute' : 'newRoute', program)
}

const PLAIN = { tos: 0, onLink: false, pervasive: false, flags: [] }
const router6 = 'fe 80 00 00  00 00 00 00  00 00 00 00  00 00 00 02'

/** Each with what it sends and reads as; `read` has what only the kernel says. */
const cases = {
  'a default route': {
    options: { family: 'inet', to: 'default', via: '10.0.0.1', link: 3 },
    bytes: `
      02 00 00 00  fe 03 00 01  00 00 00 00   # AF_INET, /0; main, boot, global, unicast
      08 00 05 00  0a 00 00 01   # RTA_GATEWAY
      08 00 04 00  03 00 00 00   # RTA_OIF
    `,
    read: { table: 'main', protocol: 'boot', scope: 'global', type: 'unicast' },
  },
  'a route with everything in its header': {
    options: {
      family: 'inet',
      to: '10.1.2.0/24',
      type: 'prohibit',
      table: 'default',
      protocol: 'static',
      scope: 'site',
      tos: 16,
      onLink: true,
      pervasive: true,
    },
    bytes: `
      02 18 00 10  fd 04 c8 08  06 00 00 00   # AF_INET, /24, tos 16; default, static, site, prohibit; PERVASIVE | ONLINK
      08 00 01 00  0a 01 02 00   # RTA_DST
    `,
    read: { flags: ['pervasive', 'onlink'] },
  },
  'a route in a table above 255': {
    options: { family: 'inet', to: '10.0.0.0/8', table: 100_000, link: 3, metric: 7, preferredSource: '10.0.0.9' },
    bytes: `
      02 08 00 00  00 03 fd 01  00 00 00 00   # AF_INET, /8; no table here, boot, link, unicast
      08 00 01 00  0a 00 00 00   # RTA_DST
      08 00 0f 00  a0 86 01 00   # RTA_TABLE = 100000
      08 00 04 00  03 00 00 00   # RTA_OIF
      08 00 06 00  07 00 00 00   # RTA_PRIORITY
      08 00 07 00  0a 00 00 09   # RTA_PREFSRC
    `,
    read: { protocol: 'boot', scope: 'link', type: 'unicast' },
  },
  'an IPv4 route through an IPv6 router': {
    options: { family: 'inet', to: '10.0.0.0/8', via: 'fe80::2', link: 3 },
    bytes: `
      02 08 00 00  fe 03 00 01  00 00 00 00
      08 00 01 00  0a 00 00 00   # RTA_DST
      16 00 12 00  0a 00 ${router6} 00 00   # RTA_VIA: AF_INET6 in host order, fe80::2, padded
      08 00 04 00  03 00 00 00   # RTA_OIF
    `,
    read: { table: 'main', protocol: 'boot', scope: 'global', type: 'unicast' },
  },
  'an IPv6 route with preference, source and expiry': {
    options: { family: 'inet6', to: 'fd00::/8', from: 'fe80::2/128', via: 'fe80::2', preference: 'high', expires: 300 },
    bytes: `
      0a 08 80 00  fe 03 00 01  00 00 00 00   # AF_INET6, to /8, from /128; main, boot, global, unicast
      14 00 01 00  fd 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00   # RTA_DST
      14 00 02 00  ${router6}   # RTA_SRC
      14 00 05 00  ${router6}   # RTA_GATEWAY
      05 00 14 00  01 00 00 00   # RTA_PREF = ICMPV6_ROUTER_PREF_HIGH
      08 00 17 00  2c 01 00 00   # RTA_EXPIRES = 300
    `,
    read: { table: 'main', protocol: 'boot', scope: 'global', type: 'unicast' },
  },
  'a route with all metrics': {
    options: {
      family: 'inet',
      to: '10.0.0.0/8',
      link: 3,
      metrics: {
        lock: ['mtu', 'minRto', 'congestionControl'],
        mtu: 1400,
        window: 65_535,
        rtt: 12.5,
        rttVariance: 2.25,
        slowStartThreshold: 5,
        congestionWindow: 6,
        advertisedMss: 1360,
        reordering: 8,
        hopLimit: 64,
        initialCongestionWindow: 10,
        features: ['ecn', 'tcp_usec_ts'],
        minRto: 200,
        initialReceiveWindow: 14,
        quickAck: true,
        congestionControl: 'bbr',
        fastOpenNoCookie: false,
      },
    },
    bytes: `
      02 08 00 00  fe 03 fd 01  00 00 00 00
      08 00 01 00  0a 00 00 00   # RTA_DST
      08 00 04 00  03 00 00 00   # RTA_OIF
      8c 00 08 00   # RTA_METRICS
        08 00 01 00  04 20 01 00   # RTAX_LOCK = 1 << RTAX_MTU | 1 << RTAX_RTO_MIN | 1 << RTAX_CC_ALGO
        08 00 02 00  78 05 00 00   # RTAX_MTU = 1400
        08 00 03 00  ff ff 00 00   # RTAX_WINDOW
        08 00 04 00  64 00 00 00   # RTAX_RTT = 12.5 ms in eighths
        08 00 05 00  09 00 00 00   # RTAX_RTTVAR = 2.25 ms in quarters
        08 00 06 00  05 00 00 00   # RTAX_SSTHRESH
        08 00 07 00  06 00 00 00   # RTAX_CWND
        08 00 08 00  50 05 00 00   # RTAX_ADVMSS
        08 00 09 00  08 00 00 00   # RTAX_REORDERING
        08 00 0a 00  40 00 00 00   # RTAX_HOPLIMIT
        08 00 0b 00  0a 00 00 00   # RTAX_INITCWND
        08 00 0c 00  11 00 00 00   # RTAX_FEATURES = ECN | TCP_USEC_TS
        08 00 0d 00  c8 00 00 00   # RTAX_RTO_MIN
        08 00 0e 00  0e 00 00 00   # RTAX_INITRWND
        08 00 0f 00  01 00 00 00   # RTAX_QUICKACK
        08 00 10 00  62 62 72 00   # RTAX_CC_ALGO = "bbr"
        08 00 11 00  00 00 00 00   # RTAX_FASTOPEN_NO_COOKIE
    `,
    read: { table: 'main', protocol: 'boot', scope: 'link', type: 'unicast' },
  },
  'a multipath route': {
    options: {
      family: 'inet',
      to: '10.0.0.0/8',
      multipath: [
        { via: '10.0.0.2', weight: 256, link: 3, onLink: true, realms: { from: 1, to: 2 } },
        { via: 'fe80::2', link: 4, encapType: 'mpls', encap: Uint8Array.of(8, 0, 1, 0, 0, 1, 65, 255) },
      ],
    },
    bytes: `
      02 08 00 00  fe 03 00 01  00 00 00 00
      08 00 01 00  0a 00 00 00   # RTA_DST
      50 00 09 00   # RTA_MULTIPATH
        18 00 04 ff  03 00 00 00   # rtnexthop of 24 bytes, ONLINK, weight 256, link 3
          08 00 05 00  0a 00 00 02   # RTA_GATEWAY
          08 00 0b 00  02 00 01 00   # RTA_FLOW: from 1 to 2
        34 00 00 00  04 00 00 00   # rtnexthop of 52 bytes, weight 1, link 4
          16 00 12 00  0a 00 ${router6} 00 00   # RTA_VIA
          06 00 15 00  01 00 00 00   # RTA_ENCAP_TYPE = mpls
          0c 00 16 80  08 00 01 00 00 01 41 ff   # RTA_ENCAP
    `,
    read: {
      table: 'main',
      protocol: 'boot',
      scope: 'global',
      type: 'unicast',
      multipath: [
        { via: '10.0.0.2', weight: 256, link: 3, onLink: true, pervasive: false, flags: ['onlink'], realms: { from: 1, to: 2 } },
        {
          via: 'fe80::2',
          weight: 1,
          link: 4,
          onLink: false,
          pervasive: false,
          flags: [],
          encapType: 'mpls',
          encap: Uint8Array.of(8, 0, 1, 0, 0, 1, 65, 255),
        },
      ],
    },
  },
  'a route to a nexthop object, with the rest': {
    options: {
      family: 'inet',
      to: '10.0.0.0/8',
      nexthopId: 9,
      realms: { from: 0, to: 5 },
      encapType: 'seg6',
      encap: Uint8Array.of(1, 2, 3, 4),
      ttlPropagate: true,
      newDestination: Uint8Array.of(0, 1, 65, 255),
    },
    bytes: `
      02 08 00 00  fe 03 00 01  00 00 00 00
      08 00 01 00  0a 00 00 00   # RTA_DST
      08 00 1e 00  09 00 00 00   # RTA_NH_ID
      08 00 0b 00  05 00 00 00   # RTA_FLOW
      06 00 15 00  05 00 00 00   # RTA_ENCAP_TYPE = seg6
      08 00 16 80  01 02 03 04   # RTA_ENCAP
      05 00 1a 00  01 00 00 00   # RTA_TTL_PROPAGATE
      08 00 13 00  00 01 41 ff   # RTA_NEWDST
    `,
    read: { table: 'main', protocol: 'boot', scope: 'global', type: 'unicast' },
  },
}

describe('on the wire', () => {
  it.each(Object.entries(cases))('%s is sent', (_, { options, bytes }) => {
    expect(sent(options)).toEqual(hexLines(bytes))
  })

  it.each(Object.entries(cases))('%s is read', (_, { options, bytes, read }) => {
    expect(decoded(decodeRoute, bytes)).toMatchObject({ ...PLAIN, ...options, ...read })
  })

  it.each(Object.entries(cases))('%s is sent again as it was read', (_, { bytes }) => {
    const again = sent(decoded(decodeRoute, bytes) as object)
    expect([...again].sort()).toEqual(hexLines(bytes).sort())
  })

  it.each([
    [{ minRto: 200 }, '00 20 00 00'],
    [{ minRto: 200, lock: ['mtu'] as const, mtu: 1400 }, '04 20 00 00'],
  ])('locks minRto, without which the kernel ignores it: %j', (metrics, lock) => {
    expect(sent({ to: '10.0.0.0/8', link: 3, metrics }).join(' ')).toContain(`08 00 01 00 ${lock}`)
  })

  it('leaves the nexthop of a nexthop object to that object', () => {
    const listed = { to: '10.0.0.0/8', nexthopId: 9, via: '10.0.0.1', link: 3, multipath: [{ via: '10.0.0.1' }], scope: 'global' }
    expect(sent(listed)).toEqual(sent({ to: '10.0.0.0/8', nexthopId: 9, scope: 'global' }))
  })

  it('sends names of links as they are looked up, and nothing for options that are undefined', () => {
    const program = begin('route')
    lowerRoute(program, { to: '10.0.0.0/8', via: undefined, link: 'eth0' })
    expect(Buffer.from(program.bytes.subarray(0, program.length * 4)).includes('eth0')).toBe(true)
    expect(sent({ to: '10.0.0.0/8', via: undefined, link: 3 })).toEqual(sent({ to: '10.0.0.0/8', link: 3 }))
  })

  it.each([
    ['10.0.0.1', '02 20'],
    ['fd00::1', '0a 80'],
  ])('takes %s for itself alone', (to, start) => {
    expect(sent({ to, link: 3 })[0].slice(0, 5)).toBe(start)
  })

  it.each([
    ['0.0.0.0/0', 'inet'],
    ['::/0', 'inet6'],
  ])('takes %s for the default route, and reads it so', (to, family) => {
    const lines = sent({ to, link: 3 })
    expect(decoded(decodeRoute, lines.join(' '))).toMatchObject({ to: 'default', family })
  })
})

describe('what the kernel reports', () => {
  it('has what is left of an expiry, rounded up, and no cache information that says nothing', () => {
    const bytes = `
      0a 40 00 00  fe 03 00 01  00 00 00 00
      14 00 01 00  fd 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00   # RTA_DST
      24 00 0c 00  00 00 00 00 00 00 00 00 2f 75 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00   # RTA_CACHEINFO: 299.99 s
    `
    const route = decoded(decodeRoute, bytes) as { expires: number; cacheInfo?: object }
    expect(route.expires).toBe(300)
    expect(route).not.toHaveProperty('cacheInfo')
  })

  it('has flags by name, those without one as a number', () => {
    const bytes = '02 00 00 00  fe 03 00 01  19 42 00 01'
    expect(decoded(decodeRoute, bytes)).toMatchObject({
      flags: ['dead', 'offload', 'linkdown', 'cloned', 'rt_offload', '0x1000000'],
    })
  })

  it('has numbers where there is no name', () => {
    const bytes = '02 00 00 00  64 c8 07 0c  00 00 00 00  08 00 0f 00  64 00 00 00'
    expect(decoded(decodeRoute, bytes)).toMatchObject({ table: 100, protocol: 200, scope: 7, type: 12 })
  })
})

describe('a deletion on the wire', () => {
  it('leaves open what is not given', () => {
    expect(sent({ to: '10.0.0.0/8' }, lowerDeletion)).toEqual(
      hexLines(`
        02 08 00 00  fe 00 ff 00  00 00 00 00   # AF_INET, /8; main, any protocol, any scope, any type
        08 00 01 00  0a 00 00 00   # RTA_DST
      `),
    )
  })
})

describe('a question on the wire', () => {
  it('has everything that a packet can be asked about by', () => {
    const options = {
      to: '10.0.0.1',
      from: '10.0.0.2',
      iif: 4,
      oif: 5,
      mark: 6,
      uid: 1000,
      tos: 16,
      ipProtocol: 'tcp',
      sourcePort: 1024,
      destinationPort: 80,
      flowLabel: 0xf1234,
      fibMatch: true,
    }
    expect(sent(options, lowerLookup)).toEqual(
      hexLines(`
        02 20 20 10  00 00 00 00  00 30 00 00   # AF_INET, /32, /32, tos 16; RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH
        08 00 01 00  0a 00 00 01   # RTA_DST
        08 00 02 00  0a 00 00 02   # RTA_SRC
        08 00 03 00  04 00 00 00   # RTA_IIF
        08 00 04 00  05 00 00 00   # RTA_OIF
        08 00 10 00  06 00 00 00   # RTA_MARK
        08 00 19 00  e8 03 00 00   # RTA_UID
        05 00 1b 00  06 00 00 00   # RTA_IP_PROTO = TCP
        06 00 1c 00  04 00 00 00   # RTA_SPORT = 1024, network order
        06 00 1d 00  00 50 00 00   # RTA_DPORT = 80, network order
        08 00 1f 00  00 0f 12 34   # RTA_FLOWLABEL, network order
      `),
    )
  })
})

describe('an offset in a request', () => {
  const { bytes } = cases['a multipath route']
  const request = hex(bytes)

  it.each([
    [1, 'to'],
    [12, 'to'],
    [20, 'multipath'],
    [28, 'multipath.0.link'],
    [32, 'multipath.0.via'],
    [40, 'multipath.0.realms'],
    [52, 'multipath.1.link'],
    [56, 'multipath.1.via'],
    [80, 'multipath.1.encapType'],
  ])('%i is %s', (offset, option) => {
    expect(routeLocator.locate(new Message(request), 0, request.length, offset)).toBe(option)
  })
})
