import { beforeEach, describe, expect, it } from 'vitest'
import { enumOf, flagsOf, numberOr, switchesOf } from '../../../lib/schema/enums.ts'
import type { Field } from '../../../lib/schema/field.ts'
import { Message } from '../../../lib/schema/message.ts'
import { bytes, ip, ipOfEither, ipv4, ipv6, mac, string } from '../../../lib/schema/octets.ts'
import { Program } from '../../../lib/schema/program.ts'
import { linkName, linkReference } from '../../../lib/schema/references.ts'
import { arrayOf, be16, be32, bigU64, bool, flag, s8, s32, u8, u16, u32, u64, uint } from '../../../lib/schema/scalars.ts'
import { Struct, structOf } from '../../../lib/schema/structs.ts'
import { begin, encodedLines, hexLines } from '../../support/encode.ts'
import { hex } from '../../support/wire.ts'

const program = new Program()

beforeEach(() => {
  program.begin('things.add', 0).at('option')
})

function lower(field: Field, value: unknown): void {
  field.lower(program, value)
}

function decode<Out>(field: Field<any, Out, any, any>, text: string): Out {
  const octets = hex(text)
  return field.decode(new Message(octets), 0, octets.length)
}

const colours = { red: 1, green: 2, blue: 4 }
const chip = new Struct('chip', { name: 'text16', pins: 'u32' })
const point = new Struct('point', { x: 'u16', gap: 'pad2', y: 's32', z: 'u64', order: 'be16', address: 'mac' })

describe('a row refuses a value of the wrong type', () => {
  it.each<[string, Field, unknown[]]>([
    ['u8', u8(1, 'X'), ['1', true, null, 1n, {}]],
    ['bool', bool(1, 'X'), [0, 1, 'true', null]],
    ['flag', flag(1, 'X'), [1, 'on', null]],
    ['u64', bigU64(1, 'X'), ['1', null]],
    ['enum', enumOf(1, 'X', 'u8', colours), [true, null, ['red']]],
    ['number or name', numberOr(1, 'X', 'u8', { auto: 0 }), [true, null, []]],
    ['flags', flagsOf(1, 'X', 'u8', colours), ['red', 1, null]],
    ['switches', switchesOf(1, 'X', colours), ['red', 1, null]],
    ['string', string(1, 'X'), [1, null, new Uint8Array(1)]],
    ['bytes', bytes(1, 'X'), ['00', [0], new Uint16Array(1), null]],
    ['mac', mac(1, 'X'), [1, '', '02:00:00:00:00', '02:00:00:00:00:00:00', 'eth0']],
    ['ipv4', ipv4(1, 'X'), [1, '', '::1', '1.2.3', '1.2.3.4/24']],
    ['ipv6', ipv6(1, 'X'), [1, '', '1.2.3.4', 'fe80::1%lo']],
    ['ip', ip(1, 'X'), [1, '', 'localhost']],
    ['ip of either', ipOfEither([1, 'X'], [2, 'Y']), [1, '', 'localhost', null]],
    ['link', linkReference(1, 'X'), [true, {}, { index: '1' }, []]],
    ['link name', linkName(1, 'X'), [1, null]],
    ['struct', structOf(1, 'X', point), [1, null, 'x']],
    ['member', structOf(1, 'X', point), [{ x: '1' }, { address: 1 }]],
    ['text in a struct', structOf(1, 'X', chip), [{ name: 1 }, { name: null }]],
    ['array', arrayOf(1, 'X', 'u16'), [1, 'x', null, ['1']]],
  ])('%s', (_, field, values) => {
    for (const value of values)
      expect(
        () => lower(field, value),
        JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
      ).toThrow(TypeError)
  })
})

