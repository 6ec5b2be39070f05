import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, formatIpv4, formatIpv6, parseIp, parseIpv4, parseIpv6 } from '../../../lib/values/ip.ts'

function bytesOf(text: string): string | undefined {
  const bytes = new Uint8Array(16)
  const length = parseIp(text, bytes, 0)
  return length === 0 ? undefined : Buffer.from(bytes.subarray(0, length)).toString('hex')
}

/** Text that is nearly an address. */
const nearly = fc.stringMatching(/^[0-9a-fA-F:.]{0,40}$/)
const address4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
const address6 = fc.uint8Array({ minLength: 16, maxLength: 16 })

describe('parseIp', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['0.0.0.0', '00000000'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:DB8::8:800:200c:417A', '20010db80000000000080800200c417a'],
    ['1::', '00010000000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:192.0.2.1', '000100020003000400050006c0000201'],
  ])('reads %s', (text, expected) => {
    expect(bytesOf(text)).toBe(expected)
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.04',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '12345::',
    ':1::2',
    '1::2:',
    '::1.2.3',
    '::1.2.3.4.5',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    'g::',
    '192.0.2.1/24',
  ])('refuses %j', text => {
    expect(bytesOf(text)).toBeUndefined()
  })

  it("agrees with Node's net.isIPv4 and net.isIPv6", () => {
    fc.assert(
      fc.property(nearly, text => {
        expect(parseIpv4(text, new Uint8Array(16), 0)).toBe(isIPv4(text))
        expect(parseIpv6(text, new Uint8Array(16), 0)).toBe(isIPv6(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('writes where it is told to, and nothing beside it', () => {
    const bytes = new Uint8Array(24).fill(0xee)
    parseIpv6('1::2', bytes, 4)
    expect(Buffer.from(bytes).toString('hex')).toBe(`eeeeeeee${'0001'}${'0000'.repeat(6)}${'0002'}eeeeeeee`)
  })
})

describe('formatIp', () => {
  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000000', '2001:db8::'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'], // a single zero group is not shortened
    ['20010000000000010000000000000001', '2001:0:0:1::1'], // the longest run
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'], // the first of two equal runs
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
  ])('writes %s as RFC 5952 has it: %s', (hex, text) => {
    expect(formatIpv6(Buffer.from(hex, 'hex'), 0)).toBe(text)
  })

  it('is what URL makes of an IPv6 address', () => {
    fc.assert(
      fc.property(address6, bytes => {
        fc.pre(!formatIpv6(bytes, 0).includes('.')) // URL writes mapped IPv4 in hex
        expect(`[${formatIpv6(bytes, 0)}]`).toBe(new URL(`http://[${formatIpv6(bytes, 0)}]`).hostname)
      }),
    )
  })

  it('is read back as the same bytes', () => {
    fc.assert(
      fc.property(fc.oneof(address4, address6), bytes => {
        const text = formatIp(bytes, 0, bytes.length) as string
        expect(bytesOf(text)).toBe(Buffer.from(bytes).toString('hex'))
      }),
    )
  })

  it('keeps texts of IPv4 addresses apart that share a place in its cache', () => {
    fc.assert(
      fc.property(address4, address4, (a, b) => {
        for (const bytes of [a, b, a]) expect(formatIpv4(bytes, 0)).toBe([...bytes].join('.'))
      }),
      { numRuns: 1000 },
    )
  })

  it('answers undefined for bytes that are no address', () => {
    expect(formatIp(new Uint8Array(6), 0, 6)).toBeUndefined()
  })
})
