import { GENERIC_HEADER } from '../generic/family.ts'
import { bigEnumOf, enumOf } from '../schema/enums.ts'
import { listOf, nest } from '../schema/nests.ts'
import { linkReference } from '../schema/references.ts'
import { be32, bool, u8, u32, u64 } from '../schema/scalars.ts'
import { Struct, structOf } from '../schema/structs.ts'
import { Table } from '../schema/table.ts'
import { CIPHER_SUITES } from '../values/cipher-suites.ts'
import { hex } from './hex.ts'
import { packetNumber } from './packet-number.ts'

const readOnly = { access: 'readOnly' } as const
/** 16 bytes with a suite of 128 bits, 32 with one of 256. */
const KEY_LENGTHS = [16, 32] as const

/** Secure channel identifier, of eight bytes: who sends. */
const sci = new Struct('macsecSci', { address: 'mac', port: 'be16' })

/** <linux/if_macsec.h>: enum macsec_sa_stats_attr. */
const associationStatistics = new Table('macsecAssociationStatistics', {
  /** Packets received and valid. */
  receivedOk: u32(1, 'MACSEC_SA_STATS_ATTR_IN_PKTS_OK', readOnly),
  /** Packets received, not valid, and passed on: `validation` is `'check'`. */
  receivedInvalid: u32(2, 'MACSEC_SA_STATS_ATTR_IN_PKTS_INVALID', readOnly),
  /** Packets received, not valid, and dropped. */
  receivedNotValid: u32(3, 'MACSEC_SA_STATS_ATTR_IN_PKTS_NOT_VALID', readOnly),
  /** Packets received for this association while it was not in use, and dropped. */
  receivedNotUsingSa: u32(4, 'MACSEC_SA_STATS_ATTR_IN_PKTS_NOT_USING_SA', readOnly),
  /** The same, and passed on. */
  receivedUnusedSa: u32(5, 'MACSEC_SA_STATS_ATTR_IN_PKTS_UNUSED_SA', readOnly),
  /** Packets sent, protected against change. */
  sentProtected: u32(6, 'MACSEC_SA_STATS_ATTR_OUT_PKTS_PROTECTED', readOnly),
  /** Packets sent, encrypted. */
  sentEncrypted: u32(7, 'MACSEC_SA_STATS_ATTR_OUT_PKTS_ENCRYPTED', readOnly),
})

/** <linux/if_macsec.h>: enum macsec_sa_attrs. */
export const associationTable = new Table(
  'macsecAssociation',
  {
    /** Number of the association in its channel, 0–3. Frames say with which they were sent, so that keys can be changed while traffic goes on. */
    number: u8(1, 'MACSEC_SA_ATTR_AN', { access: 'required', max: 3 }),
    /** In use. Default false. */
    active: bool(2, 'MACSEC_SA_ATTR_ACTIVE'),
    /** Number of the next packet: 1–4294967295, or a bigint with the `xpn` suites. Required to send. Of what is received: the lowest that is still taken; default 1. */
    packetNumber,
    /** The key, as hex digits: 16 bytes with the suites of 128 bits, 32 with those of 256. Never reported. */
    key: hex(4, 'MACSEC_SA_ATTR_KEY', { access: 'writeOnly', secret: true, lengths: KEY_LENGTHS }),
    /** Name of the key, as hex digits: up to 16 bytes, filled up with zeros. It is not sent to the other end. */
    keyId: hex(5, 'MACSEC_SA_ATTR_KEYID', { access: 'create', lengths: [16], padded: true }),
    /** Counters. */
    statistics: nest(6, 'MACSEC_SA_ATTR_STATS', associationStatistics, readOnly),
    /** Short secure channel identifier, with the `xpn` suites: part of each packet's initialization vector. */
    ssci: be32(8, 'MACSEC_SA_ATTR_SSCI', { access: 'create' }),
    /** Salt of the `xpn` suites: 12 bytes as hex digits. Never reported. */
    salt: hex(9, 'MACSEC_SA_ATTR_SALT', { access: 'writeOnly', secret: true, lengths: [12] }),
  },
  { padding: { MACSEC_SA_ATTR_PAD: 7 } },
)

