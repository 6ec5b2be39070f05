import { describe, expect, it } from 'vitest'
import { internetChecksum, ipv4, ipv6 } from '../../../lib/index.ts'
import { echo6Request, echoRequest, markedEcho6Request, neighborSolicitation, portUnreachable } from './captured.ts'

const packet4 = echoRequest.slice(14)
const packet6 = echo6Request.slice(14)

describe('internetChecksum', () => {
  it('is 0 over a header that arrived whole', () => {
    expect(internetChecksum(packet4.subarray(0, 20))).toBe(0)
  })

  it('is the value of the field when the field is zero', () => {
    const header = packet4.slice(0, 20)
    header.fill(0, 10, 12)
    expect(internetChecksum(header)).toBe(0x887f)
  })

  it('is the example of RFC 1071', () => {
    expect(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(~0xddf2 & 0xffff)
  })

  it('takes an odd byte at the end for the high half of a word', () => {
    expect(internetChecksum(Uint8Array.of(0x12))).toBe(~0x1200 & 0xffff)
  })

  it('goes on over several parts', () => {
    expect(internetChecksum(packet4.subarray(0, 6), packet4.subarray(6, 20))).toBe(0)
  })
})

describe('ipv4.parse', () => {
  it('reads every field of a header', () => {
    expect(ipv4.parse(packet4)).toMatchObject({
      dscp: 11,
      ecn: 2,
      identification: 0x2e20,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      ttl: 64,
      protocol: 'icmp',
      checksumValid: true,
      source: '192.0.2.1',
      destination: '192.0.2.2',
      options: new Uint8Array(),
    })
  })

  it('leaves the padding of a short frame out of the payload', () => {
    expect(ipv4.parse(Uint8Array.of(...packet4, 0, 0, 0)).payload).toEqual(packet4.slice(20))
  })

  it('says when the checksum is wrong', () => {
    const changed = packet4.slice()
    changed[8]--
    expect(ipv4.parse(changed)).toMatchObject({ ttl: 63, checksumValid: false })
  })

  it('reads options and the offset of a fragment in bytes', () => {
    const header = Uint8Array.of(0x46, 0, 0, 26, 0, 1, 0x20, 0x02, 64, 200, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 0, 7, 8)
    expect(ipv4.parse(header)).toMatchObject({
      moreFragments: true,
      fragmentOffset: 16,
      protocol: 200,
      options: Uint8Array.of(1, 1, 1, 0),
      payload: Uint8Array.of(7, 8),
    })
  })

  it.each([
    ['of another version', packet6, 'ERR_PACKET_MALFORMED'],
    ['with less than a header', packet4.slice(0, 19), 'ERR_PACKET_TRUNCATED'],
    ['with less than its length', packet4.slice(0, -1), 'ERR_PACKET_TRUNCATED'],
    ['whose header length is below 20', Uint8Array.of(0x44, ...packet4.slice(1)), 'ERR_PACKET_MALFORMED'],
    ['whose length is below its header', Uint8Array.of(0x45, 0, 0, 19, ...packet4.slice(4)), 'ERR_PACKET_MALFORMED'],
  ])('refuses a packet %s', (_, bytes, code) => {
    expect(() => ipv4.parse(bytes)).toThrow(expect.objectContaining({ name: 'PacketError', code, protocol: 'ipv4' }))
  })
})

describe('ipv4.build', () => {
  it('builds the captured packet, checksum included', () => {
    const built = ipv4.build({
      source: '192.0.2.1',
      destination: '192.0.2.2',
      protocol: 'icmp',
      dscp: 11,
      ecn: 2,
      identification: 0x2e20,
      dontFragment: true,
      payload: packet4.slice(20),
    })
    expect(built).toEqual(packet4)
  })

  it('builds the packet of an ICMP error that the kernel sent', () => {
    const packet = portUnreachable.slice(14)
    expect(
      ipv4.build({
        source: '192.0.2.2',
        destination: '192.0.2.1',
        protocol: 1,
        dscp: 48,
        identification: 0x5601,
        payload: packet.slice(20),
      }),
    ).toEqual(packet)
  })

  it('refuses more than a packet holds', () => {
    const options = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 'udp', payload: new Uint8Array(65_516) } as const
    expect(() => ipv4.build(options)).toThrow(/option "payload": with its header it may have 65535 bytes, and it has 65536/)
  })

  it('names the option that is out of range', () => {
    const options = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 'udp', dscp: 64 } as const
    expect(() => ipv4.build(options)).toThrow(/ipv4\.build: option "dscp": allowed is a whole number from 0 to 63/)
  })
})

describe('ipv6.parse', () => {
  it('reads every field of a header', () => {
    expect(ipv6.parse(packet6)).toMatchObject({
      dscp: 0,
      ecn: 0,
      flowLabel: 0x12345,
      nextHeader: 'icmp6',
      hopLimit: 64,
      source: '2001:db8::1',
      destination: '2001:db8::2',
      payload: packet6.slice(40),
    })
    expect(ipv6.parse(markedEcho6Request.slice(14))).toMatchObject({ dscp: 11, ecn: 2, flowLabel: 0x06f1f })
  })

  it.each([
    ['of another version', Uint8Array.of(...packet4, ...new Uint8Array(20)), 'ERR_PACKET_MALFORMED'],
    ['with less than a header', packet6.slice(0, 39), 'ERR_PACKET_TRUNCATED'],
    ['with less than its length', packet6.slice(0, -1), 'ERR_PACKET_TRUNCATED'],
  ])('refuses a packet %s', (_, bytes, code) => {
    expect(() => ipv6.parse(bytes)).toThrow(expect.objectContaining({ name: 'PacketError', code, protocol: 'ipv6' }))
  })
})

describe('ipv6.build', () => {
  it.each([echo6Request, markedEcho6Request, neighborSolicitation])('builds the captured packet from its parts', frame => {
    const packet = frame.slice(14)
    expect(ipv6.build(ipv6.parse(packet))).toEqual(packet)
  })
})