describe('a row refuses a number out of range', () => {
  it.each<[string, Field, unknown[]]>([
    ['u8', u8(1, 'X'), [-1, 256, 1.5, Number.NaN, Number.POSITIVE_INFINITY]],
    ['s8', s8(1, 'X'), [-129, 128]],
    ['u16', u16(1, 'X'), [-1, 65_536]],
    ['u16 with a range', u16(1, 'X', { min: 2, max: 4094 }), [1, 4095]],
    ['u32', u32(1, 'X'), [-1, 2 ** 32]],
    ['s32', s32(1, 'X'), [-(2 ** 31) - 1, 2 ** 31]],
    ['be16', be16(1, 'X'), [-1, 65_536]],
    ['be32', be32(1, 'X', { max: 0xf_ffff }), [0x10_0000]],
    ['u64', u64(1, 'X'), [-1, 2 ** 53]],
    ['big u64', bigU64(1, 'X'), [-1n, 2n ** 64n, 2 ** 53, -1]],
    ['uint', uint(1, 'X'), [-1, 2 ** 53]],
    ['enum', enumOf(1, 'X', 'u8', colours), [-1, 256, 0.5]],
    ['number or name', numberOr(1, 'X', 'u8', { auto: 0 }, { max: 100 }), [-1, 101]],
    ['string', string(1, 'X', { max: 4 }), ['abcde', 'aää']],
    ['bytes', bytes(1, 'X', { min: 2, max: 2 }), [new Uint8Array(1), new Uint8Array(3)]],
    ['link', linkReference(1, 'X'), [0, -1, 2 ** 31, { index: 0 }]],
    ['text in a struct', structOf(1, 'X', chip), [{ name: 'sixteen-bytes-xx' }]],
    ['array', arrayOf(1, 'X', 'u16'), [[1, 65_536], [-1]]],
    ['member', structOf(1, 'X', point), [{ x: 65_536 }, { y: 2 ** 31 }, { z: -1 }, { order: 65_536 }]],
  ])('%s', (_, field, values) => {
    for (const value of values) expect(() => lower(field, value), String(value)).toThrow(RangeError)
  })
})

describe('a row refuses a word that it does not know, and names the nearest', () => {
  it.each<[string, Field, unknown, RegExp]>([
    ['enum', enumOf(1, 'X', 'u8', colours), 'gren', /"gren" is not one of "red", "green", "blue" \(did you mean "green"\?\)/],
    ['number or name', numberOr(1, 'X', 'u8', { auto: 0 }), 'atuo', /did you mean "auto"/],
    ['flags', flagsOf(1, 'X', 'u8', colours), ['red', 'blu'], /did you mean "blue"/],
    ['switches', switchesOf(1, 'X', colours), { blu: true }, /did you mean "blue"/],
    ['switches that are no switch', switchesOf(1, 'X', colours), { blue: 1 }, /option\.blue.*true or false/],
    ['struct', structOf(1, 'X', point), { xx: 1 }, /unknown option "option\.xx"/],
    ['a property of all objects', enumOf(1, 'X', 'u8', colours), 'toString', /is not one of/],
    ['text with NUL', string(1, 'X'), 'a\0b', /NUL/],
    ['link name', linkName(1, 'X'), 'sixteen-bytes-xx', /16 bytes/],
  ])('%s', (_, field, value, message) => {
    expect(() => lower(field, value)).toThrow(message)
    expect(() => lower(field, value)).toThrow(TypeError)
  })
})

describe('a row takes what lies at the edge', () => {
  it.each<[string, Field, unknown[]]>([
    ['u32', u32(1, 'X'), [0, 2 ** 32 - 1]],
    ['s32', s32(1, 'X'), [-(2 ** 31), 2 ** 31 - 1]],
    ['u64', u64(1, 'X'), [0, Number.MAX_SAFE_INTEGER]],
    ['big u64', bigU64(1, 'X'), [0n, 2n ** 64n - 1n, 7]],
    ['enum without a name', enumOf(1, 'X', 'u8', colours), ['red', 200]],
    ['string', string(1, 'X', { max: 4 }), ['', 'abcd', 'ää', '€a']],
    ['link', linkReference(1, 'X'), [1, 2 ** 31 - 1, 'eth0', 'x'.repeat(127), { index: 3 }, null]],
  ])('%s', (_, field, values) => {
    for (const value of values) expect(() => lower(field, value)).not.toThrow()
  })
})

