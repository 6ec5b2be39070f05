import { addressHint } from '../addresses/address-hint.ts'
import { addressLocator } from '../addresses/address-table.ts'
import { lowerAddress } from '../addresses/lower.ts'
import { invalidType, invalidValue, NetlinkError } from '../errors.ts'
import { change } from '../links/change.ts'
import { lowerLink } from '../links/lower.ts'
import { NLM_F_CREATE, NLM_F_REPLACE } from '../protocol/flags.ts'
import type { Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import type { Program } from '../schema/program.ts'
import { parseMac } from '../values/mac.ts'

type Given = Readonly<Record<string, unknown>>

const HARDWARE_ADDRESS = 6
/** Any index: what is written with it is not sent. */
const SOME_INDEX = 1

/** What becomes of a link once it is open: sent in one go. */
export class LinkSettings {
  readonly #operation: string
  readonly #link: Given
  readonly #addresses: readonly Given[]

  constructor(operation: string, options: object) {
    const { up, mtu, master, txQueueLength, hardwareAddress, address } = options as Given
    this.#operation = operation
    if (hardwareAddress !== undefined) checkHardwareAddress(operation, hardwareAddress)
    this.#link = definedOf({ up, mtu, master, txQueueLength, address: hardwareAddress })
    this.#addresses = toAddresses(operation, address)
  }

  /** Finds the caller's mistakes before anything is opened. */
  check(session: Session): void {
    lowerLink(session.begin(this.#operation, 'link'), this.#link, 'change')
    for (const address of this.#addresses) this.#lowerAddress(session, SOME_INDEX, address)
  }

  async apply(session: Session, index: number): Promise<void> {
    const sent: Promise<void>[] = []
    if (Object.keys(this.#link).length > 0) sent.push(this.#changeLink(session, index))
    for (const address of this.#addresses) sent.push(this.#addAddress(session, index, address))
    // One error is thrown, and none is left without anybody who hears of it.
    const failed = (await Promise.allSettled(sent)).find(outcome => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #changeLink(session: Session, index: number): Promise<void> {
    try {
      await change(session, this.#operation, index, this.#link)
    } catch (error) {
      throw inOwnWords(error)
    }
  }

  async #addAddress(session: Session, index: number, address: Given): Promise<void> {
    const program = this.#lowerAddress(session, index, address)
    // A persistent link may have it from the last time.
    const outcome = await session.acknowledge('newAddress', program, NLM_F_CREATE | NLM_F_REPLACE)
    unwrap(outcome, addressLocator, address, addressHint(this.#operation, address))
  }

  #lowerAddress(session: Session, index: number, address: Given): Program {
    const program = session.begin(this.#operation, 'address')
    lowerAddress(program, { ...address, link: index })
    return program
  }
}

function checkHardwareAddress(operation: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidType(operation, 'hardwareAddress', 'a hardware address', value)
  const bytes = new Uint8Array(HARDWARE_ADDRESS)
  if (parseMac(value, bytes, 0, HARDWARE_ADDRESS) !== HARDWARE_ADDRESS)
    throw invalidValue(operation, 'hardwareAddress', `${JSON.stringify(value)} is no hardware address of 6 bytes`)
  // The kernel answers a bare EADDRNOTAVAIL: is_valid_ether_addr().
  if ((bytes[0] & 1) !== 0 || bytes.every(byte => byte === 0))
    throw invalidValue(operation, 'hardwareAddress', `${value} is a multicast address or all zeros, which no link can have`)
}

/** `address` is the IP address here. */
function inOwnWords(error: unknown): unknown {
  if (!(error instanceof NetlinkError) || error.option !== 'address') return error
  const { message } = error
  error.message = message.replace('option "address"', 'option "hardwareAddress"')
  error.stack = error.stack?.replace(message, () => error.message)
  return Object.assign(error, { option: 'hardwareAddress' })
}

function toAddresses(operation: string, value: unknown): readonly Given[] {
  if (value === undefined) return []
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.map(one => {
    if (typeof one === 'string') return { address: one }
    if (typeof one !== 'object' || one === null)
      throw invalidType(
        operation,
        'address',
        'an address with its prefix length, options of addresses.add, or an array of them',
        one,
      )
    if ('link' in one) throw invalidValue(operation, 'address', 'has a "link": the link is the one that is opened')
    return one as Given
  })
}

function definedOf(options: Given): Given {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
