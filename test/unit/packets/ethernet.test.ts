import { describe, expect, it } from 'vitest'
import { ethernet, PacketError } from '../../../lib/index.ts'
import { arpRequest, echo6Request, echoRequest } from './captured.ts'

describe('ethernet.parse', () => {
  it('reads addresses and type of a frame', () => {
    expect(ethernet.parse(echoRequest)).toMatchObject({
      destination: '02:00:00:00:00:02',
      source: '02:00:00:00:00:01',
      etherType: 'ipv4',
      tags: [],
    })
    expect(ethernet.parse(arpRequest)).toMatchObject({ destination: 'ff:ff:ff:ff:ff:ff', etherType: 'arp' })
    expect(ethernet.parse(echo6Request).etherType).toBe('ipv6')
  })

  it('gives the payload as a view of the frame', () => {
    const { payload } = ethernet.parse(echoRequest)
    expect(payload.buffer).toBe(echoRequest.buffer)
    expect(payload).toEqual(echoRequest.slice(14))
  })

  it('reads tags from the outermost in', () => {
    //                        addresses                  802.1ad  priority 5, drop eligible, id 7   802.1Q  id 4094      IPv4
    const frame = Uint8Array.from(Buffer.from('020000000002020000000001 88a8 b007 8100 0ffe 0800 45'.replaceAll(' ', ''), 'hex'))
    expect(ethernet.parse(frame)).toMatchObject({
      tags: [
        { protocol: '802.1ad', id: 7, priority: 5, dropEligible: true },
        { protocol: '802.1Q', id: 4094, priority: 0, dropEligible: false },
      ],
      etherType: 'ipv4',
      payload: Uint8Array.of(0x45),
    })
  })

  it('keeps a type that has no name as a number', () => {
    expect(ethernet.parse(Uint8Array.of(...new Uint8Array(12), 0x12, 0x34)).etherType).toBe(0x1234)
  })

  it.each([0, 13])('refuses %i bytes', length => {
    expect(() => ethernet.parse(new Uint8Array(length))).toThrow(PacketError)
  })

  it('refuses a frame that ends inside a tag', () => {
    expect(() => ethernet.parse(Uint8Array.of(...new Uint8Array(12), 0x81, 0, 0))).toThrow(
      expect.objectContaining({ code: 'ERR_PACKET_TRUNCATED', protocol: 'ethernet' }),
    )
  })
})

describe('ethernet.build', () => {
  it.each([arpRequest, echoRequest, echo6Request])('builds the captured frame from its parts', frame => {
    expect(ethernet.build(ethernet.parse(frame))).toEqual(frame)
  })

  it('writes tags, with 802.1Q, priority 0 as defaults', () => {
    const frame = ethernet.build({
      destination: '02:00:00:00:00:02',
      source: '02:00:00:00:00:01',
      tags: [{ protocol: '802.1ad', id: 7, priority: 5, dropEligible: true }, { id: 4094 }],
      etherType: 'ipv4',
      payload: Uint8Array.of(0x45),
    })
    expect(Buffer.from(frame).toString('hex')).toBe('02000000000202000000000188a8b00781000ffe080045')
  })

  it('names the option that is wrong', () => {
    const good = { destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01', etherType: 'ipv4' } as const
    expect(() => ethernet.build({ ...good, etherType: 'ipv5' as never })).toThrow(/option "etherType".*did you mean "ipv4"/)
    expect(() => ethernet.build({ ...good, source: '02:00' })).toThrow(/option "source"/)
    expect(() => ethernet.build({ ...good, tags: [{ id: 4096 }] })).toThrow(/option "tags\[0\]\.id": allowed is .* 4095/)
    expect(() => ethernet.build({ ...good, sorce: '' } as never)).toThrow(/unknown option "sorce" \(did you mean "source"\?\)/)
    expect(() => ethernet.build({ ...good, payload: 'x' as never })).toThrow(/option "payload": expected a Uint8Array/)
  })
})
