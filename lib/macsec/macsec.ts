import { DumpInterruptedError, invalidValue, NetlinkError } from '../errors.ts'
import { beginCommand, type Family, familyLocator } from '../generic/family.ts'
import type { Hint, Locator } from '../protocol/failure.ts'
import { linkIndexOf } from '../protocol/link-index.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { ChangeOptions, CreateOptions, Reports } from '../schema/infer.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { type LinkReference, linkNameOrIndex } from '../schema/references.ts'
import { family } from './family.ts'
import { associationTable, channelTable, deviceTable } from './tables.ts'

type Association = (typeof associationTable)['rows']
type Command = typeof family extends Family<infer C> ? C : never

/** Who sends: a hardware address and a port. What a link itself sends as is its `macsec.sci`. */
export interface MacsecSci {
  readonly address: string
  readonly port: number
}

/** A MACsec device with its channels and associations, as it is. Keys are never reported. */
export type MacsecDevice = Omit<Device, Always> & { readonly [K in Always]: NonNullable<Device[K]> }

type Device = Reports<(typeof deviceTable)['rows']>
/** What dump_secy() in drivers/net/macsec.c has always sent. */
type Always = 'link' | 'secy' | 'transmitAssociations' | 'receiveChannels' | 'transmitStatistics' | 'statistics'

/** A key for one direction, and its number, 0–3. */
export type MacsecAssociationOptions = Omit<CreateOptions<Association>, 'key' | 'keyId'> & {
  /** The key, as hex digits: 16 bytes with the suites of 128 bits, 32 with those of 256. It stands in no error and no log. */
  key: string
  /** Name of the key, as hex digits: up to 16 bytes, filled up with zeros. */
  keyId: string
}

/** What can be changed of an association: whether it is in use, and the next packet number. */
export type MacsecAssociationChanges = { readonly number: number } & Pick<ChangeOptions<Association>, 'active' | 'packetNumber'>

/** A channel: whom to receive from. */
export interface MacsecChannelOptions {
  /** Who sends: the other end's `sci`. */
  sci: MacsecSci
  /** Frames of the channel are taken. Default true. */
  active?: boolean | undefined
}

const locator: Locator = {
  ...familyLocator(family, deviceTable),
  // What the caller gave stands one level higher.
  locate: (...where) => deviceTable.locate(...where)?.replace(/^(?:association|channel)\./, ''),
}

/** Sends what is asked of one device. */
class Requests {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async send(
    operation: string,
    command: Command,
    link: LinkReference,
    lower: (program: Program) => void,
    hints: Readonly<Record<number, string>>,
    given: object,
    call: CallOptions | undefined,
  ): Promise<void> {
    const program = beginCommand(this.#session.generic, operation, family, command)
    deviceTable.lower(program, { link }, 'change')
    lower(program)
    const hint: Hint = (errno, message) => (message === undefined ? hints[errno] : undefined)
    unwrap(await this.#session.generic.acknowledge('generic', program, 0, 0, call), locator, { link, ...given }, hint)
  }
}

const EBUSY = 16
const EEXIST = 17
const ENODEV = 19
const EINVAL = 22
const { channel: CHANNEL, association: ASSOCIATION } = deviceTable.rows

const NOT_THERE = 'there is no such channel or association, or the link is no MACsec device'

/** What nl: add_txsa and its kin in drivers/net/macsec.c refuse, without a word to the caller. */
const ADDING = {
  [EBUSY]: 'the channel has an association of this number',
  [ENODEV]: NOT_THERE,
  [EINVAL]:
    'the key must have 16 bytes with a cipher suite of 128 bits and 32 with one of 256; with an "xpn" suite "packetNumber" must be a bigint, and "ssci" and "salt" must be given, else a number',
} as const
const CHANGING = { [ENODEV]: NOT_THERE, [EINVAL]: 'with an "xpn" suite "packetNumber" must be a bigint, else a number' } as const
const DELETING = { [EBUSY]: 'it is active: set { active: false } first', [ENODEV]: NOT_THERE } as const

/** Keys that a device sends with: four numbers, of which `encodingSa` of the link says which is in use. Same as `ip macsec … tx sa`. */
export class MacsecTransmitAssociations {
  readonly #requests: Requests

  /** @internal */
  constructor(requests: Requests) {
    this.#requests = requests
  }

  /**
   * Adds a key to send with. `packetNumber` is required; begin with 1. Same as `ip macsec add macsec0 tx sa 0 pn 1 on key 01 KEY`.
   * Needs CAP_NET_ADMIN in the initial user namespace: root of a container does not do.
   * @throws {NetlinkError} `EBUSY` when the number is taken, `ENODEV` when the link is no MACsec device, `EINVAL` when key or packet number do not fit the cipher suite.
   */
  async add(link: LinkReference, options: MacsecAssociationOptions, call?: CallOptions): Promise<void> {
    const operation = 'macsec.transmitAssociations.add'
    checkObject(operation, options)
    const lower = (program: Program) => {
      if (options.packetNumber === undefined) program.missing('packetNumber', 'to send')
      lowerNewAssociation(program, options)
    }
    await this.#requests.send(operation, 'addTransmitAssociation', link, lower, ADDING, options, call)
  }

  /** Changes whether a key is in use, or the next packet number, which may only grow. Same as `ip macsec set macsec0 tx sa 0 off`. */
  async set(link: LinkReference, changes: MacsecAssociationChanges, call?: CallOptions): Promise<void> {
    const operation = 'macsec.transmitAssociations.set'
    checkObject(operation, changes)
    const lower = (program: Program) => lowerChangedAssociation(program, changes)
    await this.#requests.send(operation, 'setTransmitAssociation', link, lower, CHANGING, changes, call)
  }

  /** Takes a key away that is not in use. Same as `ip macsec delete macsec0 tx sa 0`. @throws {NetlinkError} `EBUSY` while it is active. */
  async delete(link: LinkReference, number: number, call?: CallOptions): Promise<void> {
    const lower = (program: Program) => lowerChangedAssociation(program, { number })
    await this.#requests.send(
      'macsec.transmitAssociations.delete',
      'deleteTransmitAssociation',
      link,
      lower,
      DELETING,
      { number },
      call,
    )
  }
}

/** Whom a device receives from. Same as `ip macsec … rx`. */
export class MacsecReceiveChannels {
  readonly #requests: Requests

