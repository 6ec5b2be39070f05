import { describe, expect, it } from 'vitest'
import { icmp, icmp6, ipv4 } from '../../../lib/index.ts'
import { echo6Request, echoReply, echoRequest, markedEcho6Request, neighborSolicitation, portUnreachable } from './captured.ts'

const message4 = (frame: Uint8Array) => frame.slice(34)
const message6 = (frame: Uint8Array) => frame.slice(54)
const between = { source: '2001:db8::1', destination: '2001:db8::2' }

describe('icmp.parse', () => {
  it('reads an echo', () => {
    expect(icmp.parse(message4(echoRequest))).toMatchObject({
      type: 'echoRequest',
      code: 0,
      identifier: 0x5b7e,
      sequence: 1,
      checksumValid: true,
      payload: message4(echoRequest).slice(8),
    })
    expect(icmp.parse(message4(echoReply)).type).toBe('echoReply')
  })

  it('gives the packet that an error quotes as payload', () => {
    const { type, code, payload } = icmp.parse(message4(portUnreachable))
    expect({ type, code }).toEqual({ type: 'destinationUnreachable', code: 3 })
    expect(ipv4.parse(payload)).toMatchObject({ protocol: 'udp', source: '192.0.2.1', destination: '192.0.2.2' })
  })

  it('says when the checksum is wrong', () => {
    const changed = message4(echoRequest)
    changed[7]++
    expect(icmp.parse(changed)).toMatchObject({ sequence: 2, checksumValid: false })
  })

  it('refuses less than a header', () => {
    expect(() => icmp.parse(new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'ERR_PACKET_TRUNCATED' }))
  })
})

describe('icmp.build', () => {
  it('builds the captured echo, checksum included', () => {
    const { payload } = icmp.parse(message4(echoRequest))
    expect(icmp.build({ type: 'echoRequest', identifier: 0x5b7e, sequence: 1, payload })).toEqual(message4(echoRequest))
  })
})

describe('icmp6', () => {
  it('reads an echo', () => {
    expect(icmp6.parse(message6(echo6Request))).toMatchObject({ type: 'echoRequest', identifier: 0x5b81, sequence: 1 })
  })

  it.each([echo6Request, markedEcho6Request])('builds the captured echo, whose checksum is over the addresses too', frame => {
    const message = message6(frame)
    expect(icmp6.build({ ...icmp6.parse(message), ...between })).toEqual(message)
  })

  it('builds the captured neighbor solicitation', () => {
    const message = message6(neighborSolicitation)
    const addresses = { source: '2001:db8::1', destination: 'ff02::1:ff00:2' }
    expect(icmp6.build({ type: 'neighborSolicitation', payload: message.slice(8), ...addresses })).toEqual(message)
  })
})
