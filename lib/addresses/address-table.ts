import type { Locator } from '../protocol/failure.ts'
import type { Message } from '../schema/message.ts'
import type { StructOutput } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { AF_INET, AF_INET6, FAMILIES } from '../values/family.ts'
import type { Address } from './address.ts'
import { addressRows, FOREVER, type Lifetime } from './attributes.ts'
import { fillSwitches, flagNames } from './flags.ts'
import { IFADDR_SIZE } from './header.ts'

export const addressTable = new Table('address', addressRows, { headerLength: IFADDR_SIZE, acceptsListed: true })

const { rows } = addressTable
const IFA_F_SECONDARY = 1

/** Reads an address from its `ifaddrmsg` at `start`. */
export function decodeAddress(message: Message, start: number, end: number): Address {
  return addressTable.shape(message, start, end, construct)
}

function construct(slots: unknown[], shape: (slots: readonly unknown[]) => object): Address {
  const family = FAMILIES[slots[rows.family.slot] as keyof typeof FAMILIES] ?? (slots[rows.family.slot] as number)
  fillAddress(slots)
  fillFlags(slots, family)
  fillTimes(slots)
  return shape(slots) as Address
}

/** IFA_ADDRESS is the far end where there is one, else the address itself; IPv6 sends IFA_LOCAL only in the first case. */
function fillAddress(slots: unknown[]): void {
  const prefix = slots[rows.prefixLength.slot] as number
  const far = slots[rows.peer.slot] as string | undefined
  const local = (slots[rows.address.slot] as string | undefined) ?? far
  slots[rows.local.slot] = local
  slots[rows.address.slot] = local === undefined ? undefined : `${local}/${prefix}`
  slots[rows.peer.slot] = far === undefined || far === local ? undefined : `${far}/${prefix}`
}

function fillFlags(slots: unknown[], family: number): void {
  const flags = (slots[rows.$flags.slot] ?? slots[rows.$headerFlags.slot]) as number
  fillSwitches(slots, flags)
  slots[rows.flags.slot] = flagNames(flags, family)
  slots[rows.secondary.slot] = family === AF_INET && (flags & IFA_F_SECONDARY) !== 0
  slots[rows.temporary.slot] = family === AF_INET6 && (flags & IFA_F_SECONDARY) !== 0
}

type CacheInfo = StructOutput<{ preferred: 'u32'; valid: 'u32'; created: 'u32'; updated: 'u32' }>

function fillTimes(slots: unknown[]): void {
  const info = slots[rows.$cacheInfo.slot] as CacheInfo | undefined
  if (info === undefined) return
  slots[rows.validLifetime.slot] = toLifetime(info.valid)
  slots[rows.preferredLifetime.slot] = toLifetime(info.preferred)
  slots[rows.created.slot] = info.created / 100
  slots[rows.updated.slot] = info.updated / 100
}

function toLifetime(seconds: number): Lifetime {
  return seconds === FOREVER ? 'forever' : seconds
}

/** What one attribute holds for several options is called after the one that callers give most. */
const SPREAD: Readonly<Record<string, string>> = { $cacheInfo: 'validLifetime', prefixLength: 'address', family: 'address' }

export const addressLocator: Locator = {
  locate(message, start, end, target) {
    const path = addressTable.locate(message, start, end, target)
    return path === undefined ? undefined : (SPREAD[path] ?? (path.startsWith('$') ? undefined : path))
  },
  keyOf: number => addressTable.keyOf(number),
}
