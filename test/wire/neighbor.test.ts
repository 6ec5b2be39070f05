import { describe, expect, it } from 'vitest'
import { NeighborMatcher } from '../../lib/neighbors/filter.ts'
import { lowerIdentity, lowerNeighbor } from '../../lib/neighbors/lower.ts'
import { decodeNeighbor, neighborLocator } from '../../lib/neighbors/neighbor-table.ts'
import { Message } from '../../lib/schema/message.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

function sent(options: object, lower = lowerNeighbor): string[] {
  const program = begin('neighbor', 'neighbors.add')
  lower(program, options)
  return encodedLines(lower === lowerIdentity ? 'deleteNeighbor' : 'newNeighbor', program)
}

const v4 = { link: 3, address: '10.0.0.2' }
const mac = { linkLayerAddress: '02:00:00:00:00:01' }
const off = { proxy: false, router: false, externLearned: false, offloaded: false, managed: false, externValidated: false }

describe('a neighbor on the wire', () => {
  it.each([
    [
      'a permanent one, as ip sends it',
      { ...v4, ...mac },
      `02 00 00 00  03 00 00 00  80 00 00 00   # AF_INET, index 3, NUD_PERMANENT
       08 00 01 00  0a 00 00 02   # NDA_DST
       0a 00 02 00  02 00 00 00 00 01 00 00   # NDA_LLADDR`,
    ],
    [
      'one that was learned elsewhere, as ip sends it',
      { ...v4, linkLayerAddress: '02:00:00:00:00:02', externLearned: true, router: true, protocol: 'static', state: 'reachable' },
      `02 00 00 00  03 00 00 00  02 00 90 00   # AF_INET, index 3, NUD_REACHABLE, NTF_EXT_LEARNED | NTF_ROUTER
       08 00 01 00  0a 00 00 02   # NDA_DST
       0a 00 02 00  02 00 00 00 00 02 00 00   # NDA_LLADDR
       05 00 0c 00  04 00 00 00   # NDA_PROTOCOL = RTPROT_STATIC`,
    ],
    [
      'a managed one, as ip sends it',
      { ...v4, managed: true },
      `02 00 00 00  03 00 00 00  00 00 00 00   # AF_INET, index 3, NUD_NONE
       08 00 01 00  0a 00 00 02   # NDA_DST
       08 00 0f 00  01 00 00 00   # NDA_FLAGS_EXT = NTF_EXT_MANAGED`,
    ],
    [
      'one that somebody vouches for',
      { ...v4, ...mac, state: 'stale', externValidated: true },
      `02 00 00 00  03 00 00 00  04 00 00 00   # AF_INET, index 3, NUD_STALE
       08 00 01 00  0a 00 00 02   # NDA_DST
       0a 00 02 00  02 00 00 00 00 01 00 00   # NDA_LLADDR
       08 00 0f 00  04 00 00 00   # NDA_FLAGS_EXT = NTF_EXT_EXT_VALIDATED`,
    ],
    [
      'one to be found now',
      { ...v4, use: true },
      `02 00 00 00  03 00 00 00  00 00 01 00   # AF_INET, index 3, NUD_NONE, NTF_USE
       08 00 01 00  0a 00 00 02   # NDA_DST`,
    ],
    [
      'a proxy entry for all links, as ip sends it',
      { address: 'fd00::7', proxy: true },
      `0a 00 00 00  00 00 00 00  80 00 08 00   # AF_INET6, no index, NUD_PERMANENT, NTF_PROXY
       14 00 01 00  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07   # NDA_DST`,
    ],
    [
      'one at the far end of a tunnel',
      { ...v4, linkLayerAddress: '192.0.2.9', state: 'noarp' },
      `02 00 00 00  03 00 00 00  40 00 00 00   # AF_INET, index 3, NUD_NOARP
       08 00 01 00  0a 00 00 02   # NDA_DST
       08 00 02 00  c0 00 02 09   # NDA_LLADDR = 192.0.2.9`,
    ],
  ])('adds %s', (_, options, bytes) => {
    expect(sent(options)).toEqual(hexLines(bytes))
  })

  it.each([
    [v4, '03 00 00 00  00 00 00 00'],
    [{ address: '10.0.0.2', proxy: true }, '00 00 00 00  00 00 08 00'],
    [
      { ...v4, ...mac, ...off, state: 'stale', protocol: 'bgp', type: 'unicast', probes: 3, unknown: [] },
      '03 00 00 00  00 00 00 00',
    ],
  ])('deletes %j by what it is known by', (identity, header) => {
    expect(sent(identity, lowerIdentity)).toEqual(hexLines(`02 00 00 00  ${header}  08 00 01 00  0a 00 00 02   # NDA_DST`))
  })

  it('reads what Linux 6.18 reports', () => {
    const message = `
      02 00 00 00  03 00 00 00  02 00 90 03   # AF_INET, index 3, NUD_REACHABLE, NTF_EXT_LEARNED | NTF_ROUTER, RTN_BROADCAST
      08 00 01 00  0a 00 00 05   # NDA_DST
      0a 00 02 00  02 00 00 00 00 02 00 00   # NDA_LLADDR
      08 00 04 00  00 00 00 00   # NDA_PROBES
      14 00 03 00  2a 00 00 00 2b 00 00 00 2c 00 00 00 01 00 00 00   # NDA_CACHEINFO: confirmed, used, updated, references
      05 00 0c 00  04 00 00 00   # NDA_PROTOCOL = RTPROT_STATIC`
    expect(decoded(decodeNeighbor, message)).toEqual({
      ...off,
      family: 'inet',
      link: 3,
      address: '10.0.0.5',
      linkLayerAddress: '02:00:00:00:00:02',
      state: 'reachable',
      externLearned: true,
      router: true,
      protocol: 'static',
      type: 'broadcast',
      probes: 0,
      cacheInfo: { confirmed: 42, used: 43, updated: 44, references: 1 },
    })
  })

  it('reads a managed neighbor, and keeps what it does not know', () => {
    const message = `
      0a 00 00 00  03 00 00 00  01 00 00 01   # AF_INET6, index 3, NUD_INCOMPLETE, RTN_UNICAST
      14 00 01 00  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02   # NDA_DST
      08 00 0f 00  01 00 00 00   # NDA_FLAGS_EXT = NTF_EXT_MANAGED
      08 00 63 00  01 02 03 04   # 99`
    const neighbor = { ...off, family: 'inet6', link: 3, address: 'fd00::2', state: 'incomplete', managed: true, type: 'unicast' }
    expect(decoded(decodeNeighbor, message)).toEqual({ ...neighbor, unknown: [{ type: 99, bytes: Uint8Array.of(1, 2, 3, 4) }] })
  })

  it('reads a proxy entry for all links', () => {
    const message = '02 00 00 00  00 00 00 00  00 00 08 01  08 00 01 00  0a 00 00 07   # NTF_PROXY, RTN_UNICAST; NDA_DST'
    const neighbor = { ...off, family: 'inet', address: '10.0.0.7', state: 'none', proxy: true, type: 'unicast' }
    expect(decoded(decodeNeighbor, message)).toEqual(neighbor)
  })

  it.each([
    [{}, false, '00 00 00 00  00 00 00 00  00 00 00 00'],
    [{ family: 'inet6', proxy: true }, false, '0a 00 00 00  00 00 00 00  00 00 08 00   # NTF_PROXY'],
    [{ link: 5 }, false, '00 00 00 00  00 00 00 00  00 00 00 00  08 00 08 00  05 00 00 00   # NDA_IFINDEX = 5'],
    [{ link: 5 }, true, '00 00 00 00  00 00 00 00  00 00 00 00'],
    [{ master: 5 }, false, '00 00 00 00  00 00 00 00  00 00 00 00  08 00 09 00  05 00 00 00   # NDA_MASTER = 5'],
    [{ master: null }, false, '00 00 00 00  00 00 00 00  00 00 00 00  08 00 09 00  ff ff ff ff   # NDA_MASTER = -1: none'],
  ])('lists %j (loosely: %j)', (filter, loose, bytes) => {
    const program = begin('neighbor', 'neighbors.list')
    new NeighborMatcher(program, filter as object).lower(program, loose)
    expect(encodedLines('getNeighbor', program)).toEqual(hexLines(bytes))
  })

  it.each([
    ['address', { link: 3 }, 'ERR_MISSING_OPTION'],
    ['link', { address: '10.0.0.2' }, 'ERR_MISSING_OPTION'],
    ['address', { link: 3, address: '10.0.0.0/24' }, 'ERR_INVALID_ARG_TYPE'],
    ['address', { link: 3, address: '10.0.0.2', family: 'inet6' }, 'ERR_INVALID_ARG_VALUE'],
    ['linkLayerAddress', { ...v4, linkLayerAddress: 'somewhere' }, 'ERR_INVALID_ARG_TYPE'],
    ['linkLayerAddress', { ...v4, ...mac, proxy: true }, 'ERR_INVALID_ARG_VALUE'],
    ['managed', { ...v4, managed: true, proxy: true }, 'ERR_INVALID_ARG_VALUE'],
    ['state', { ...v4, managed: true, state: 'permanent' }, 'ERR_INVALID_ARG_VALUE'],
    ['state', { ...v4, state: 'permanant' }, 'ERR_INVALID_ARG_VALUE'],
    ['lladdr', { ...v4, lladdr: '02:00:00:00:00:01' }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in %j', (option, options, code) => {
    expect(() => sent(options)).toThrow(expect.objectContaining({ option, code, operation: 'neighbors.add' }))
  })

  it.each([
    ['the index in the header', 4, '01 00 00 00', 'link'],
    ['the state in the header', 8, '01 00 00 00', 'state'],
    ['an attribute', 12, '01 00 00 00', 'address'],
    ['one of the newer flags', 20, '01 00 00 00', 'managed'],
    ['the newest flag', 20, '04 00 00 00', 'externValidated'],
  ])('names the option that the kernel means by %s', (_, target, flags, option) => {
    const bytes = hex(`02 00 00 00  03 00 00 00  80 00 00 00  08 00 01 00  0a 00 00 02  08 00 0f 00  ${flags}`)
    expect(neighborLocator.locate(new Message(bytes), 0, bytes.length, target)).toBe(option)
  })
})
