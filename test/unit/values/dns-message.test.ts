import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeReply, encodeQuestion, isDomainName, RecordType } from '../../../lib/values/dns-message.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/#.*/g, '').replace(/\s/g, ''), 'hex'))

const QUESTION = `
  1234                                # id
  0100                                # recursion desired
  0001 0000 0000 0000                 # one question
  03 777777 04 74657374 00            # www.test
  0001 0001                           # A, IN`

const HEAD = (answers: string, flags = '8180') => `1234 ${flags} 0001 ${answers} 0000 0000 03 777777 04 74657374 00 0001 0001`

describe('encodeQuestion', () => {
  it('writes a question as RFC 1035 has it', () => {
    expect(encodeQuestion(0x1234, 'www.test', RecordType.A)).toEqual(hex(QUESTION))
  })
})

describe('decodeReply', () => {
  const decode = (text: string, id = 0x1234) => decodeReply(hex(text), id, 'www.test', RecordType.A)

  it('reads addresses, whose owner may stand earlier in the message', () => {
    const reply = decode(`${HEAD('0002')}
      c00c 0001 0001 0000003c 0004 c0000201     # www.test A 192.0.2.1
      c00c 0001 0001 0000003c 0004 c0000202`)
    expect(reply).toEqual({ code: 0, truncated: false, addresses: ['192.0.2.1', '192.0.2.2'] })
  })

  it('follows an alias, in whatever order the records are', () => {
    const reply = decode(`${HEAD('0002')}
      03 776562 c010 0001 0001 0000003c 0004 c0000203     # web.test A 192.0.2.3
      c00c 0005 0001 0000003c 0006 03 776562 c010         # www.test CNAME web.test`)
    expect(reply?.addresses).toEqual(['192.0.2.3'])
  })

  it('leaves out addresses of other names, and records of other types', () => {
    const reply = decode(`${HEAD('0003')}
      03 6d6169 c010 0001 0001 0000003c 0004 c0000204     # mai.test
      c00c 0010 0001 0000003c 0003 026869                 # TXT
      c00c 001c 0001 0000003c 0010 ${'00'.repeat(16)}     # AAAA`)
    expect(reply?.addresses).toEqual([])
  })

  it('tells that there is no such name, and that the reply was cut off', () => {
    expect(decode(HEAD('0000', '8183'))?.code).toBe(3)
    expect(decode(`${HEAD('0001', '8380')} c00c 0001`)).toEqual({ code: 0, truncated: true, addresses: [] })
  })

  it.each([
    ['another id', HEAD('0000'), 0x1235],
    ['a question', QUESTION, 0x1234],
    ['another name', HEAD('0000').replace('777777', '777778'), 0x1234],
    ['another type', `${HEAD('0000').slice(0, -9)}001c 0001`, 0x1234],
    ['no question', '1234 8180 0000 0000 0000 0000', 0x1234],
    ['a record that is cut off', `${HEAD('0001')} c00c 0001 0001 0000003c 0004 c000`, 0x1234],
    ['a name that refers to itself', `${HEAD('0001')} c01c 0001 0001 0000003c 0004 c0000201`, 0x1234],
    ['a name that refers to what comes later', `${HEAD('0001')} c0ff 0001 0001 0000003c 0004 c0000201`, 0x1234],
    ['a label of an unknown kind', `${HEAD('0001')} 8000 0001 0001 0000003c 0004 c0000201`, 0x1234],
    ['nothing', '', 0x1234],
  ])('does not take %s', (_, text, id) => {
    expect(decode(text, id)).toBeUndefined()
  })

  it('compares names without regard to case', () => {
    expect(decodeReply(hex(HEAD('0000').replace('777777', '575757')), 0x1234, 'www.test', RecordType.A)?.code).toBe(0)
  })

  it('never throws, whatever comes', () => {
    const good = hex(`${HEAD('0002')} c00c 0001 0001 0000003c 0004 c0000201 c00c 0005 0001 0000003c 0006 03 776562 c010`)
    const damaged = fc
      .tuple(
        fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 }),
        fc.nat({ max: good.length }),
      )
      .map(([changes, length]) => {
        const bytes = good.slice()
        for (const [at, value] of changes) bytes[at] = value
        return bytes.subarray(0, length)
      })
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), bytes => {
        decodeReply(bytes, 0x1234, 'www.test', RecordType.A)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('isDomainName', () => {
  it.each(['a', 'web.test', 'a-b_c.test', `${'x'.repeat(63)}.test`])('takes %s', name => {
    expect(isDomainName(name)).toBe(true)
  })

  it.each(['', 'a..b', '.', 'a b', 'ä.test', `${'x'.repeat(64)}.test`, Array(64).fill('abc').join('.')])('refuses %j', name => {
    expect(isDomainName(name)).toBe(false)
  })
})