describe('a row reads', () => {
  it.each<[string, Field, string, unknown]>([
    ['s8', s8(1, 'X'), 'ff', -1],
    ['u16', u16(1, 'X'), '01 02', 0x0201],
    ['be16', be16(1, 'X'), '01 02', 0x0102],
    ['u32', u32(1, 'X'), 'fe ff ff ff', 0xffff_fffe],
    ['s32', s32(1, 'X'), 'fe ff ff ff', -2],
    ['be32', be32(1, 'X'), '00 01 23 45', 0x12345],
    ['u64 over 2^32', u64(1, 'X'), '01 00 00 00 01 00 00 00', 2 ** 32 + 1],
    ['big u64', bigU64(1, 'X'), 'ff ff ff ff ff ff ff ff', 2n ** 64n - 1n],
    ['uint of 4 bytes', uint(1, 'X'), '07 00 00 00', 7],
    ['uint of 8 bytes', uint(1, 'X'), '07 00 00 00 01 00 00 00', 2 ** 32 + 7],
    ['flag', flag(1, 'X'), '', true],
    ['flag reported as a u8', flag(1, 'X'), '00', false],
    ['enum', enumOf(1, 'X', 'be16', { ip: 0x800 }), '08 00', 'ip'],
    ['number with a name', numberOr(1, 'X', 'u8', { auto: 0 }), '00', 'auto'],
    ['number without a name', numberOr(1, 'X', 'u8', { auto: 0 }), '40', 64],
    ['flags, with a bit that has no name', flagsOf(1, 'X', 'u8', colours), '15', ['red', 'blue', 0x10]],
    ['no flags', flagsOf(1, 'X', 'u8', colours), '00', []],
    ['flags up to bit 31', flagsOf(1, 'X', 'u32', colours), '00 00 00 80', [0x8000_0000]],
    ['switches', switchesOf(1, 'X', colours), '02 00 00 00 07 00 00 00', { red: false, green: true, blue: false }],
    [
      'switches without a name',
      switchesOf(1, 'X', colours),
      '08 00 00 80',
      { red: false, green: false, blue: false, unknown: 0x8000_0008 },
    ],
    ['text with NUL', string(1, 'X'), '61 62 00 63', 'ab'],
    ['text without NUL', string(1, 'X'), '61 62', 'ab'],
    ['text in UTF-8', string(1, 'X'), 'c3 a4 e2 82 ac 00', 'ä€'],
    ['no text', string(1, 'X'), '', ''],
    ['a mac of Ethernet', mac(1, 'X'), '02 00 00 00 00 0a', '02:00:00:00:00:0a'],
    ['a mac of a tunnel', mac(1, 'X'), 'c0 00 02 01', 'c0:00:02:01'],
    ['either address, IPv4', ipOfEither([1, 'X'], [2, 'Y']), 'c0 00 02 01', '192.0.2.1'],
    ['either address, IPv6', ipOfEither([1, 'X'], [2, 'Y']), '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01', '::1'],
    [
      'a struct',
      structOf(1, 'X', point),
      '01 00 ee ee  ff ff ff ff  05 00 00 00 00 00 00 00  12 34  02 00 00 00 00 01',
      { x: 1, y: -1, z: 5, order: 0x1234, address: '02:00:00:00:00:01' },
    ],
    [
      'switches behind their mask',
      switchesOf(1, 'X', colours, { maskFirst: true }),
      '07 00 00 00 02 00 00 00',
      { red: false, green: true, blue: false },
    ],
    [
      'text in a struct',
      structOf(1, 'X', chip),
      '61 62 00 00 00 00 00 00 00 00 00 00 00 00 00 00  08 00 00 00',
      { name: 'ab', pins: 8 },
    ],
    ['an array', arrayOf(1, 'X', 'u16'), '01 00 02 00 03 00', [1, 2, 3]],
    ['an array with half a number at its end', arrayOf(1, 'X', 'u32'), '01 00 00 00 02 00', [1]],
    ['an array without elements', arrayOf(1, 'X', 'u32'), '', []],
    ['a struct of an older kernel', structOf(1, 'X', point), '01 00 ee ee  02 00 00 00', { x: 1, y: 2 }],
    ['a struct of a newer kernel', structOf(1, 'X', new Struct('pair', { a: 'u8', b: 'u8' })), '01 02 03 04', { a: 1, b: 2 }],
  ])('%s', (_, field, text, expected) => {
    expect(decode(field, text)).toEqual(expected)
  })
})

describe('a row writes', () => {
  it.each<[string, Field, unknown, string]>([
    ['a flag with a number', flag(1, 'X', { wire: 'u32' }), true, '01 00 00 00'],
    [
      'switches behind their mask',
      switchesOf(1, 'X', colours, { maskFirst: true }),
      { red: true, blue: false },
      '05 00 00 00 01 00 00 00',
    ],
    [
      'text in a struct',
      structOf(1, 'X', chip),
      { name: 'ab', pins: 8 },
      '61 62 00 00 00 00 00 00 00 00 00 00 00 00 00 00  08 00 00 00',
    ],
    ['an array', arrayOf(1, 'X', 'u16'), [1, 2, 3], '01 00 02 00 03 00'],
    ['an array without elements', arrayOf(1, 'X', 'u32'), [], ''],
  ])('%s', (_, field, value, text) => {
    const link = begin('link')
    field.lower(link, value)
    // Behind the struct ifinfomsg, and the attribute's own header.
    expect(encodedLines('newLink', link).slice(5)).toEqual(hexLines(text + ' 00'.repeat((4 - (hex(text).length % 4)) % 4)))
  })
})
