import { beginCommand, type Family, familyLocator } from '../generic/family.ts'
import type { Hint, Locator } from '../protocol/failure.ts'
import type { CallOptions, Session } from '../protocol/session.ts'
import { unwrap } from '../protocol/unwrap.ts'
import { checkObject } from '../schema/check-options.ts'
import type { Rows } from '../schema/field.ts'
import type { ChangeOptions, Reports } from '../schema/infer.ts'
import type { LinkReference } from '../schema/references.ts'
import type { Table } from '../schema/table.ts'
import { lowerBits, type NamedBits } from './bit-set.ts'
import { type LinkDriver, readDriver } from './driver.ts'
import { ethtoolFamily } from './family.ts'
import { type LinkFeatures, notTaken, toFeatures } from './features.ts'
import { type LinkStatisticsByName, readStatistics } from './statistics.ts'
import {
  channelTable,
  coalescingTable,
  connectorTable,
  eeeTable,
  featureTable,
  fecTable,
  linkStateTable,
  modeTable,
  pauseTable,
  privateFlagTable,
  ringTable,
  wakeOnLanTable,
} from './tables.ts'

type Command = typeof ethtoolFamily extends Family<infer C> ? C : never
type RowsOf<T> = T extends Table<infer R> ? R : never
type Reported<T> = Reports<RowsOf<T>>
type Changes<T> = Omit<ChangeOptions<RowsOf<T>>, 'link'>

/** What a driver says of its link. */
export type EthtoolLinkState = Reported<typeof linkStateTable>
/** Speed, duplex, connector and what else is agreed on with the other end. */
export type EthtoolSettings = Reported<typeof modeTable> & Omit<Reported<typeof connectorTable>, 'unknown'>
export type EthtoolSettingsOptions = Changes<typeof modeTable> & Changes<typeof connectorTable>
export type EthtoolChannels = Reported<typeof channelTable>
export type EthtoolChannelsOptions = Changes<typeof channelTable>
export type EthtoolRings = Reported<typeof ringTable>
export type EthtoolRingsOptions = Changes<typeof ringTable>
export type EthtoolCoalescing = Reported<typeof coalescingTable>
export type EthtoolCoalescingOptions = Changes<typeof coalescingTable>
export type EthtoolPause = Reported<typeof pauseTable>
export type EthtoolPauseOptions = Changes<typeof pauseTable>
export type EthtoolFec = Reported<typeof fecTable>
export type EthtoolFecOptions = Changes<typeof fecTable>
export type EthtoolEee = Reported<typeof eeeTable>
export type EthtoolEeeOptions = Changes<typeof eeeTable>
export type EthtoolWakeOnLan = Reported<typeof wakeOnLanTable>
export type EthtoolWakeOnLanOptions = Changes<typeof wakeOnLanTable>

/** What veth calls the index of its peer. */
const PEER_INDEX = 'peer_ifindex'
const ENODEV = 19
const EOPNOTSUPP = 95
const ONLY_LINK: Locator = { locate: () => 'link', keyOf: () => undefined, subject: 'link' }

/**
 * What the drivers of links know and can be told. Same as `ethtool`. Names of statistics, features and modes are the kernel's own, as `ethtool` prints
 * them. Reading needs no capability, changing CAP_NET_ADMIN in the user namespace that owns this network namespace.
 */
export class Ethtool {
  readonly #session: Session

  /** The session is that of rtnetlink. */
  constructor(session: Session) {
    this.#session = session
  }

