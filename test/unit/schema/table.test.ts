import { beforeEach, describe, expect, it } from 'vitest'
import { enumOf } from '../../../lib/schema/enums.ts'
import { Field } from '../../../lib/schema/field.ts'
import { Message } from '../../../lib/schema/message.ts'
import { listOf, nest } from '../../../lib/schema/nests.ts'
import { ipOfEither, string } from '../../../lib/schema/octets.ts'
import { Program } from '../../../lib/schema/program.ts'
import { flag, u8, u16, u32 } from '../../../lib/schema/scalars.ts'
import { type Phase, Table } from '../../../lib/schema/table.ts'
import { hex } from '../../support/wire.ts'

const inner = new Table('inner', { size: u32(1, 'IN_SIZE'), label: string(2, 'IN_LABEL') })
const table = new Table(
  'outer',
  {
    id: u16(1, 'OUT_ID', { access: 'required' }),
    kind: enumOf(2, 'OUT_KIND', 'u8', { plain: 0, fancy: 1 }, { access: 'create' }),
    inner: nest(3, 'OUT_INNER', inner),
    seen: u32(4, 'OUT_SEEN', { access: 'readOnly' }),
    list: listOf(5, 'OUT_LIST', nest(1, 'OUT_ITEM', inner)),
    remote: ipOfEither([6, 'OUT_V4'], [7, 'OUT_V6']),
    note: string(8, 'OUT_NOTE', { afterCreation: true }),
    flush: flag(9, 'OUT_FLUSH', { access: 'writeOnly' }),
  },
  { padding: { OUT_PAD: 10 } },
)

const program = new Program()

beforeEach(() => {
  program.begin('things.add', 0)
})

function lower(options: object, phase: Phase = 'change'): boolean {
  return table.lower(program, options, phase)
}

function decode(text: string) {
  const bytes = hex(text)
  return table.decode(new Message(bytes), 0, bytes.length)
}

describe('Table.lower', () => {
  it.each([
    { phase: 'create', options: {}, code: 'ERR_MISSING_OPTION', option: 'id' },
    { phase: 'create', options: { id: undefined }, code: 'ERR_MISSING_OPTION', option: 'id' },
    { phase: 'change', options: { kind: 'fancy' }, code: 'ERR_INVALID_ARG_VALUE', option: 'kind' },
    { phase: 'change', options: { seen: 1 }, code: 'ERR_INVALID_ARG_VALUE', option: 'seen' },
    { phase: 'change', options: { inner: { size: -1 } }, code: 'ERR_OUT_OF_RANGE', option: 'inner.size' },
    { phase: 'change', options: { inner: 1 }, code: 'ERR_INVALID_ARG_TYPE', option: 'inner' },
    { phase: 'change', options: { list: [{}, { label: 7 }] }, code: 'ERR_INVALID_ARG_TYPE', option: 'list.1.label' },
    { phase: 'change', options: { list: {} }, code: 'ERR_INVALID_ARG_TYPE', option: 'list' },
    { phase: 'change', options: { inner: { sise: 1 } }, code: 'ERR_UNKNOWN_OPTION', option: 'inner.sise' },
  ] as const)('refuses $options in phase $phase and names $option', ({ phase, options, code, option }) => {
    expect(() => lower(options, phase)).toThrow(expect.objectContaining({ code, option, operation: 'things.add' }))
  })

  it('wants a fixed option on creation, and takes it only there', () => {
    const fixed = new Table('fixed', { number: u32(1, 'NUMBER', { access: 'fixed' }) })
    expect(() => fixed.lower(program, {}, 'create')).toThrow(expect.objectContaining({ code: 'ERR_MISSING_OPTION' }))
    expect(() => fixed.lower(program, { number: 1 }, 'change')).toThrow('can only be given on creation')
    expect(() => fixed.lower(program, { number: 1 }, 'create')).not.toThrow()
  })

  it('names the nearest option for one that it does not know', () => {
    expect(() => lower({ remtoe: '::1' })).toThrow('things.add: unknown option "remtoe" (did you mean "remote"?)')
  })

  it('names the right option again after a refusal inside a nest', () => {
    expect(() => lower({ inner: { size: -1 } })).toThrow()
    program.begin('things.add', 0)
    expect(() => lower({ id: -1 })).toThrow(expect.objectContaining({ option: 'id' }))
  })

  it('sends nothing for undefined', () => {
    const empty = program.length
    lower({ id: undefined, inner: undefined })
    expect(program.length).toBe(empty)
  })

  it('leaves options for the message after creation, and says so', () => {
    const options = { id: 1, note: 'x' }
    expect(lower(options, 'create')).toBe(true)
    expect(lower({ id: 1 }, 'create')).toBe(false)
    const before = program.length
    lower({ id: 1 }, 'afterCreation')
    expect(program.length).toBe(before)
    lower(options, 'afterCreation')
    expect(program.length).toBeGreaterThan(before)
  })

  it('passes over what only the kernel sets when the object was listed', () => {
    const listed = new Table('listed', { seen: u32(1, 'SEEN', { access: 'readOnly' }) }, { acceptsListed: true })
    const empty = program.length
    listed.lower(program, { seen: 4, unknown: [] }, 'change')
    expect(program.length).toBe(empty)
  })
})

