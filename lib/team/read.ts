import type { Field } from '../schema/field.ts'
import type { Reports } from '../schema/infer.ts'
import { Message } from '../schema/message.ts'
import type { Table } from '../schema/table.ts'
import { TYPE_NAMES, TYPES } from './lower.ts'
import type { teamOption } from './messages.ts'
import { loadBalanceTable, type OtherTeamOption, optionTable, portOptionTable, type TeamOptions } from './option-rows.ts'

/** An option as it came. */
export type RawOption = Reports<(typeof teamOption)['rows']>

type Values = Record<string, unknown>

interface Place {
  readonly key: string
  readonly row: Field
  readonly type: number
}

const own = placesOf(optionTable)
const ofLoadBalance = placesOf(loadBalanceTable)
const ofPort = placesOf(portOptionTable)

/** Rows by the driver's names. */
function placesOf(table: Table<any>): Map<string, Place> {
  return new Map(
    (Object.entries(table.rows) as [string, Field][]).map(([key, row]) => [
      row.constant,
      { key, row, type: TYPES[row.wire.split(' ', 1)[0] as string] ?? TYPE_NAMES.binary },
    ]),
  )
}

/** The options of a team, of whatever its mode and its ports have. */
export function readOptions(raw: readonly RawOption[]): TeamOptions {
  const values: Values = {}
  const loadBalance: Values = {}
  const ports = new Map<number, Values>()
  const unknown: OtherTeamOption[] = []
  for (const option of raw) {
    if (option.removed) continue
    const target = targetOf(option, values, loadBalance, ports)
    if (target === undefined || !put(option, target.place, target.values)) unknown.push(otherOf(option))
  }
  if (Object.keys(loadBalance).length > 0) values.loadBalance = complete(loadBalanceTable, loadBalance)
  values.ports = [...ports].map(([link, options]) => complete(portOptionTable, { ...options, link }))
  if (unknown.length > 0) values.unknown = unknown
  return complete(optionTable, values) as TeamOptions
}

function targetOf(
  { name, port }: RawOption,
  values: Values,
  loadBalance: Values,
  ports: Map<number, Values>,
): { place: Place; values: Values } | undefined {
  const places: readonly (readonly [Place | undefined, Values])[] =
    port === undefined
      ? [
          [own.get(name), values],
          [ofLoadBalance.get(name), loadBalance],
        ]
      : [[ofPort.get(name), portOf(ports, port)]]
  const found = places.find(([place]) => place !== undefined)
  return found === undefined ? undefined : { place: found[0] as Place, values: found[1] }
}

function portOf(ports: Map<number, Values>, link: number): Values {
  let values = ports.get(link)
  if (values === undefined) {
    values = {}
    ports.set(link, values)
  }
  return values
}

/** False for what cannot be read as the row says. */
function put({ type, data, index }: RawOption, { key, row, type: expected }: Place, values: Values): boolean {
  if (type !== expected) return false
  if (type === TYPE_NAMES.bool) {
    values[key] = data !== undefined
    return true
  }
  if (data === undefined || data.length < row.minLength) return false
  const value = row.decode(new Message(data), 0, data.length)
  if (index === undefined) {
    values[key] = value
  } else {
    values[key] ??= []
    ;(values[key] as unknown[])[index] = value
  }
  return true
}

const NOTHING = new Uint8Array()

function otherOf({ name, type, data, port, index }: RawOption): OtherTeamOption {
  const known = Object.entries(TYPE_NAMES).find(([, number]) => number === type)
  const word = (known?.[0] ?? type) as OtherTeamOption['type']
  const value = type === TYPE_NAMES.bool ? data !== undefined : readValue(type, data ?? NOTHING)
  return { name, type: word, value, ...(port === undefined ? {} : { port }), ...(index === undefined ? {} : { index }) }
}

function readValue(type: number, data: Uint8Array): number | string | Uint8Array {
  const message = new Message(data)
  if (type === TYPE_NAMES.u32 && data.length >= 4) return message.u32(0)
  if (type === TYPE_NAMES.s32 && data.length >= 4) return message.s32(0)
  if (type === TYPE_NAMES.string) return message.string(0, data.length)
  return data
}

/** With every property of the table, so that all such objects look alike. */
function complete(table: Table<any>, values: Values): object {
  return Object.fromEntries(table.keys.map(key => [key, values[key]]))
}
