import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLACE_WORDS, TextForm } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { hasHostBits, NO_PREFIX, parseCidr } from '../../lib/values/cidr.ts'
import { formatIp, parseIpv4, parseIpv6 } from '../../lib/values/ip.ts'
import { formatMac, parseMac } from '../../lib/values/mac.ts'

const addon = loadAddon()
const ROOM = 4

interface Read {
  readonly bytes: number[]
  readonly prefix: number
}

/** Reads one text; undefined when it is refused. */
function read(form: number, text: string): Read | undefined {
  const record = new Uint32Array(ROOM + 1)
  if (!addon.readTexts(record, Uint32Array.of(0, text.length | (form << 8), ROOM), PLACE_WORDS, text)) return undefined
  return { bytes: [...new Uint8Array(record.buffer, 0, ROOM * 4)], prefix: record[ROOM] }
}

/** What lib/values makes of it. */
function parse(form: number, text: string): Read | undefined {
  const bytes = new Uint8Array(ROOM * 4)
  const found = (good: boolean, prefix = 0) => (good ? { bytes: [...bytes], prefix } : undefined)
  if (form === TextForm.ipv4) return found(parseIpv4(text, bytes, 0))
  if (form === TextForm.ipv6) return found(parseIpv6(text, bytes, 0))
  if (form === TextForm.mac) return found(parseMac(text, bytes, 0, 6) === 6)
  const length = form === TextForm.ipv4Network ? 4 : 16
  const parsed = parseCidr(text, bytes, 0)
  const prefix = (parsed & 0xff) === NO_PREFIX ? length * 8 : parsed & 0xff
  return found(parsed > 0 && parsed >> 8 === length && !(length === 4 && hasHostBits(bytes, 0, 4, prefix)), prefix)
}

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const ipv4 = octets(4).map(bytes => formatIp(bytes, 0, 4) as string)
const ipv6 = fc.oneof(
  octets(16).map(bytes => formatIp(bytes, 0, 16) as string),
  fc.ipV6(),
)
const mac = octets(6).map(bytes => formatMac(bytes, 0, 6))
const network = (address: fc.Arbitrary<string>) =>
  fc.tuple(address, fc.integer({ min: 0, max: 140 })).map(([text, prefix]) => `${text}/${prefix}`)
/** One character more, less, or another one. */
const nearly = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat(), fc.nat(2), fc.constantFrom(...'0129afF.:/- gü\0\u0130')).map(([whole, at, cut, character]) => {
    const start = at % (whole.length + 1)
    return whole.slice(0, start) + character + whole.slice(start + cut)
  })
const texts = fc.oneof(ipv4, ipv6, mac, network(ipv4), network(ipv6), fc.string({ maxLength: 20 }))
const anything = fc.oneof(texts, nearly(texts)).filter(text => text.length < 64)

describe.each(Object.entries(TextForm))('a text that is to be %s', (_, form) => {
  it('is taken for what lib/values takes it for, or is left to it', () => {
    fc.assert(
      fc.property(anything, text => {
        const taken = read(form, text)
        if (taken !== undefined) expect(taken).toEqual(parse(form, text))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('what is written as usual', () => {
  it.each([
    [TextForm.ipv4, '10.0.200.3'],
    [TextForm.ipv6, 'fe80::1:2'],
    [TextForm.ipv6, '::ffff:10.0.0.1'],
    [TextForm.ipv4Network, '10.0.0.0/8'],
    [TextForm.ipv4Network, '0.0.0.0/0'],
    [TextForm.ipv4Network, '10.1.2.3'],
    [TextForm.ipv6Network, '2001:db8::/32'],
    [TextForm.ipv6Network, '2001:db8::1'],
    [TextForm.mac, '02:00:5e:Fa:00:01'],
    [TextForm.mac, '02-00-5e-fa-00-01'],
  ])('is taken: form %i, %s', (form, text) => {
    expect(read(form, text)).toEqual(parse(form, text))
    expect(read(form, text)).toBeDefined()
  })
})

describe('several texts', () => {
  const both = (first: string, second: string, all = first + second) => {
    const record = new Uint32Array(2)
    const places = Uint32Array.of(0, first.length | (TextForm.ipv4 << 8), 0, 1, second.length | (TextForm.ipv4 << 8), 0)
    return addon.readTexts(record, places, places.length, all) ? [...new Uint8Array(record.buffer)] : undefined
  }

  it('stand one right behind another', () => {
    expect(both('10.0.0.1', '10.0.0.22')).toEqual([10, 0, 0, 1, 10, 0, 0, 22])
  })

  it.each([
    ['one is none', both('10.0.0.1', '10.0.0.2x')],
    ['there is more text than places', both('10.0.0.1', '10.0.0.2', '10.0.0.110.0.0.2.')],
    ['there is less', both('10.0.0.1', '10.0.0.2', '10.0.0.110.0.0.')],
    ['a character has more bytes than one', both('10.0.0.1', '10.0.0.2', '1ü.0.0.110.0.0.2')],
  ])('are refused when %s', (_, taken) => {
    expect(taken).toBeUndefined()
  })
})

describe('places', () => {
  const place = (...words: number[]) => addon.readTexts(new Uint32Array(4), Uint32Array.from(words), words.length, '10.0.0.1')

  it.each([
    ['behind the record', place(4, 8, 0)],
    ['far behind it', place(0xffff_ffff, 8, 0)],
    ['of which the end is behind it', place(1, 8 | (TextForm.ipv6 << 8), 0)],
    ['with the prefix behind it', place(0, 8 | (TextForm.ipv4Network << 8), 4)],
    ['of an unknown form', place(0, 8 | (77 << 8), 0)],
  ])('%s are refused', (_, taken) => {
    expect(taken).toBe(false)
  })

  it('come three words each', () => {
    expect(() => place(0, 8)).toThrow(TypeError)
  })
})
