import { bigEnumOf, enumOf } from '../../schema/enums.ts'
import type { Program } from '../../schema/program.ts'
import { be16, bool, u8, u32 } from '../../schema/scalars.ts'
import { Struct, structOf } from '../../schema/structs.ts'
import type { Phase } from '../../schema/table.ts'
import { CIPHER_SUITES } from '../../values/cipher-suites.ts'
import { defineLinkKind } from '../kind.ts'

type Given = Readonly<Record<string, unknown>>

/** Secure channel identifier, of eight bytes: who sends. */
export const sci = new Struct('macsecSci', { address: 'mac', port: 'be16' })

/** MACSEC_XPN_MAX_REPLAY_WINDOW in include/net/macsec.h. */
const LARGEST_XPN_WINDOW = 2 ** 30 - 1

/** macsec_validate_attr(), macsec_newlink() and crypto_gcm_setauthsize() refuse all this with EINVAL, and no word. */
function check(program: Program, options: Given, phase: Phase): void {
  checkTag(program, options)
  checkReplay(program, options)
  if (phase === 'create') checkChannel(program, options)
  if (typeof options.icvLength !== 'number' || options.icvLength <= 8 || options.icvLength >= 12) return
  program.at('icvLength')
  program.outOfRange('8, or 12 to 16', options.icvLength)
}

/** The tag has an SCI, or says in a bit that it can do without. */
function checkTag(program: Program, { sendSci, endStation, singleCopyBroadcast }: Given): void {
  if (sendSci === true && endStation === true) program.refuse('endStation', 'does not go with sendSci: true')
  if (sendSci === true && singleCopyBroadcast === true) program.refuse('singleCopyBroadcast', 'does not go with sendSci: true')
  if (endStation === true && singleCopyBroadcast === true)
    program.refuse('singleCopyBroadcast', 'does not go with endStation: true')
}

function checkReplay(program: Program, { replayProtect, window, cipherSuite }: Given): void {
  if (replayProtect === true && window === undefined) program.missing('window', 'with replayProtect: true')
  const { 'gcm-aes-xpn-128': xpn128, 'gcm-aes-xpn-256': xpn256 } = CIPHER_SUITES
  const isXpn = ['gcm-aes-xpn-128', 'gcm-aes-xpn-256', ...xpn128, ...xpn256].includes(cipherSuite as string)
  if (!isXpn || typeof window !== 'number' || window <= LARGEST_XPN_WINDOW) return
  program.at('window')
  program.outOfRange(`at most ${LARGEST_XPN_WINDOW} with this cipherSuite`, window)
}

/** The kernel takes an SCI before a port, without a word. */
function checkChannel(program: Program, options: Given): void {
  if (options.sci === undefined) return
  if (options.port !== undefined) program.refuse('port', 'does not go with "sci", which has one')
  if (options.sendSci === false) program.refuse('sendSci', 'cannot be off with an "sci" of one\'s own')
}

/**
 * Encrypted or signed Ethernet (IEEE 802.1AE) on top of another link, which is given as `link`; each end has one. The frames have EtherType 0x88e5. Nothing passes until both
 * ends have keys, which are set apart from the link, as `ip macsec add` does. What does not go through this link passes `link` as before, unprotected. Several of them on one `link` differ by
 * `port` or `sci`. Without `mtu` it gets that of `link` less 16 bytes and `icvLength`; that is also the most.
 * Same as `ip link add link eth0 macsec0 type macsec encrypt on`.
 */
export const macsec = defineLinkKind(
  'macsec',
  {
    /** Secure channel identifier of what is sent: `{ address: '02:00:00:00:00:01', port: 1 }`, which `ip` shows as `0200000000010001`. Default: the link's own hardware address, and `port`. */
    sci: structOf(1, 'IFLA_MACSEC_SCI', sci, {
      access: 'create',
      check: (program, value) => {
        program.enter()
        for (const key of ['address', 'port'] as const) if (value[key] === undefined) program.missing(key)
        program.leave()
      },
    }),
    /** The second half of `sci`, where that has the link's own hardware address. Default 1. Not reported by itself. */
    port: be16(2, 'IFLA_MACSEC_PORT', { access: 'create', min: 1 }),
    /** Length of the integrity check value at the end of each frame: 8, or 12 to 16. Both ends need the same. Default 16. */
    icvLength: u8(3, 'IFLA_MACSEC_ICV_LEN', { access: 'create', min: 8, max: 16, unit: 'bytes' }),
    /** Key length, and with `xpn` packet numbers of 64 bits rather than 32. Both ends need the same. Default `'gcm-aes-128'`. `ip` calls it `cipher`. */
    cipherSuite: bigEnumOf(4, 'IFLA_MACSEC_CIPHER_SUITE', CIPHER_SUITES, { access: 'create' }),
    /** By how much a packet number may be lower than the highest so far, with `replayProtect`; at most 1073741823 with an `xpn` suite. Default 0: strictly in order. Reported only with `replayProtect`. */
    window: u32(5, 'IFLA_MACSEC_WINDOW', { unit: 'packets' }),
    /** Which of four keys to send with, 0–3. Default 0. Without that key, or while it is not active, nothing is sent. */
    encodingSa: u8(6, 'IFLA_MACSEC_ENCODING_SA', { max: 3 }),
    /** Encrypts what is sent; without it, is only protected against change. Default false. */
    encrypt: bool(7, 'IFLA_MACSEC_ENCRYPT'),
    /** Protects what is sent; without it, frames go out as they are. Default true. */
    protect: bool(8, 'IFLA_MACSEC_PROTECT'),
    /** Each frame has the `sci`, which makes it 8 bytes longer. Default true. `ip` calls it `send_sci`. */
    sendSci: bool(9, 'IFLA_MACSEC_INC_SCI'),
    /** In place of the `sci` a bit that says: the sender's address and port 1. Default false. Means something only with `sendSci: false`. */
    endStation: bool(10, 'IFLA_MACSEC_ES'),
    /** In place of the `sci` a bit for a passive optical network: to all stations at once. Default false. Means something only with `sendSci: false`. `ip` calls it `scb`. */
    singleCopyBroadcast: bool(11, 'IFLA_MACSEC_SCB'),
    /** Drops what is older than `window` allows; needs `window`. Default false. `ip` calls it `replay`. */
    replayProtect: bool(12, 'IFLA_MACSEC_REPLAY_PROTECT'),
    /** What arrives and is not valid is dropped (`'strict'`), or only counted (`'check'`); with `'disabled'` nothing is checked. Default `'strict'`. `ip` calls it `validate`. */
    validation: enumOf(13, 'IFLA_MACSEC_VALIDATION', 'u8', { disabled: 0, check: 1, strict: 2 }),
    /** Leaves the work to the PHY or the network card of `link`, if that can. Default `'off'`. */
    offload: enumOf(15, 'IFLA_MACSEC_OFFLOAD', 'u8', { off: 0, phy: 1, mac: 2 }),
  },
  {
    requiresLink: true,
    check,
    // macsec_newlink() in drivers/net/macsec.c computes one whatever was asked.
    afterCreation: ['mtu'],
    refusals: {
      add: {
        EBUSY: '"link" is in use already, as a port of a bridge or bond or by macvlan links, or has a macsec with the same sci',
        EINVAL: '"link" must be an Ethernet link, and not the loopback',
      },
    },
    padding: { IFLA_MACSEC_PAD: 14 },
    module: { config: 'CONFIG_MACSEC', name: 'macsec' },
  },
)