  /** @internal */
  constructor(requests: Requests) {
    this.#requests = requests
  }

  /**
   * Adds whom to receive from: the other end's `sci`. Same as `ip macsec add macsec0 rx port 1 address 02:00:00:00:00:02`.
   * @throws {NetlinkError} `EEXIST` when it is there, `ENODEV` when the link is no MACsec device.
   */
  async add(link: LinkReference, options: MacsecChannelOptions, call?: CallOptions): Promise<void> {
    const operation = 'macsec.receiveChannels.add'
    checkObject(operation, options)
    const hints = { [EEXIST]: 'the channel is there', [ENODEV]: 'the link is no MACsec device' }
    await this.#requests.send(
      operation,
      'addReceiveChannel',
      link,
      program => lowerChannel(program, options),
      hints,
      options,
      call,
    )
  }

  /** Changes whether frames of a channel are taken. Same as `ip macsec set macsec0 rx … off`. */
  async set(link: LinkReference, options: MacsecChannelOptions, call?: CallOptions): Promise<void> {
    const operation = 'macsec.receiveChannels.set'
    checkObject(operation, options)
    await this.#requests.send(
      operation,
      'setReceiveChannel',
      link,
      program => lowerChannel(program, options),
      CHANGING,
      options,
      call,
    )
  }

  /** Takes a channel away, with its keys. Same as `ip macsec delete macsec0 rx …`. */
  async delete(link: LinkReference, sci: MacsecSci, call?: CallOptions): Promise<void> {
    const lower = (program: Program) => lowerChannel(program, { sci })
    await this.#requests.send('macsec.receiveChannels.delete', 'deleteReceiveChannel', link, lower, DELETING, { sci }, call)
  }
}

/** Keys to receive with, of one channel each. Same as `ip macsec … rx … sa`. */
export class MacsecReceiveAssociations {
  readonly #requests: Requests

  /** @internal */
  constructor(requests: Requests) {
    this.#requests = requests
  }

  /**
   * Adds a key to receive with: the other end's key to send with, under the same number. Same as `ip macsec add macsec0 rx … sa 0 pn 1 on key 02 KEY`.
   * @throws {NetlinkError} as for those to send with; `ENODEV` also when there is no such channel.
   */
  async add(link: LinkReference, sci: MacsecSci, options: MacsecAssociationOptions, call?: CallOptions): Promise<void> {
    const operation = 'macsec.receiveAssociations.add'
    checkObject(operation, options)
    const lower = (program: Program) => {
      lowerChannel(program, { sci })
      lowerNewAssociation(program, options)
    }
    await this.#requests.send(operation, 'addReceiveAssociation', link, lower, ADDING, { sci, ...options }, call)
  }

  /** Changes whether a key is in use, or the lowest packet number that is taken. */
  async set(link: LinkReference, sci: MacsecSci, changes: MacsecAssociationChanges, call?: CallOptions): Promise<void> {
    const operation = 'macsec.receiveAssociations.set'
    checkObject(operation, changes)
    const lower = (program: Program) => {
      lowerChannel(program, { sci })
      lowerChangedAssociation(program, changes)
    }
    await this.#requests.send(operation, 'setReceiveAssociation', link, lower, CHANGING, { sci, ...changes }, call)
  }

