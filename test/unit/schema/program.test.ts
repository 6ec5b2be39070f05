import { describe, expect, it } from 'vitest'
import { HEADER, HEADER_WORDS, Op, SLICE_PREFIX } from '../../../lib/native/binding.ts'
import { hardwareAddress } from '../../../lib/schema/octets.ts'
import { Program } from '../../../lib/schema/program.ts'

function wordsOf(program: Program): number[] {
  return [...program.words.subarray(0, program.length)]
}

describe('Program', () => {
  it('starts over with an empty header, whatever stood there', () => {
    const program = new Program().begin('a', HEADER_WORDS.link)
    program.header(2, 7)
    program.u32(1, 2)
    program.begin('b', HEADER_WORDS.link)
    expect(wordsOf(program)).toEqual(new Array(HEADER + HEADER_WORDS.link).fill(0))
    expect(program.operation).toBe('b')
  })

  it('pads text and bytes with zeros, also over older words', () => {
    const program = new Program().begin('a', 0)
    program.octets(1, new Uint8Array(8).fill(0xff))
    program.begin('a', 0)
    program.string(1, 'ä')
    program.octets(2, Uint8Array.of(1, 2, 3, 4, 5))
    const expected = [Op.string | (1 << 16), 2, 0xa4c3, Op.bytes | (2 << 16), 5, 0x04030201, 5]
    expect(wordsOf(program).slice(HEADER)).toEqual(expected)
  })

  it('leaves nothing of what was refused to the next', () => {
    const program = new Program().begin('a', 0)
    program.at('data')
    expect(() => program.string(1, 'x'.repeat(70_000))).toThrow(RangeError)
    program.begin('a', 0)
    program.beginRecord(2, 20_000, 0, 0, 0)
    expect(wordsOf(program).slice(HEADER + SLICE_PREFIX + HEADER)).toEqual(new Array(20_000).fill(0))
  })

  it('leaves nothing of what was taken back', () => {
    const program = new Program().begin('a', 0)
    const { length, records, placed, texts } = program
    program.beginRecord(2, 1, 3, 4, 5)
    program.octets(1, new Uint8Array(8).fill(0xff))
    program.rewind({ length, records, placed, texts })
    program.beginRecord(2, 3, 0, 0, 0)
    expect(wordsOf(program).slice(HEADER)).toEqual([0, 2, 0, 0, 0, 0, 0, 0])
  })

  it.each(['02:00:00:00:00:0f', 'fd::1234:5678:abc', '12:34:1:1:1:1:1:1', 'aa::b:cc:dd:ee:ff'])(
    'reads the hardware address %s later as at once',
    text => {
      const field = hardwareAddress(1, 'IFLA_ADDRESS')
      const atOnce = new Program().begin('a', 0)
      field.lower(atOnce, text)
      const later = new Program().begin('a', 0)
      later.readsLater = true
      field.lower(later, text)
      expect(later.readTextsHere()).toBeUndefined()
      expect(wordsOf(later)).toEqual(wordsOf(atOnce))
    },
  )

  it('grows without losing what is there', () => {
    const program = new Program().begin('a', 0)
    for (let i = 0; i < 5000; i++) program.u32(i & 0xff, i)
    const words = wordsOf(program).slice(HEADER)
    expect(words).toHaveLength(10_000)
    expect(words.filter((_, i) => i % 2 === 1)).toEqual(Array.from({ length: 5000 }, (_, i) => i))
  })

  it.each([65_532, 100_000])('refuses a payload of %i bytes, which no attribute can hold', length => {
    const program = new Program().begin('a', 0)
    program.at('data')
    const tooLarge = { name: 'RangeError', option: 'data' }
    expect(() => program.octets(1, new Uint8Array(length))).toThrow(expect.objectContaining(tooLarge))
    expect(() => program.string(1, 'x'.repeat(length))).toThrow(expect.objectContaining(tooLarge))
  })

  it('takes the largest payload that an attribute can hold', () => {
    const program = new Program().begin('a', 0)
    program.octets(1, new Uint8Array(65_531))
    expect(program.length).toBe(HEADER + 2 + 16_383)
  })

  it('lets go of pins once', () => {
    const program = new Program().begin('a', 0)
    let unpinned = 0
    program.pin({ unpin: () => unpinned++ })
    program.releasePins()
    program.releasePins()
    expect(unpinned).toBe(1)
  })
})
