import { describe, expect, it } from 'vitest'
import { RTMSG } from '../../../lib/routes/header.ts'
import { lowerLookup } from '../../../lib/routes/lookup.ts'
import { lowerDeletion, lowerRoute } from '../../../lib/routes/lower.ts'
import { begin } from '../../support/encode.ts'

type Lower = typeof lowerRoute

/** The fields of `struct rtmsg` that a route is written with. */
function header(options: object, lower: Lower = lowerRoute) {
  const program = begin('route', 'routes.add')
  lower(program, options)
  return Object.fromEntries(Object.entries(RTMSG).map(([name, { word }]) => [name, program.headerWord(word)]))
}

function refusal(options: object, lower: Lower = lowerRoute): unknown {
  try {
    lower(begin('route', 'routes.add'), options)
  } catch (error) {
    const { name, option, message } = error as Error & { option: string }
    return { name, option, message }
  }
  return undefined
}

describe('the family of a route', () => {
  it.each([
    [{ to: '10.0.0.0/8' }, 2],
    [{ to: 'fd00::/8' }, 10],
    [{ to: 'default' }, 2],
    [{ to: 'default', via: '10.0.0.1' }, 2],
    [{ to: 'default', via: 'fe80::1' }, 10],
    [{ to: 'default', preferredSource: 'fd00::1' }, 10],
    [{ to: 'default', from: 'fd00::/64' }, 10],
    [{ to: 'default', multipath: [{ via: 'fe80::1' }, { via: 'fe80::2' }] }, 10],
    [{ to: 'default', family: 'inet6' }, 10],
    [{ to: 'default', family: 'inet', via: 'fe80::1' }, 2],
    [{ to: '10.0.0.0/8', via: 'fe80::1' }, 2],
  ])('of %j is %i', (options, family) => {
    expect(header(options).family).toBe(family)
  })
})

describe('the defaults of a new route', () => {
  it.each([
    [
      { to: '10.0.0.0/8', link: 1 },
      { table: 254, protocol: 3, scope: 253, type: 1 },
    ],
    [{ to: '10.0.0.0/8', via: '10.0.0.1' }, { scope: 0 }],
    [{ to: '10.0.0.0/8', multipath: [{ link: 1 }] }, { scope: 0 }],
    [{ to: '10.0.0.0/8', nexthopId: 1 }, { scope: 0 }],
    [
      { to: '10.0.0.1', type: 'local' },
      { table: 255, scope: 254, type: 2 },
    ],
    [
      { to: '10.0.0.255', type: 'broadcast' },
      { table: 255, scope: 253, type: 3 },
    ],
    [
      { to: '10.0.0.255', type: 'anycast' },
      { table: 255, scope: 253, type: 4 },
    ],
    [
      { to: '224.0.0.0/4', type: 'multicast' },
      { table: 254, scope: 253, type: 5 },
    ],
    [
      { to: '10.0.0.0/8', type: 'blackhole' },
      { table: 254, scope: 0, type: 6 },
    ],
    [
      { to: 'fd00::/8', link: 1 },
      { table: 254, scope: 0 },
    ],
    [
      { to: 'fd00::1', type: 'local' },
      { table: 255, scope: 0 },
    ],
    [
      { to: '10.0.0.0/8', link: 1, scope: 'host', table: 'local', protocol: 'static' },
      { scope: 254, table: 255, protocol: 4 },
    ],
    [{ to: '10.0.0.0/8', link: 1, table: 1000 }, { table: 0 }],
    [{ to: '10.0.0.0/8', link: 1, protocol: 250 }, { protocol: 250 }],
  ])('%j has %j', (options, expected) => {
    expect(header(options)).toMatchObject(expected)
  })
})

describe('the defaults of a deletion', () => {
  it.each([
    [{ to: '10.0.0.0/8' }, { table: 254, protocol: 0, scope: 255, type: 0 }],
    [
      { to: '10.0.0.0/8', type: 'blackhole' },
      { scope: 255, type: 6 },
    ],
    [
      { to: '10.0.0.1', type: 'local' },
      { table: 255, scope: 254 },
    ],
    [{ to: 'fd00::/8' }, { scope: 0 }],
  ])('%j has %j', (options, expected) => {
    expect(header(options, lowerDeletion)).toMatchObject(expected)
  })
})

