import type { Locator } from '../protocol/failure.ts'
import { BitNames, Enumeration } from '../schema/enums.ts'
import { eachAttribute, type Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { mdbRows, routerPortRows, sentTable } from './attributes.ts'
import { BR_PORT, entryParts, MDB_ENTRY_SIZE, MDB_FLAGS, MDB_STATES } from './entry-struct.ts'
import type { MdbEntry, MdbRouterPort } from './mdb-entry.ts'

export const mdbTable = new Table('mdbEntry', mdbRows, { headerLength: MDB_ENTRY_SIZE, acceptsListed: true })
export const routerPortTable = new Table('mdbRouterPort', routerPortRows, { headerLength: 4 })

/** Attributes that stand around entries. */
const MDB = 1
const ENTRY = 1
const INFO = 1
const ROUTER = 2
const PORT = 1

/** Attributes of a request. */
export const SET_ENTRY = 1
export const SET_ENTRY_ATTRS = 2

const states = new Enumeration(MDB_STATES)
const flagNames = new BitNames(MDB_FLAGS)
const { master, link, group, vlan, state, flags } = mdbTable.rows

/** Reads all entries of a message from its `br_port_msg` at `start`. */
export function decodeMdb(message: Message, start: number, end: number): MdbEntry[] {
  const entries: MdbEntry[] = []
  const bridge = end - start < BR_PORT.size ? 0 : message.u32(start + BR_PORT.index)
  eachOf(message, start + BR_PORT.size, end, MDB, (from, to) =>
    eachOf(message, from, to, ENTRY, (first, last) =>
      eachOf(message, first, last, INFO, (at, until) => {
        if (until - at >= MDB_ENTRY_SIZE) entries.push(decodeEntry(message, at, until, bridge))
      }),
    ),
  )
  return entries
}

function decodeEntry(message: Message, at: number, until: number, bridge: number): MdbEntry {
  return mdbTable.shape(message, at, until, (slots, shape) => {
    slots[master.slot] = bridge
    slots[link.slot] = entryParts.link(message, at)
    slots[group.slot] = entryParts.group(message, at)
    slots[vlan.slot] = entryParts.vlan(message, at)
    slots[state.slot] = states.toName(entryParts.state(message, at))
    slots[flags.slot] = flagNames.toNames(entryParts.flags(message, at))
    return shape(slots) as MdbEntry
  })
}

/** Reads the router ports that a message names. */
export function decodeRouterPorts(message: Message, start: number, end: number): MdbRouterPort[] {
  const ports: MdbRouterPort[] = []
  const bridge = end - start < BR_PORT.size ? 0 : message.u32(start + BR_PORT.index)
  eachOf(message, start + BR_PORT.size, end, ROUTER, (from, to) =>
    eachOf(message, from, to, PORT, (at, until) => {
      if (until - at < 4) return
      const port = routerPortTable.shape(message, at, until, (slots, shape) => {
        slots[routerPortRows.master.slot] = bridge
        slots[routerPortRows.link.slot] = message.u32(at)
        return shape(slots) as MdbRouterPort
      })
      ports.push(port)
    }),
  )
  return ports
}

/** Calls `visit` with the payload of each attribute of that number. */
function eachOf(message: Message, start: number, end: number, number: number, visit: (from: number, to: number) => void): void {
  eachAttribute(message, start, end, (type, at, length) => {
    if (type === number) visit(at, at + length)
  })
}

export const mdbLocator: Locator = {
  locate(message, start, end, target) {
    if (target < start + BR_PORT.size) return 'master'
    let path: string | undefined
    eachAttribute(message, start + BR_PORT.size, end, (type, at, length) => {
      if (target < at - 4 || target >= at + length) return
      if (type === SET_ENTRY) path = 'link'
      else if (type === SET_ENTRY_ATTRS) path = sentTable.locate(message, at, at + length, target)
    })
    return path === '$stateMask' ? 'permanent' : path
  },
  keyOf: number => sentTable.keyOf(number),
  kernelWords: {
    group: 'group address',
    filterMode: 'filter mode',
    sourceList: 'source list',
    vlan: 'vlan id',
    remote: 'remote destination',
  },
}