describe('Table.decode', () => {
  it('has every property, in one order, whatever the message holds', () => {
    const keys = ['id', 'kind', 'inner', 'seen', 'list', 'remote', 'note', 'flush', 'unknown']
    expect(Object.keys(decode(''))).toEqual(keys)
    expect(Object.keys(decode('05 00 02 00  01 00 00 00  06 00 01 00  07 00 00 00'))).toEqual(keys)
  })

  it('forgets the message before', () => {
    decode('06 00 01 00  07 00 00 00')
    expect(decode('').id).toBeUndefined()
  })

  it('reads nests, lists and both twins', () => {
    const object = decode(`
      0c 00 03 80  08 00 01 00  09 00 00 00
      1c 00 05 00  0c 00 01 80  08 00 01 00  01 00 00 00  0c 00 01 80  08 00 01 00  02 00 00 00
      14 00 07 00  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01`)
    expect(object).toMatchObject({ inner: { size: 9 }, list: [{ size: 1 }, { size: 2 }], remote: '2001:db8::1' })
  })

  it('reads a table inside itself', () => {
    const tree: Table = new Table('tree', { value: u8(1, 'VALUE'), child: below() })
    const bytes = hex('05 00 01 00 01 00 00 00  14 00 02 00  05 00 01 00 02 00 00 00  08 00 02 00 05 00 01 00')
    expect(tree.decode(new Message(bytes), 0, bytes.length)).toMatchObject({ value: 1, child: { value: 2 } })
    function below() {
      return new Field(
        'attribute',
        2,
        'CHILD',
        {},
        {
          wire: 'nest',
          minLength: 0,
          lower: () => {},
          decode: (message: Message, offset: number, length: number) => tree.decode(message, offset, offset + length),
        },
      )
    }
  })

  it('takes the last of a repeated attribute, as the kernel does', () => {
    expect(decode('06 00 01 00 07 00 00 00  06 00 01 00 08 00 00 00').id).toBe(8)
  })

  it('keeps unknown attributes, and known ones that are too short, as bytes of its own', () => {
    const bytes = hex('06 00 63 00 aa bb 00 00  05 00 01 00 07 00 00 00')
    const { unknown } = table.decode(new Message(bytes), 0, bytes.length)
    bytes.fill(0)
    expect(unknown).toEqual([
      { type: 99, bytes: Uint8Array.of(0xaa, 0xbb) },
      { type: 1, bytes: Uint8Array.of(7) },
    ])
  })

  it('drops padding', () => {
    expect(decode('04 00 0a 00').unknown).toBeUndefined()
  })

  it('gives a number for a value without a name', () => {
    expect(decode('05 00 02 00 09 00 00 00').kind).toBe(9)
  })

  it.each([
    ['a length below its own header', '03 00 01 00 07 00'],
    ['a length of zero', '00 00 01 00 07 00 00 00'],
    ['a length beyond the end', '09 00 01 00 07 00'],
    ['half a header', '06 00'],
  ])('stops at %s', (_, text) => {
    expect(decode(`05 00 02 00 01 00 00 00 ${text}`)).toMatchObject({ kind: 'fancy', id: undefined })
  })

  it('reads no further than the end that it is given', () => {
    const bytes = hex('06 00 01 00 07 00 00 00  05 00 02 00 01 00 00 00')
    expect(table.decode(new Message(bytes), 0, 8)).toMatchObject({ id: 7, kind: undefined })
  })
})

describe('Table.locate', () => {
  const bytes = hex(`
    06 00 01 00  07 00 00 00       # 0: id
    14 00 03 80                    # 8: inner
      08 00 01 00  09 00 00 00     # 12: size
      06 00 02 00  61 00 00 00     # 20: label
    1c 00 05 00                    # 28: list
      0c 00 01 80                  # 32: first
        08 00 01 00  01 00 00 00   # 36: size
      0c 00 01 80                  # 44: second
        08 00 01 00  02 00 00 00   # 48: size
    08 00 06 00  c0 00 02 01       # 56: remote
    06 00 63 00  aa bb 00 00       # 64: unknown`)

  it.each([
    [0, 'id'],
    [4, 'id'],
    [8, 'inner'],
    [12, 'inner.size'],
    [16, 'inner.size'],
    [20, 'inner.label'],
    [28, 'list'],
    [32, 'list.0'],
    [36, 'list.0.size'],
    [48, 'list.1.size'],
    [56, 'remote'],
    [64, undefined],
    [400, undefined],
  ])('knows what stands at %i', (offset, path) => {
    expect(table.locate(new Message(bytes), 0, bytes.length, offset)).toBe(path)
  })

  it('knows the option of an attribute number, and of a twin', () => {
    expect([1, 6, 7, 99].map(number => table.keyOf(number))).toEqual(['id', 'remote', 'remote', undefined])
  })
})
