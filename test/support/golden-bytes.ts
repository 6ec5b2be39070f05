import { TestRunner } from 'vitest'
import {
  findLinkKind,
  findPortKind,
  INFO_DATA,
  INFO_KIND,
  INFO_PORT_DATA,
  INFO_PORT_KIND,
  linkInfo,
} from '../../lib/links/link-info.ts'
import { linkTable } from '../../lib/links/link-table.ts'
import type { Field, NestedRows } from '../../lib/schema/field.ts'
import { Table } from '../../lib/schema/table.ts'
import { attributesIn, textOf } from './messages.ts'
import { type BytesNote, note } from './notes.ts'

type Did = BytesNote['did']

/** Messages of this file that were written by hand, in hex. */
const written = new Set<string>()
/** Those that the running test had encoded. */
let encoded: { test: unknown; messages: Set<string> } = { test: undefined, messages: new Set() }

/** An RTM_NEWLINK that a person wrote down. */
export function handWritten(bytes: Uint8Array): void {
  written.add(hexOf(bytes))
  noteIf(bytes, 'sent', encodedHere().has(hexOf(bytes)))
}

/** One that we encoded: it counts when the same bytes are written down. */
export function weEncoded(bytes: Uint8Array): void {
  encodedHere().add(hexOf(bytes))
  noteIf(bytes, 'sent', written.has(hexOf(bytes)))
}

/** One that we decode. */
export function weDecode(bytes: Uint8Array): void {
  noteIf(bytes, 'read', written.has(hexOf(bytes)))
}

function encodedHere(): Set<string> {
  const test = TestRunner.getCurrentTest()
  if (encoded.test !== test) encoded = { test, messages: new Set() }
  return encoded.messages
}

function noteIf(bytes: Uint8Array, did: Did, isGolden: boolean): void {
  if (!isGolden || TestRunner.getCurrentTest() === undefined) return
  const attributes = attributesIn(bytes.subarray(NLMSGHDR), IFINFOMSG)
  const options = [...optionsOf('link', linkTable, attributes), ...optionsInInfo(attributes.get(linkInfo.number))]
  note(...options.map(([subject, option]) => ({ of: 'bytes' as const, subject, option, did })))
}

const NLMSGHDR = 16
const IFINFOMSG = 16

type Options = [subject: string, option: string][]

/** The data of the link's kind, and of the port that it is. */
function optionsInInfo(info: Uint8Array | undefined): Options {
  if (info === undefined) return []
  const parts = attributesIn(info)
  const kind = findLinkKind(textOf(parts.get(INFO_KIND)))
  const port = findPortKind(textOf(parts.get(INFO_PORT_KIND)))
  const [data, portData] = [parts.get(INFO_DATA), parts.get(INFO_PORT_DATA)]
  return [
    ...(kind === undefined ? [] : [[kind.kind, 'kind'] as Options[0]]),
    ...(kind === undefined || data === undefined ? [] : optionsOf(kind.kind, kind.table, attributesIn(data))),
    ...(port === undefined || portData === undefined ? [] : optionsOf(`${port.kind} port`, port.table, attributesIn(portData))),
  ]
}

/** Paths of the options whose attributes stand there, in nests too. */
function optionsOf(subject: string, table: NestedRows, attributes: ReadonlyMap<number, Uint8Array>, path = ''): Options {
  const rows = Object.entries(table.rows as Record<string, Field>).filter(([key]) => !key.startsWith('$'))
  return rows.flatMap(([key, row]) => {
    const numbers = row.place === 'attribute' ? [row, ...row.twins].map(({ number }) => number) : []
    const payload = numbers.map(number => attributes.get(number)).find(payload => payload !== undefined)
    if (payload === undefined) return []
    const option = `${path}${key}`
    const below = row.wire === 'nest' && row.nested instanceof Table ? row.nested : undefined
    const nested = below === undefined ? [] : optionsOf(subject, below, attributesIn(payload, below.headerLength), `${option}.`)
    return [[subject, option] as Options[0], ...nested]
  })
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