  /**
   * The driver of a link. Same as `ethtool -i eth0`.
   * @throws {NetlinkError} `ENODEV` when there is no such link, `EOPNOTSUPP` when its driver says nothing of itself.
   */
  async getDriver(link: LinkReference, call?: CallOptions): Promise<LinkDriver> {
    return unwrap(await readDriver(this.#session, 'ethtool.getDriver', link, call), ONLY_LINK, { link }, hint)
  }

  /**
   * The statistics that the driver keeps of a link, by its own names; none is an empty object. Numbers are exact to 2^53. Those that every
   * link has are `links.get(link).statistics`. Same as `ethtool -S eth0`.
   * @throws {NetlinkError} `ENODEV` when there is no such link. {@link DumpInterruptedError} when others kept changing which statistics the driver has.
   */
  async getStatistics(link: LinkReference, call?: CallOptions): Promise<LinkStatisticsByName> {
    return unwrap(await readStatistics(this.#session, 'ethtool.getStatistics', link, call), ONLY_LINK, { link }, hint)
  }

  /**
   * The index that the other end of a veth has in its own namespace, which may be another; undefined for a link that has no such thing, and 0 when the other
   * end is gone. Same as `ethtool -S veth0 | grep peer_ifindex`.
   * @throws {NetlinkError} `ENODEV` when there is no such link.
   */
  async getPeerIndex(link: LinkReference, call?: CallOptions): Promise<number | undefined> {
    const statistics = unwrap(await readStatistics(this.#session, 'ethtool.getPeerIndex', link, call), ONLY_LINK, { link }, hint)
    return statistics[PEER_INDEX]
  }

  /**
   * Whether the link is up, as its driver sees it. Same as the last line of `ethtool eth0`.
   * @throws {NetlinkError} `ENODEV` when there is no such link.
   */
  async getLinkState(link: LinkReference, call?: CallOptions): Promise<EthtoolLinkState> {
    return await this.#get('ethtool.getLinkState', linkStateTable, 'getLinkState', link, call)
  }

  /**
   * What the driver can do for the kernel, and does: checksums, segmentation, VLAN tags. Same as `ethtool -k eth0`.
   * @throws {NetlinkError} `ENODEV` when there is no such link.
   */
  async getFeatures(link: LinkReference, call?: CallOptions): Promise<LinkFeatures> {
    return toFeatures(await this.#get('ethtool.getFeatures', featureTable, 'getFeatures', link, call))
  }

  /**
   * Turns features on and off: `setFeatures('eth0', { 'tx-checksum-ip-generic': false })`. Resolves with all that changed by it, which may be more: segmentation
   * ends with the checksums that it needs. Same as `ethtool -K eth0 …`, whose short names for groups of features (`tx`, `tso`) it does not know.
   * @throws {NetlinkError} `EOPNOTSUPP` with `option` the name of a feature that there is not, or that the driver did not turn; the others are set. `ENODEV`, `EPERM`.
   */
  async setFeatures(link: LinkReference, features: NamedBits, call?: CallOptions): Promise<Readonly<Record<string, boolean>>> {
    const operation = 'ethtool.setFeatures'
    const program = beginCommand(this.#session.generic, operation, ethtoolFamily, 'setFeatures')
    const given = checkObject(operation, features)
    featureTable.lower(program, { link }, 'change')
    lowerBits(program, featureTable.rows.requested.number, given)
    const answer = await this.#session.generic.reply('generic', program, (...where) => featureTable.decode(...where), 0, call)
    const { requested = {}, active = {} } = unwrap(answer, featureLocator, given, hint)
    const error = notTaken(operation, requested)
    if (error !== undefined) throw error
    return active
  }

  /**
   * Speed, duplex, modes and connector. Same as `ethtool eth0`.
   * @throws {NetlinkError} `EOPNOTSUPP` when the driver knows of none, `ENODEV` when there is no such link.
   */
  async getSettings(link: LinkReference, call?: CallOptions): Promise<EthtoolSettings> {
    const [connector, modes] = await Promise.all([
      this.#get('ethtool.getSettings', connectorTable, 'getLinkSettings', link, call),
      this.#get('ethtool.getSettings', modeTable, 'getModes', link, call),
    ])
    return { ...connector, ...modes }
  }

  /**
   * Changes them; what is not given stays as it is. Those of the connector (`port`, `phyAddress`, `mdixControl`) go first, in a message of their own. Same as `ethtool -s eth0 speed 100 duplex full autoneg off`.
   * @throws {NetlinkError} `EOPNOTSUPP` when the driver cannot, `EINVAL` for a combination that it does not take, `ENODEV`, `EPERM`.
   */
  async setSettings(link: LinkReference, options: EthtoolSettingsOptions, call?: CallOptions): Promise<void> {
    const operation = 'ethtool.setSettings'
    const given = Object.entries(checkObject(operation, options)).filter(([key]) => key !== 'link')
    const connector = given.filter(([key]) => key in connectorTable.rows)
    const modes = given.filter(([key]) => !(key in connectorTable.rows))
    const changes: Promise<void>[] = []
    if (connector.length > 0)
      changes.push(this.#set(operation, connectorTable, 'setLinkSettings', link, Object.fromEntries(connector), call))
    if (modes.length > 0 || connector.length === 0)
      changes.push(this.#set(operation, modeTable, 'setModes', link, Object.fromEntries(modes), call))
    await Promise.all(changes)
  }

  /** Channels, each with an interrupt of its own. Same as `ethtool -l eth0`. @throws {NetlinkError} as `getSettings`. */
  async getChannels(link: LinkReference, call?: CallOptions): Promise<EthtoolChannels> {
    return await this.#get('ethtool.getChannels', channelTable, 'getChannels', link, call)
  }

  /** Changes their numbers. Same as `ethtool -L eth0 combined 4`. @throws {NetlinkError} as `setSettings`. */
  async setChannels(link: LinkReference, options: EthtoolChannelsOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setChannels', channelTable, 'setChannels', link, options, call)
  }

  /** Lengths of the rings between driver and device. Same as `ethtool -g eth0`. @throws {NetlinkError} as `getSettings`. */
  async getRings(link: LinkReference, call?: CallOptions): Promise<EthtoolRings> {
    return await this.#get('ethtool.getRings', ringTable, 'getRings', link, call)
  }

  /** Changes them. Same as `ethtool -G eth0 rx 512`. @throws {NetlinkError} as `setSettings`. */
  async setRings(link: LinkReference, options: EthtoolRingsOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setRings', ringTable, 'setRings', link, options, call)
  }

  /** How long the device waits before it interrupts. Same as `ethtool -c eth0`. @throws {NetlinkError} as `getSettings`. */
  async getCoalescing(link: LinkReference, call?: CallOptions): Promise<EthtoolCoalescing> {
    return await this.#get('ethtool.getCoalescing', coalescingTable, 'getCoalescing', link, call)
  }

  /** Changes that. Same as `ethtool -C eth0 rx-frames 16`. @throws {NetlinkError} as `setSettings`. */
  async setCoalescing(link: LinkReference, options: EthtoolCoalescingOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setCoalescing', coalescingTable, 'setCoalescing', link, options, call)
  }

  /** Pause frames. Same as `ethtool -a eth0`. @throws {NetlinkError} as `getSettings`. */
  async getPause(link: LinkReference, call?: CallOptions): Promise<EthtoolPause> {
    return await this.#get('ethtool.getPause', pauseTable, 'getPause', link, call)
  }

  /** Changes that. Same as `ethtool -A eth0 rx off tx off`. @throws {NetlinkError} as `setSettings`. */
  async setPause(link: LinkReference, options: EthtoolPauseOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setPause', pauseTable, 'setPause', link, options, call)
  }

  /** Forward error correction. Since Linux 5.13. Same as `ethtool --show-fec eth0`. @throws {NetlinkError} as `getSettings`. */
  async getFec(link: LinkReference, call?: CallOptions): Promise<EthtoolFec> {
    return await this.#get('ethtool.getFec', fecTable, 'getFec', link, call)
  }

  /**
   * Changes that; modes that are not named stay as they are, and one at least must be left: `setFec('eth0', { modes: { RS: true, None: false }, auto: false })`.
   * Same as `ethtool --set-fec eth0 encoding rs`. @throws {NetlinkError} as `setSettings`.
   */
  async setFec(link: LinkReference, options: EthtoolFecOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setFec', fecTable, 'setFec', link, options, call)
  }

  /** Energy-efficient Ethernet. Same as `ethtool --show-eee eth0`. @throws {NetlinkError} as `getSettings`. */
  async getEee(link: LinkReference, call?: CallOptions): Promise<EthtoolEee> {
    return await this.#get('ethtool.getEee', eeeTable, 'getEee', link, call)
  }

  /** Changes that. Same as `ethtool --set-eee eth0 eee off`. @throws {NetlinkError} as `setSettings`. */
  async setEee(link: LinkReference, options: EthtoolEeeOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setEee', eeeTable, 'setEee', link, options, call)
  }

  /** Which frames wake the machine. It has a password in it, so reading needs CAP_NET_ADMIN, too. Same as `ethtool eth0 | grep Wake`. @throws {NetlinkError} as `getSettings`. */
  async getWakeOnLan(link: LinkReference, call?: CallOptions): Promise<EthtoolWakeOnLan> {
    return await this.#get('ethtool.getWakeOnLan', wakeOnLanTable, 'getWakeOnLan', link, call)
  }

  /** Changes that; modes that are not named stay as they are. Same as `ethtool -s eth0 wol g`. @throws {NetlinkError} as `setSettings`. */
  async setWakeOnLan(link: LinkReference, options: EthtoolWakeOnLanOptions, call?: CallOptions): Promise<void> {
    await this.#set('ethtool.setWakeOnLan', wakeOnLanTable, 'setWakeOnLan', link, options, call)
  }

  /** Switches of one driver, by the names that it gives them. Same as `ethtool --show-priv-flags eth0`. @throws {NetlinkError} as `getSettings`. */
  async getPrivateFlags(link: LinkReference, call?: CallOptions): Promise<Readonly<Record<string, boolean>>> {
    const { flags = {} } = await this.#get('ethtool.getPrivateFlags', privateFlagTable, 'getPrivateFlags', link, call)
    return flags
  }

  /** Turns them. Same as `ethtool --set-priv-flags eth0 …`. @throws {NetlinkError} as `setSettings`. */
  async setPrivateFlags(link: LinkReference, flags: NamedBits, call?: CallOptions): Promise<void> {
    const operation = 'ethtool.setPrivateFlags'
    const session = this.#session.generic
    const program = beginCommand(session, operation, ethtoolFamily, 'setPrivateFlags')
    const given = checkObject(operation, flags)
    privateFlagTable.lower(program, { link }, 'change')
    lowerBits(program, privateFlagTable.rows.flags.number, given)
    unwrap(await session.acknowledge('generic', program, 0, 0, call), privateFlagLocator, given, hint)
  }

  async #get<R extends Rows>(
    operation: string,
    table: Table<R>,
    command: Command,
    link: LinkReference,
    call: CallOptions | undefined,
  ): Promise<Reports<R>> {
    const session = this.#session.generic
    const program = beginCommand(session, operation, ethtoolFamily, command)
    table.lower(program, { link }, 'change')
    const reply = await session.reply('generic', program, (...where) => table.decode(...where), 0, call)
    return unwrap(reply, familyLocator(ethtoolFamily, table), { link }, hint)
  }

  async #set<R extends Rows>(
    operation: string,
    table: Table<R>,
    command: Command,
    link: LinkReference,
    options: object,
    call: CallOptions | undefined,
  ): Promise<void> {
    const given = { ...checkObject(operation, options), link }
    const session = this.#session.generic
    const program = beginCommand(session, operation, ethtoolFamily, command)
    table.lower(program, given, 'change')
    unwrap(await session.acknowledge('generic', program, 0, 0, call), familyLocator(ethtoolFamily, table), given, hint)
  }
}

const featureLocator = locatorOfBits(featureTable)
const privateFlagLocator = locatorOfBits(privateFlagTable)

/** What the caller gave stands one level higher. */
function locatorOfBits(table: Pick<Locator, 'locate' | 'keyOf'>): Locator {
  return {
    ...familyLocator(ethtoolFamily, table),
    locate: (...where) => table.locate(...where)?.replace(/^(?:requested|flags)\./, ''),
  }
}

const hint: Hint = (errno, message) => {
  if (message === 'bit name not found')
    return 'the names are the kernel’s own, as ethtool.getFeatures and ethtool.getSettings report them'
  if (errno === ENODEV && message === undefined) return 'there is no such link in this namespace'
  return errno === EOPNOTSUPP && message === undefined ? 'the driver of this link has no such thing' : undefined
}