  /** Takes a key away that is not in use. @throws {NetlinkError} `EBUSY` while it is active. */
  async delete(link: LinkReference, sci: MacsecSci, number: number, call?: CallOptions): Promise<void> {
    const lower = (program: Program) => {
      lowerChannel(program, { sci })
      lowerChangedAssociation(program, { number })
    }
    await this.#requests.send(
      'macsec.receiveAssociations.delete',
      'deleteReceiveAssociation',
      link,
      lower,
      DELETING,
      { sci, number },
      call,
    )
  }
}

/**
 * Channels and keys of MACsec links (IEEE 802.1AE), through the family `macsec` of generic netlink. The link itself, with its settings, is made by
 * `links.add({ kind: 'macsec' })`. Same as `ip macsec`.
 */
export class Macsec {
  /** Keys to send with. */
  readonly transmitAssociations: MacsecTransmitAssociations
  /** Whom to receive from. */
  readonly receiveChannels: MacsecReceiveChannels
  /** Keys to receive with. */
  readonly receiveAssociations: MacsecReceiveAssociations
  readonly #session: Session
  readonly #requests: Requests

  constructor(session: Session) {
    this.#session = session
    this.#requests = new Requests(session)
    this.transmitAssociations = new MacsecTransmitAssociations(this.#requests)
    this.receiveChannels = new MacsecReceiveChannels(this.#requests)
    this.receiveAssociations = new MacsecReceiveAssociations(this.#requests)
  }

  /** All MACsec devices of the namespace. Same as `ip -s macsec show`. */
  async list(call?: CallOptions): Promise<MacsecDevice[]> {
    return await this.#dump('macsec.list', call)
  }

  /**
   * One device with its channels and keys' numbers. Same as `ip -s macsec show macsec0`.
   * @throws {NetlinkError} `ENODEV` when there is no such link, or it is no MACsec device.
   */
  async get(link: LinkReference, call?: CallOptions): Promise<MacsecDevice> {
    const program = this.#session.begin('macsec.get', 'link')
    program.at('link')
    const target = linkNameOrIndex(program, link)
    // Both at once: the kernel lists all devices whatever it is asked for.
    const asking = linkIndexOf(this.#session, 'macsec.get', typeof target === 'string' ? target : undefined, call)
    const [index, devices] = await Promise.all([asking ?? (target as number), this.#dump('macsec.get', call)])
    const wanted = unwrap(index, locator, { link })
    const device = devices.find(({ link: found }) => found === wanted)
    if (device !== undefined) return device
    throw new NetlinkError('macsec.get: option "link": the link is no MACsec device (ENODEV)', {
      operation: 'macsec.get',
      code: 'ENODEV',
      errno: ENODEV,
      option: 'link',
    })
  }

  /** Leaves the work to the PHY (`'phy'`) or the network card (`'mac'`) below, or takes it back (`'off'`). Same as `ip macsec offload macsec0 mac`. */
  async setOffload(link: LinkReference, type: 'off' | 'phy' | 'mac', call?: CallOptions): Promise<void> {
    const lower = (program: Program) => {
      program.at('type')
      if (type === undefined) program.expected('"off", "phy" or "mac"', type)
      deviceTable.rows.offload.lower(program, { type })
    }
    const hints = { 95: 'the link below cannot do that', [EBUSY]: 'the device has channels or keys, or is up' }
    await this.#requests.send('macsec.setOffload', 'setOffload', link, lower, hints, { type }, call)
  }

  async #dump(operation: string, call: CallOptions | undefined): Promise<MacsecDevice[]> {
    const program = beginCommand(this.#session.generic, operation, family, 'get')
    const { items, interrupted } = unwrap(await this.#session.generic.dump('generic', program, decode, call), locator)
    if (interrupted) throw new DumpInterruptedError(operation, items)
    return items
  }
}

function decode(message: Message, start: number, end: number): MacsecDevice {
  return deviceTable.decode(message, start, end) as MacsecDevice
}

function lowerChannel(program: Program, options: { readonly sci?: MacsecSci; readonly active?: boolean | undefined }): void {
  program.nest(CHANNEL.number)
  channelTable.lower(program, options, 'create')
  program.end()
}

function lowerNewAssociation(program: Program, options: MacsecAssociationOptions): void {
  for (const key of ['key', 'keyId'] as const) if (options[key] === undefined) program.missing(key, '')
  program.nest(ASSOCIATION.number)
  associationTable.lower(program, options, 'create')
  program.end()
}

function lowerChangedAssociation(program: Program, changes: MacsecAssociationChanges): void {
  for (const key of ['key', 'salt'] as const) {
    program.at(key)
    if (key in changes) throw invalidValue(program.operation, key, 'can only be given when the association is added')
  }
  if (changes.number === undefined) program.missing('number', '')
  program.nest(ASSOCIATION.number)
  associationTable.lower(program, changes, 'change')
  program.end()
}