/** <linux/if_macsec.h>: enum macsec_rxsc_stats_attr. */
const channelStatistics = new Table(
  'macsecChannelStatistics',
  {
    /** Bytes whose integrity was checked. */
    validatedOctets: u64(1, 'MACSEC_RXSC_STATS_ATTR_IN_OCTETS_VALIDATED', readOnly),
    /** Bytes that were decrypted. */
    decryptedOctets: u64(2, 'MACSEC_RXSC_STATS_ATTR_IN_OCTETS_DECRYPTED', readOnly),
    /** Packets that were not checked: `validation` is `'disabled'`. */
    unchecked: u64(3, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_UNCHECKED', readOnly),
    /** Packets that came late, and were passed on: there is no replay protection. */
    delayed: u64(4, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_DELAYED', readOnly),
    /** Packets that were valid. */
    ok: u64(5, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_OK', readOnly),
    /** Packets that were not valid, and were passed on. */
    invalid: u64(6, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_INVALID', readOnly),
    /** Packets that came late, and were dropped. */
    late: u64(7, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_LATE', readOnly),
    /** Packets that were not valid, and were dropped. */
    notValid: u64(8, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_VALID', readOnly),
    /** Packets of an association that is not in use, dropped. */
    notUsingSa: u64(9, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_USING_SA', readOnly),
    /** The same, passed on. */
    unusedSa: u64(10, 'MACSEC_RXSC_STATS_ATTR_IN_PKTS_UNUSED_SA', readOnly),
  },
  { padding: { MACSEC_RXSC_STATS_ATTR_PAD: 11 } },
)

/** <linux/if_macsec.h>: enum macsec_rxsc_attrs. */
export const channelTable = new Table(
  'macsecChannel',
  {
    /** Who sends: the other end's `sci`, as `links.get` reports it there. */
    sci: structOf(1, 'MACSEC_RXSC_ATTR_SCI', sci, {
      access: 'required',
      check: (program, value) => {
        program.enter()
        for (const key of ['address', 'port'] as const) if (value[key] === undefined) program.missing(key)
        program.leave()
      },
    }),
    /** Taken from. Default true. */
    active: bool(2, 'MACSEC_RXSC_ATTR_ACTIVE'),
    /** Its associations, by number. */
    associations: listOf(3, 'MACSEC_RXSC_ATTR_SA_LIST', nest(0, 'MACSEC_ATTR_UNSPEC', associationTable), readOnly),
    /** Counters. */
    statistics: nest(4, 'MACSEC_RXSC_ATTR_STATS', channelStatistics, readOnly),
  },
  { padding: { MACSEC_RXSC_ATTR_PAD: 5 } },
)

/** <linux/if_macsec.h>: enum macsec_secy_attrs. */
const secyTable = new Table(
  'macsecSecy',
  {
    /** What this end sends as: its own channel. */
    sci: structOf(1, 'MACSEC_SECY_ATTR_SCI', sci, readOnly),
    /** Association that is sent with, 0–3. */
    encodingSa: u8(2, 'MACSEC_SECY_ATTR_ENCODING_SA', readOnly),
    /** Replay window; with `replayProtect`. */
    window: u32(3, 'MACSEC_SECY_ATTR_WINDOW', { ...readOnly, unit: 'packets' }),
    /** Cipher suite. */
    cipherSuite: bigEnumOf(4, 'MACSEC_SECY_ATTR_CIPHER_SUITE', CIPHER_SUITES, readOnly),
    /** Length of the integrity check value. */
    icvLength: u8(5, 'MACSEC_SECY_ATTR_ICV_LEN', { ...readOnly, unit: 'bytes' }),
    /** Sends protected frames. */
    protect: bool(6, 'MACSEC_SECY_ATTR_PROTECT', readOnly),
    /** Drops what is older than the window. */
    replayProtect: bool(7, 'MACSEC_SECY_ATTR_REPLAY', readOnly),
    /** Has an active association to send with. */
    operational: bool(8, 'MACSEC_SECY_ATTR_OPER', readOnly),
    /** What becomes of frames that are not valid. */
    validation: enumOf(9, 'MACSEC_SECY_ATTR_VALIDATE', 'u8', { disabled: 0, check: 1, strict: 2 }, readOnly),
    /** Encrypts what is sent. */
    encrypt: bool(10, 'MACSEC_SECY_ATTR_ENCRYPT', readOnly),
    /** Each frame has the sci. */
    sendSci: bool(11, 'MACSEC_SECY_ATTR_INC_SCI', readOnly),
    /** A bit in place of the sci: the sender's address and port 1. */
    endStation: bool(12, 'MACSEC_SECY_ATTR_ES', readOnly),
    /** A bit in place of the sci: single copy broadcast. */
    singleCopyBroadcast: bool(13, 'MACSEC_SECY_ATTR_SCB', readOnly),
  },
  { padding: { MACSEC_SECY_ATTR_PAD: 14 } },
)

/** <linux/if_macsec.h>: enum macsec_txsc_stats_attr. */
const transmitStatistics = new Table(
  'macsecTransmitStatistics',
  {
    /** Packets sent, protected against change. */
    protectedPackets: u64(1, 'MACSEC_TXSC_STATS_ATTR_OUT_PKTS_PROTECTED', readOnly),
    /** Packets sent, encrypted. */
    encryptedPackets: u64(2, 'MACSEC_TXSC_STATS_ATTR_OUT_PKTS_ENCRYPTED', readOnly),
    /** Bytes sent, protected against change. */
    protectedOctets: u64(3, 'MACSEC_TXSC_STATS_ATTR_OUT_OCTETS_PROTECTED', readOnly),
    /** Bytes sent, encrypted. */
    encryptedOctets: u64(4, 'MACSEC_TXSC_STATS_ATTR_OUT_OCTETS_ENCRYPTED', readOnly),
  },
  { padding: { MACSEC_TXSC_STATS_ATTR_PAD: 5 } },
)

/** <linux/if_macsec.h>: enum macsec_secy_stats_attr. */
const secyStatistics = new Table(
  'macsecStatistics',
  {
    /** Packets sent as they were: `protect` is off. */
    sentUntagged: u64(1, 'MACSEC_SECY_STATS_ATTR_OUT_PKTS_UNTAGGED', readOnly),
    /** Packets received without a tag, and passed on. */
    receivedUntagged: u64(2, 'MACSEC_SECY_STATS_ATTR_IN_PKTS_UNTAGGED', readOnly),
    /** Packets that were too long to send. */
    sentTooLong: u64(3, 'MACSEC_SECY_STATS_ATTR_OUT_PKTS_TOO_LONG', readOnly),
    /** Packets received without a tag, and dropped. */
    receivedNoTag: u64(4, 'MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_TAG', readOnly),
    /** Packets received with a tag that says what cannot be, or an integrity check that is wrong. */
    receivedBadTag: u64(5, 'MACSEC_SECY_STATS_ATTR_IN_PKTS_BAD_TAG', readOnly),
    /** Packets received of a channel that nobody added, and passed on. */
    receivedUnknownSci: u64(6, 'MACSEC_SECY_STATS_ATTR_IN_PKTS_UNKNOWN_SCI', readOnly),
    /** The same, and dropped. */
    receivedNoSci: u64(7, 'MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_SCI', readOnly),
    /** Packets dropped because there were too many to check. */
    receivedOverrun: u64(8, 'MACSEC_SECY_STATS_ATTR_IN_PKTS_OVERRUN', readOnly),
  },
  { padding: { MACSEC_SECY_STATS_ATTR_PAD: 9 } },
)

/** <linux/if_macsec.h>: enum macsec_offload_attrs. */
const offloadTable = new Table(
  'macsecOffload',
  {
    /** Who does the work: the kernel (`'off'`), or the PHY or the network card of the link below. */
    type: enumOf(1, 'MACSEC_OFFLOAD_ATTR_TYPE', 'u8', { off: 0, phy: 1, mac: 2 }),
  },
  { padding: { MACSEC_OFFLOAD_ATTR_PAD: 2 } },
)

/** <linux/if_macsec.h>: enum macsec_attrs. Nests without NLA_F_NESTED, as the kernel itself writes them. */
export const deviceTable = new Table(
  'macsecDevice',
  {
    /** Index of the link. */
    link: linkReference(1, 'MACSEC_ATTR_IFINDEX'),
    /** A channel that is received, in what is sent to the kernel. */
    channel: nest(2, 'MACSEC_ATTR_RXSC_CONFIG', channelTable, { access: 'writeOnly' }),
    /** An association, in what is sent to the kernel. */
    association: nest(3, 'MACSEC_ATTR_SA_CONFIG', associationTable, { access: 'writeOnly' }),
    /** Settings of the device, as `links.get` reports them under `macsec`, and whether it is operational. */
    secy: nest(4, 'MACSEC_ATTR_SECY', secyTable, readOnly),
    /** Associations to send with, by number. */
    transmitAssociations: listOf(5, 'MACSEC_ATTR_TXSA_LIST', nest(0, 'MACSEC_ATTR_UNSPEC', associationTable), readOnly),
    /** Channels that are received. */
    receiveChannels: listOf(6, 'MACSEC_ATTR_RXSC_LIST', nest(0, 'MACSEC_ATTR_UNSPEC', channelTable), readOnly),
    /** Counters of what was sent. */
    transmitStatistics: nest(7, 'MACSEC_ATTR_TXSC_STATS', transmitStatistics, readOnly),
    /** Counters of the device. */
    statistics: nest(8, 'MACSEC_ATTR_SECY_STATS', secyStatistics, readOnly),
    /** Who does the work. */
    offload: nest(9, 'MACSEC_ATTR_OFFLOAD', offloadTable),
  },
  { headerLength: GENERIC_HEADER },
)
