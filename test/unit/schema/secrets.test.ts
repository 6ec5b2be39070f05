import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DumpInterruptedError } from '../../../lib/errors.ts'
import { CompletionCode, HEADER_WORDS } from '../../../lib/native/binding.ts'
import { loadAddon } from '../../../lib/native/load.ts'
import { Failure } from '../../../lib/protocol/failure.ts'
import { enumOf } from '../../../lib/schema/enums.ts'
import { Message } from '../../../lib/schema/message.ts'
import { listOf, nest } from '../../../lib/schema/nests.ts'
import { bytes, ip, mac, string } from '../../../lib/schema/octets.ts'
import { Program } from '../../../lib/schema/program.ts'
import { linkReference } from '../../../lib/schema/references.ts'
import { bigU64, bool, u32, u64 } from '../../../lib/schema/scalars.ts'
import { Struct, structOf } from '../../../lib/schema/structs.ts'
import { Table } from '../../../lib/schema/table.ts'

const NLMSGHDR = 16
const secret = { secret: true } as const
const deep = new Table('secretDeep', { key: string(1, 'X', { max: 4 }) })
const point = new Struct('secretPoint', { x: 'u16' })
const table = new Table('secretRows', {
  text: string(1, 'X', { ...secret, max: 8 }),
  octets: bytes(2, 'X', { ...secret, min: 4, max: 4 }),
  number: u32(3, 'X', { ...secret, max: 10 }),
  big: bigU64(4, 'X', secret),
  wide: u64(5, 'X', { ...secret, max: 10 }),
  name: enumOf(6, 'X', 'u8', { one: 1 }, secret),
  address: ip(7, 'X', secret),
  hardware: mac(8, 'X', secret),
  link: linkReference(9, 'X', secret),
  on: bool(11, 'X', secret),
  nested: nest(12, 'X', deep, secret),
  list: listOf(13, 'X', string(1, 'X', { ...secret, max: 4 })),
  struct: structOf(14, 'X', point, secret),
  plain: u32(15, 'X', { max: 10 }),
})

const SECRET = 'hunter2-hunter2'
const NUMBER = 8_675_309

function refusal(options: object): Error & { option: string } {
  const program = new Program().begin('keys.set', HEADER_WORDS.link)
  try {
    table.lower(program, options, 'change')
  } catch (error) {
    return error as Error & { option: string }
  }
  throw new Error('nothing was refused')
}

describe('what is refused of a secret row', () => {
  it.each<[option: string, options: object]>([
    ['text', { text: SECRET }],
    ['text', { text: { toString: () => SECRET } }],
    ['octets', { octets: SECRET }],
    ['octets', { octets: Buffer.from(SECRET) }],
    ['number', { number: SECRET }],
    ['number', { number: NUMBER }],
    ['big', { big: SECRET }],
    ['big', { big: -8_675_309n }],
    ['wide', { wide: NUMBER }],
    ['name', { name: SECRET }],
    ['address', { address: SECRET }],
    ['hardware', { hardware: SECRET }],
    ['link', { link: [SECRET] }],
    ['on', { on: SECRET }],
    ['nested.key', { nested: { key: SECRET } }],
    ['list.0', { list: [SECRET] }],
    ['struct.x', { struct: { x: SECRET } }],
  ])('is named and not quoted: %s', (option, options) => {
    const error = refusal(options)
    expect(error.option).toBe(option)
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/hunter|8675309|68, 75|6875/)
  })

  it('is told by its length, which is what is most often wrong', () => {
    expect(refusal({ address: SECRET }).message).toContain('got text of 15 characters')
    expect(refusal({ octets: Buffer.from(SECRET) }).message).toBe('keys.set: option "octets": allowed is 4 bytes, got 15 bytes')
  })

  it('does not keep the next row from being quoted', () => {
    const program = new Program().begin('keys.set', HEADER_WORDS.link)
    expect(() => table.lower(program, { text: SECRET }, 'change')).toThrow()
    expect(() => table.lower(program, { plain: 11 }, 'change')).toThrow('got 11')
  })
})

describe('a secret that was read', () => {
  const program = new Program().begin('keys.get', HEADER_WORDS.link)
  table.lower(program, { octets: Buffer.from('keys'), text: 'hunter2', plain: 1 }, 'change')
  const message = loadAddon().encode('newLink', program.words, program.length)
  const read = table.decode(new Message(message), NLMSGHDR + 16, message.length)

  it('is there for who asks', () => {
    expect([read.text, Buffer.from(read.octets!).toString()]).toEqual(['hunter2', 'keys'])
  })

  it('is not printed, copied or serialized', () => {
    expect(inspect(read, { depth: null })).not.toMatch(/hunter2|6b 65/)
    expect(JSON.stringify({ ...read })).not.toContain('hunter2')
  })

  it('is not printed along with an error that has what was read', () => {
    expect(inspect(new DumpInterruptedError('keys.list', [read]), { depth: null })).not.toMatch(/hunter2|6b 65/)
  })

  it('is not kept among the unknown attributes when it is too short', () => {
    const short = Uint8Array.of(6, 0, 4, 0, 0x68, 0x75, 0, 0)
    expect(table.decode(new Message(short), 0, short.length).unknown).toBeUndefined()
  })
})

describe('a request that failed', () => {
  const request = Buffer.concat([Buffer.alloc(NLMSGHDR), Buffer.from(SECRET)])
  const EINVAL = 22

  it.each([CompletionCode.refused, CompletionCode.unresolved, CompletionCode.tooLarge, CompletionCode.unknown])(
    'with code %i keeps its bytes out of the error, and out of what is printed of itself',
    code => {
      const failure = new Failure('keys.set', code, EINVAL, 0, request)
      const printed = inspect([failure, failure.toError()], { depth: null, showHidden: true })
      expect(printed).not.toMatch(/hunter2|68 75 6e|104, *117/)
    },
  )
})
