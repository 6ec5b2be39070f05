import { enumOf, numberOr } from '../../schema/enums.ts'
import { ipOfEither } from '../../schema/octets.ts'
import type { Program } from '../../schema/program.ts'
import { be16, be32, bool, flag, u32 } from '../../schema/scalars.ts'
import { Struct, structOf } from '../../schema/structs.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'

type Given = Readonly<Record<string, unknown>>

/** What comes with each packet when metadata is collected; the kernel refuses it beside that unless it says nothing. */
const OF_ONE_TUNNEL = ['vni', 'remote', 'ttl', 'tos', 'flowLabel', 'udpChecksum']
const SAYS_NOTHING: readonly unknown[] = [undefined, 0, false, 'auto']

function check(program: Program, options: Given, phase: Phase): void {
  if (phase === 'create') checkCreation(program, options)
  // IFLA_GENEVE_TTL_INHERIT, on or off, hides IFLA_GENEVE_TTL (geneve_nl2info() in drivers/net/geneve.c).
  if (options.ttlInherit !== undefined && !SAYS_NOTHING.includes(options.ttl))
    program.refuse('ttlInherit', 'does not go with "ttl", which the kernel would ignore')
}

/** Without an id and a remote the kernel makes a tunnel 0 to 0.0.0.0. */
function checkCreation(program: Program, options: Given): void {
  if (options.collectMetadata === true) {
    const other = OF_ONE_TUNNEL.find(key => !SAYS_NOTHING.includes(options[key]))
    if (other !== undefined) program.refuse(other, 'does not go with collectMetadata: true')
    return
  }
  for (const key of ['vni', 'remote']) if (options[key] === undefined) program.missing(key, '(or collectMetadata: true)')
}

/**
 * Ethernet over UDP with room for options of each packet (RFC 8926): a tunnel from here to one `remote`, which needs the same `vni` and `port`. With
 * `collectMetadata`, one link for all tunnels. Without `mtu` it gets that of the link towards `remote`, if there is a route already, less what a frame grows
 * by (50 bytes over IPv4, 70 over IPv6). Of a link with `collectMetadata` nothing can be changed.
 * Same as `ip link add gn0 type geneve id 42 remote 192.0.2.1`.
 */
export const geneve = defineLinkKind(
  'geneve',
  {
    /** Virtual network id, 0–16777215. Required, unless `collectMetadata` is on. */
    vni: u32(1, 'IFLA_GENEVE_ID', { access: 'create', max: 0xff_ffff }),
    /** The other end, no multicast group and no link-local address. Required, unless `collectMetadata` is on. It can become another of the same family; over IPv6 that turns the checksums on again. */
    remote: ipOfEither([2, 'IFLA_GENEVE_REMOTE'], [7, 'IFLA_GENEVE_REMOTE6']),
    /** Time to live, 1–255, or `'auto'` (0): the route's. Default `'auto'`. */
    ttl: numberOr(3, 'IFLA_GENEVE_TTL', 'u8', { auto: 0 }),
    /** Type of service, 0–255, or `'inherit'` (1): the inner packet's. Default 0. */
    tos: numberOr(4, 'IFLA_GENEVE_TOS', 'u8', { inherit: 1 }),
    /** UDP port of both ends. Default 6081. `ip` calls it `dstport`. */
    port: be16(5, 'IFLA_GENEVE_PORT', { access: 'create' }),
    /** Tunnel id and ends come with each packet, from routes, tc or eBPF, in place of `vni` and `remote`; one such link for a `port`. Default false. `ip` calls it `external`. */
    collectMetadata: flag(6, 'IFLA_GENEVE_COLLECT_METADATA', { access: 'create' }),
    /** Sends UDP checksums over IPv4. Default false. */
    udpChecksum: bool(8, 'IFLA_GENEVE_UDP_CSUM', { access: 'create' }),
    /** Sends no UDP checksums over IPv6. Default false. */
    udp6ZeroChecksumTx: bool(9, 'IFLA_GENEVE_UDP_ZERO_CSUM6_TX', { access: 'create' }),
    /** Takes UDP packets without a checksum over IPv6. Default false; always true where `remote` is no IPv6 address. */
    udp6ZeroChecksumRx: bool(10, 'IFLA_GENEVE_UDP_ZERO_CSUM6_RX', { access: 'create' }),
    /** IPv6 flow label, 0–1048575. Default 0. Only over IPv6. */
    flowLabel: be32(11, 'IFLA_GENEVE_LABEL', { max: 0xf_ffff }),
    /** Time to live of the inner packet, in place of `ttl`. Default false. */
    ttlInherit: bool(12, 'IFLA_GENEVE_TTL_INHERIT'),
    /** Don't-fragment bit of the outer IPv4 header: off, on, or the inner packet's. Default `'unset'`. */
    df: enumOf(13, 'IFLA_GENEVE_DF', 'u8', { unset: 0, set: 1, inherit: 2 }),
    /** Carries IP packets rather than Ethernet frames: the link has no hardware address then. Default false. Since Linux 5.18. */
    innerProtocolInherit: flag(14, 'IFLA_GENEVE_INNER_PROTO_INHERIT', { access: 'create' }),
    /** UDP source ports to spread flows over, `low` ≤ `high`. Default 1 and 65535. Since Linux 6.15. */
    portRange: structOf(15, 'IFLA_GENEVE_PORT_RANGE', new Struct('genevePortRange', { low: 'be16', high: 'be16' }), {
      access: 'create',
    }),
    /** Where a packet carries another UDP tunnel, says so in an option, by which the receiver can merge such packets; and believes the other end's. Default false. Since Linux 7.0. */
    groHint: flag(16, 'IFLA_GENEVE_GRO_HINT', { access: 'create' }),
    /** Address that the UDP socket is bound to. Default: all of the host. Since Linux 7.2. */
    local: ipOfEither([17, 'IFLA_GENEVE_LOCAL'], [18, 'IFLA_GENEVE_LOCAL6'], { access: 'create' }),
  },
  {
    module: { config: 'CONFIG_GENEVE', name: 'geneve' },
    check,
    refusals: { add: { EBUSY: 'there is a geneve with the same vni, port and remote already' } },
  },
)
