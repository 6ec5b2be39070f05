import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFdbEntry, fdbLocator } from '../../lib/fdb/fdb-table.ts'
import { fouTable } from '../../lib/fou/fou-table.ts'
import { linkKinds, portKinds } from '../../lib/links/kinds.ts'
import { decodeLink, linkTable } from '../../lib/links/link-table.ts'
import { decodeMdb, decodeRouterPorts, mdbLocator } from '../../lib/mdb/mdb-table.ts'
import { HEADER_WORDS } from '../../lib/native/binding.ts'
import { loadAddon } from '../../lib/native/load.ts'
import { decodeNeighborTable, neighborTableLocator } from '../../lib/neighbor-tables/table.ts'
import { decodeNeighbor, neighborLocator } from '../../lib/neighbors/neighbor-table.ts'
import { bucketLocator, decodeBucket, decodeNexthop, nexthopLocator } from '../../lib/nexthops/nexthop-table.ts'
import { decodeRule, ruleLocator } from '../../lib/rules/rule-table.ts'
import { Message } from '../../lib/schema/message.ts'
import { Program } from '../../lib/schema/program.ts'
import type { Table } from '../../lib/schema/table.ts'
import { teamMessage } from '../../lib/team/messages.ts'
import { readOptions } from '../../lib/team/read.ts'
import { decodeVnis, vniLocator } from '../../lib/vnis/vni-table.ts'
import { deviceTable } from '../../lib/wireguard/device.ts'
import { optionCases } from '../support/arbitraries.ts'
import { NLMSGHDR, newLink } from '../support/wire.ts'

const kinds = [...linkKinds, ...portKinds].map(({ table }) => table as unknown as Table)
const byte = fc.nat({ max: 255 })

/** Attributes as they could come, nested and with any payload. */
const attributes = fc.letrec<{ list: Uint8Array; one: Uint8Array }>(tie => ({
  list: fc.array(tie('one'), { maxLength: 6 }).map(parts => new Uint8Array(Buffer.concat(parts))),
  one: fc
    .tuple(fc.nat({ max: 80 }), fc.boolean(), fc.oneof({ maxDepth: 3 }, fc.uint8Array({ maxLength: 40 }), tie('list')))
    .map(([type, nested, payload]) => {
      const bytes = Buffer.alloc((payload.length + 7) & ~3)
      bytes.writeUInt16LE(payload.length + 4, 0)
      bytes.writeUInt16LE(nested ? type | 0x8000 : type, 2)
      bytes.set(payload, 4)
      return bytes
    }),
})).list

/** A message of one kind's options, with some bytes changed and its end cut off. */
function damaged(table: Table): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat({ max: 2000 }), byte), { maxLength: 8 })
  return fc.tuple(optionCases(table), changes, fc.nat({ max: 20 })).map(([options, places, cut]) => {
    const program = new Program().begin('fuzz', HEADER_WORDS.link)
    table.lower(program, options.given as object, 'create')
    const bytes = loadAddon().encode('newLink', program.words, program.length).slice()
    for (const [place, value] of places) bytes[place % bytes.length] = value
    return bytes.subarray(0, Math.max(32, bytes.length - cut))
  })
}

/** Reads the message, and looks up what stands at every offset. */
function readAll(bytes: Uint8Array): void {
  const message = new Message(bytes)
  const link = decodeLink(message, NLMSGHDR, bytes.length)
  expect(link.index).toBeTypeOf('number')
  for (let target = NLMSGHDR; target <= bytes.length; target++) linkTable.locate(message, NLMSGHDR, bytes.length, target)
}

const genericTables: readonly Table[] = [fouTable, teamMessage, deviceTable as unknown as Table]

describe('reading what no kernel should send', () => {
  it('never throws on a message with the ids of a vxlan', () => {
    fc.assert(
      fc.property(attributes, fc.nat({ max: 12 }), (bytes, cut) => {
        const octets = Uint8Array.from([7, 0, 0, 0, 5, 0, 0, 0, ...bytes])
        const end = octets.length - Math.min(cut, octets.length)
        const message = new Message(octets.slice(0, end))
        for (const { link } of decodeVnis(message, 0, end)) expect(link).toBe(5)
        for (let target = 0; target <= end; target++) vniLocator.locate(message, 0, end, target)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    { what: 'a rule', bytes: 12, decode: decodeRule, locator: ruleLocator },
    { what: 'a neighbor', bytes: 12, decode: decodeNeighbor, locator: neighborLocator },
    { what: 'a forwarding entry', bytes: 12, decode: decodeFdbEntry, locator: fdbLocator },
    { what: 'a table of neighbors', bytes: 4, decode: decodeNeighborTable, locator: neighborTableLocator },
    { what: 'a nexthop object', bytes: 8, decode: decodeNexthop, locator: nexthopLocator },
    { what: 'a bucket', bytes: 8, decode: decodeBucket, locator: bucketLocator },
    { what: 'a multicast database', bytes: 8, decode: decodeMdb, locator: mdbLocator },
    { what: 'ports of routers', bytes: 8, decode: decodeRouterPorts, locator: mdbLocator },
  ])('never throws on a message of $what, nor reads beyond its end', ({ bytes: headerBytes, decode, locator }) => {
    const header = fc.uint8Array({ minLength: headerBytes, maxLength: headerBytes })
    fc.assert(
      fc.property(header, attributes, fc.nat({ max: 20 }), (first, rest, cut) => {
        const octets = Uint8Array.from([...first, ...rest])
        const end = Math.max(headerBytes, octets.length - cut)
        const padded = new Uint8Array(end + 64).fill(0xee)
        padded.set(octets.subarray(0, end))
        const exact = decode(new Message(octets.slice(0, end)), 0, end)
        expect(exact).toBeTypeOf('object')
        expect(decode(new Message(padded), 0, end)).toEqual(exact)
        for (let target = 0; target <= end; target++) locator.locate(new Message(padded), 0, end, target)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(genericTables)('never throws on a message of $name with attributes of any number and size', table => {
    const header = [1, 1, 0, 0]
    fc.assert(
      fc.property(attributes, bytes => {
        const octets = Uint8Array.from([...header, ...bytes])
        const message = new Message(octets)
        const read = table.decode(message, 0, octets.length)
        expect(read).toBeTypeOf('object')
        if (table === (teamMessage as unknown)) readOptions((read as { options?: [] }).options ?? [])
        for (let target = 0; target <= octets.length; target++) table.locate(message, 0, octets.length, target)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws on attributes of any number and size', () => {
    fc.assert(
      fc.property(attributes, bytes => readAll(newLink(Buffer.from(bytes).toString('hex')))),
      { numRuns: 3000 },
    )
  })

  it.each(kinds)('never throws on damaged data of $name, nor reads beyond its end', table => {
    fc.assert(
      fc.property(damaged(table), bytes => {
        const padded = new Uint8Array(bytes.length + 64).fill(0xee)
        padded.set(bytes)
        const exact = table.decode(new Message(bytes), 32, bytes.length)
        expect(table.decode(new Message(padded), 32, bytes.length)).toEqual(exact)
      }),
      { numRuns: 500 },
    )
  })
})
