import { describe, expect, it } from 'vitest'
import { arp, ethernet } from '../../../lib/index.ts'
import { arpReply, arpRequest } from './captured.ts'

describe('arp.parse', () => {
  it('reads a request', () => {
    expect(arp.parse(ethernet.parse(arpRequest).payload)).toEqual({
      operation: 'request',
      senderMac: '02:00:00:00:00:01',
      senderAddress: '192.0.2.1',
      targetMac: '00:00:00:00:00:00',
      targetAddress: '192.0.2.2',
    })
  })

  it('passes over the padding of a short frame', () => {
    const padded = new Uint8Array(60)
    padded.set(arpReply)
    expect(arp.parse(ethernet.parse(padded).payload)).toMatchObject({ operation: 'reply', senderAddress: '192.0.2.2' })
  })

  it('refuses other hardware', () => {
    const infiniband = arpRequest.slice(14)
    infiniband[1] = 32
    expect(() => arp.parse(infiniband)).toThrow(expect.objectContaining({ code: 'ERR_PACKET_MALFORMED' }))
  })

  it('refuses a packet that is cut off', () => {
    expect(() => arp.parse(arpRequest.slice(14, -1))).toThrow(expect.objectContaining({ code: 'ERR_PACKET_TRUNCATED' }))
  })
})

describe('arp.build', () => {
  it('builds the captured request, whose target address is unknown', () => {
    const packet = arp.build({
      operation: 'request',
      senderMac: '02:00:00:00:00:01',
      senderAddress: '192.0.2.1',
      targetAddress: '192.0.2.2',
    })
    expect(packet).toEqual(arpRequest.slice(14))
  })

  it('builds the captured reply from its parts', () => {
    expect(arp.build(arp.parse(arpReply.slice(14)))).toEqual(arpReply.slice(14))
  })

  it('names the option that is missing', () => {
    expect(() => arp.build({ operation: 'request' } as never)).toThrow(/arp\.build: option "senderMac" is required/)
  })
})