describe('a route that cannot be meant', () => {
  it.each([
    [{}, 'TypeError', 'to'],
    [{ via: '10.0.0.1' }, 'TypeError', 'to'],
    [{ to: 7 }, 'TypeError', 'to'],
    [{ to: '10.0.0/8' }, 'TypeError', 'to'],
    [{ to: '10.0.0.0/33' }, 'RangeError', 'to'],
    [{ to: 'fd00::/129' }, 'RangeError', 'to'],
    [{ to: '10.0.0.0/8', family: 'inet6' }, 'TypeError', 'to'],
    [{ to: '10.0.0.0/8', family: 'ipv4' }, 'TypeError', 'family'],
    [{ to: 'fd00::/8', from: '10.0.0.0/8' }, 'TypeError', 'from'],
    [{ to: '10.0.0.0/8', preferredSource: 'fd00::1' }, 'TypeError', 'preferredSource'],
    [{ to: '10.0.0.0/8', via: 'router' }, 'TypeError', 'via'],
    [{ to: '10.0.0.0/8', via: '10.0.0.1/24' }, 'TypeError', 'via'],
    [{ to: '10.0.0.0/8', gateway: '10.0.0.1' }, 'TypeError', 'gateway'],
    [{ to: '10.0.0.0/8', link: 'a/b' }, 'TypeError', 'link'],
    [{ to: '10.0.0.0/8', link: -1 }, 'RangeError', 'link'],
    [{ to: '10.0.0.0/8', metric: -1 }, 'RangeError', 'metric'],
    [{ to: '10.0.0.0/8', metric: 2 ** 32 }, 'RangeError', 'metric'],
    [{ to: '10.0.0.0/8', metric: 1.5 }, 'RangeError', 'metric'],
    [{ to: '10.0.0.0/8', table: 'mian' }, 'TypeError', 'table'],
    [{ to: '10.0.0.0/8', table: 2 ** 32 }, 'RangeError', 'table'],
    [{ to: '10.0.0.0/8', type: 'blackhol' }, 'TypeError', 'type'],
    [{ to: '10.0.0.0/8', tos: 256 }, 'RangeError', 'tos'],
    [{ to: '10.0.0.0/8', metrics: { mtuu: 1 } }, 'TypeError', 'metrics.mtuu'],
    [{ to: '10.0.0.0/8', metrics: { lock: ['mtuu'] } }, 'TypeError', 'metrics.lock'],
    [{ to: '10.0.0.0/8', metrics: { hopLimit: 256 } }, 'RangeError', 'metrics.hopLimit'],
    [{ to: '10.0.0.0/8', metrics: { rtt: -1 } }, 'RangeError', 'metrics.rtt'],
    [{ to: '10.0.0.0/8', metrics: { congestionControl: 'x'.repeat(16) } }, 'RangeError', 'metrics.congestionControl'],
    [{ to: '10.0.0.0/8', multipath: [] }, 'RangeError', 'multipath'],
    [{ to: '10.0.0.0/8', multipath: [{ link: 1 }, { link: 1, weight: 257 }] }, 'RangeError', 'multipath.1.weight'],
    [{ to: '10.0.0.0/8', multipath: [{ link: 1, wieght: 2 }] }, 'TypeError', 'multipath.0.wieght'],
    [{ to: '10.0.0.0/8', multipath: [{ link: 1, realms: { to: 65536 } }] }, 'RangeError', 'multipath.0.realms.to'],
    [{ to: '10.0.0.0/8', onLink: 1 }, 'TypeError', 'onLink'],
    [{ to: '10.0.0.0/8', encap: 'x' }, 'TypeError', 'encap'],
  ])('%j is a %s about "%s"', (options, name, option) => {
    expect(refusal(options)).toMatchObject({ name, option })
  })

  it('names the network that was probably meant when host bits are set', () => {
    expect(refusal({ to: '10.0.0.1/8', link: 1 })).toMatchObject({
      option: 'to',
      message: expect.stringContaining('did you mean "10.0.0.0/8"?'),
    })
  })

  it('may have host bits set in IPv6, where the kernel clears them', () => {
    expect(refusal({ to: 'fd00::1/64', link: 1 })).toBeUndefined()
  })

  it('names the nearest name of a table', () => {
    expect(refusal({ to: 'default', table: 'mian' })).toMatchObject({ message: expect.stringContaining('did you mean "main"?') })
  })
})

describe('a question about a packet', () => {
  it.each([
    [{}, 'TypeError', 'to'],
    [{ to: 'default' }, 'TypeError', 'to'],
    [{ to: '10.0.0.0/8' }, 'TypeError', 'to'],
    [{ to: '10.0.0.1', from: 'fd00::1' }, 'TypeError', 'from'],
    [{ to: '10.0.0.1', link: 1 }, 'TypeError', 'link'],
    [{ to: '10.0.0.1', sourcePort: 0 }, 'RangeError', 'sourcePort'],
    [{ to: '10.0.0.1', ipProtocol: 'sctpp' }, 'TypeError', 'ipProtocol'],
    [{ to: '10.0.0.1', fibMatch: 1 }, 'TypeError', 'fibMatch'],
  ])('%j is a %s about "%s"', (options, name, option) => {
    expect(refusal(options, lowerLookup)).toMatchObject({ name, option })
  })
})
