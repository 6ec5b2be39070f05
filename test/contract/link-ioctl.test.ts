import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CompletionCode, LARGEST_IOCTL, Protocol, RecordFlag } from '../../lib/native/binding.ts'
import { Inbox, type Outcome } from '../support/inbox.ts'
import { numberOf, textOf } from '../support/messages.ts'
import { type FreshSession, freshSession, NativeSession } from '../support/native-session.ts'
import { addAlternativeName, addVeth, deleteLink, headerIndex, type RecordOptions, raw, request } from '../support/records.ts'

const inbox = new Inbox()
const { ENODEV, EOPNOTSUPP } = constants.errno
const { done, reply, refused, unresolved, skipped } = CompletionCode
const SIOCETHTOOL = 0x8946
/** <linux/ethtool.h>: `struct ethtool_drvinfo`, whose command is its first word. */
const DRIVER = [3, 0, 0, 0]
const SIZE = 196
/** An nlmsghdr, and the header of the record. */
const BEFORE = 16 + 12

let session: FreshSession

beforeEach(async () => {
  session = await freshSession(inbox)
})
afterEach(() => session.close())

function driverOf(link: string | number, { record = 0, ...options }: RecordOptions & { struct?: number[]; room?: number } = {}) {
  const { struct = DRIVER, room = SIZE } = options
  const [index, name] = typeof link === 'number' ? [link, []] : [0, headerIndex(link)]
  const program = [...name, ...raw(struct)]
  return request('linkIoctl', [SIOCETHTOOL, index, room], program, { flags: 0, record: RecordFlag.reply | record })
}

const nameIn = ({ payload }: Outcome) => textOf(payload.subarray(BEFORE + 4, BEFORE + 36)).replace(/\0.*/s, '')

describe('an ioctl about a link', () => {
  it('answers with as much of the struct as was asked for, behind the header of the record', async () => {
    await session.run(addVeth('v0', 'v1'))
    const outcome = await session.one(driverOf('v0'))
    expect(outcome.code).toBe(reply)
    expect(outcome.payload.length).toBe(BEFORE + SIZE)
    expect(numberOf(outcome.payload.subarray(16))).toBe(SIOCETHTOOL)
    expect(nameIn(outcome)).toBe('veth')
  })

  it.each([
    ['by its index', 2],
    ['by its name', 'v1'],
    ['by a name of more than 15 bytes', 'a-name-of-26-bytes-in-all.'],
  ])('knows the link %s', async (_, link) => {
    await session.run(addVeth('v0', 'v1'), addAlternativeName('v1', 'a-name-of-26-bytes-in-all.'))
    expect(nameIn(await session.one(driverOf(link)))).toBe('veth')
  })

  it('keeps call order: a link exists from when it was added until it is deleted', async () => {
    const [missing, added, there, deleted, gone] = await session.run(
      driverOf('v0'),
      addVeth('v0', 'v1'),
      driverOf('v0'),
      deleteLink('v0'),
      driverOf('v0'),
    )
    expect([missing, added, there, deleted, gone].map(outcome => outcome!.code)).toEqual([
      unresolved,
      done,
      reply,
      done,
      unresolved,
    ])
    expect(missing).toMatchObject({ error: ENODEV, detail: 16 + 4 })
  })

  it('is refused with the errno when there is no link of that index', async () => {
    expect(await session.one(driverOf(77))).toMatchObject({ code: refused, error: ENODEV, detail: 0 })
  })

  it('is refused with the errno of the driver', async () => {
    expect(await session.one(driverOf('lo', { struct: [0xff, 0xff, 0, 0] }))).toMatchObject({ code: refused, error: EOPNOTSUPP })
  })

  it('hands out no memory but what the kernel wrote', async () => {
    await session.run(addVeth('v0', 'v1'))
    const { payload } = await session.one(driverOf('v0', { room: 4096 }))
    expect([...payload.subarray(BEFORE + SIZE)].every(byte => byte === 0)).toBe(true)
  })

  it('is skipped behind a record that failed, when it is linked to that', async () => {
    const [, linked] = await session.run(driverOf(77), driverOf('lo', { record: RecordFlag.linked }))
    expect(linked!.code).toBe(skipped)
  })

  it.each([
    ['without a reply', request('linkIoctl', [SIOCETHTOOL, 1, SIZE], raw(DRIVER), { flags: 0 })],
    ['that wants too much', driverOf(1, { room: LARGEST_IOCTL + 1 })],
  ])('%s is malformed', (_, record) => {
    expect(() => session.send(record)).toThrow(TypeError)
  })

  it('goes over a routing socket only', () => {
    const generic = new NativeSession(inbox, { namespace: session.namespace, protocol: Protocol.generic })
    try {
      expect(() => generic.send(driverOf(1))).toThrow(/of another protocol/)
    } finally {
      generic.socket.close()
    }
  })
})
