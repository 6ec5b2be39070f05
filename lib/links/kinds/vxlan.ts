import { enumOf, numberOr } from '../../schema/enums.ts'
import { bytes, ipOfEither } from '../../schema/octets.ts'
import { linkReference } from '../../schema/references.ts'
import { be16, be32, bool, flag, u32 } from '../../schema/scalars.ts'
import { Struct, structOf } from '../../schema/structs.ts'
import { defineLinkKind } from '../kind.ts'

/**
 * Ethernet over UDP (RFC 7348). Name the other end as `remote`; without it, or for more ends than one, entries of the forwarding table say where frames go.
 * `port` defaults to 8472 in Linux, though IANA's number, which other systems use, is 4789. What a frame grows by (50 bytes over IPv4, 70 over IPv6) is
 * taken off the mtu only when `link` is given. Same as `ip link add vx0 type vxlan id 42 remote 192.0.2.1 dstport 4789`.
 */
export const vxlan = defineLinkKind(
  'vxlan',
  {
    /** VXLAN network id, 0–16777215. Required, unless `collectMetadata` is on. */
    vni: u32(1, 'IFLA_VXLAN_ID', { access: 'create', max: 0xff_ffff }),
    /** The other end, or the multicast group of all of them; a group needs `link`. `ip` calls it `remote` or `group`. */
    remote: ipOfEither([2, 'IFLA_VXLAN_GROUP'], [16, 'IFLA_VXLAN_GROUP6']),
    /** The link that carries the tunnel. It lends its mtu, and a multicast group is joined there. `ip` calls it `dev`. */
    link: linkReference(3, 'IFLA_VXLAN_LINK'),
    /** Source address of the tunnel, of the same family as `remote`. */
    local: ipOfEither([4, 'IFLA_VXLAN_LOCAL'], [17, 'IFLA_VXLAN_LOCAL6']),
    /** Time to live, 1–255, or `'auto'` (0): the route's, and 1 to a multicast group. Default `'auto'`. */
    ttl: numberOr(5, 'IFLA_VXLAN_TTL', 'u8', { auto: 0 }),
    /** Type of service, 0–255, or `'inherit'` (1): the inner packet's. Default 0. */
    tos: numberOr(6, 'IFLA_VXLAN_TOS', 'u8', { inherit: 1 }),
    /** Learns where addresses are from what arrives. Default true. */
    learning: bool(7, 'IFLA_VXLAN_LEARNING'),
    /** Lifetime of a learned entry in seconds. Default 300; the kernel takes 0 for the default too. */
    ageing: u32(8, 'IFLA_VXLAN_AGEING', { unit: 's' }),
    /** Largest number of entries in the forwarding table; 0 for no limit. Default 0. `ip` calls it `maxaddress`. */
    maxAddresses: u32(9, 'IFLA_VXLAN_LIMIT', { access: 'create' }),
    /** UDP source ports to spread flows over, `low` ≤ `high`. Default 0 and 0: the range of the host's local ports. `ip` calls it `srcport`. */
    portRange: structOf(10, 'IFLA_VXLAN_PORT_RANGE', new Struct('vxlanPortRange', { low: 'be16', high: 'be16' }), {
      access: 'create',
    }),
    /** Answers ARP and neighbour solicitations from the neighbour table. Default false. */
    proxy: bool(11, 'IFLA_VXLAN_PROXY', { access: 'create' }),
    /** Route short circuit: packets to a router are sent straight to the destination that the forwarding table knows. Default false. `ip` calls it `rsc`. */
    routeShortCircuit: bool(12, 'IFLA_VXLAN_RSC', { access: 'create' }),
    /** Tells user space about addresses that the forwarding table lacks. Default false. */
    l2Miss: bool(13, 'IFLA_VXLAN_L2MISS', { access: 'create' }),
    /** Tells user space about addresses that the neighbour table lacks. Default false. */
    l3Miss: bool(14, 'IFLA_VXLAN_L3MISS', { access: 'create' }),
    /** UDP port of both ends. Default 8472, or 4790 with `gpe`; IANA's is 4789. `ip` calls it `dstport`. */
    port: be16(15, 'IFLA_VXLAN_PORT', { access: 'create' }),
    /** Sends UDP checksums over IPv4. Default true. */
    udpChecksum: bool(18, 'IFLA_VXLAN_UDP_CSUM', { access: 'create' }),
    /** Sends no UDP checksums over IPv6. Default false. */
    udp6ZeroChecksumTx: bool(19, 'IFLA_VXLAN_UDP_ZERO_CSUM6_TX', { access: 'create' }),
    /** Takes UDP packets without a checksum over IPv6. Default false. */
    udp6ZeroChecksumRx: bool(20, 'IFLA_VXLAN_UDP_ZERO_CSUM6_RX', { access: 'create' }),
    /** Remote checksum offload of what is sent. Default false. */
    remoteChecksumTx: bool(21, 'IFLA_VXLAN_REMCSUM_TX', { access: 'create' }),
    /** Remote checksum offload of what arrives. Default false. */
    remoteChecksumRx: bool(22, 'IFLA_VXLAN_REMCSUM_RX', { access: 'create' }),
    /** Group policy extension: the packet mark travels along. Default false. */
    gbp: flag(23, 'IFLA_VXLAN_GBP', { access: 'create' }),
    /** With remote checksum offload, checksums are computed in full rather than left to the device. Default false. */
    remoteChecksumNoPartial: flag(24, 'IFLA_VXLAN_REMCSUM_NOPARTIAL', { access: 'create' }),
    /** Tunnel id and ends come with each packet, from routes, tc or eBPF, in place of `vni` and `remote`. Default false. `ip` calls it `external`. */
    collectMetadata: bool(25, 'IFLA_VXLAN_COLLECT_METADATA', { access: 'create' }),
    /** IPv6 flow label, 0–1048575. Default 0. Only over IPv6. */
    flowLabel: be32(26, 'IFLA_VXLAN_LABEL', { max: 0xf_ffff }),
    /** Generic protocol extension: carries other things than Ethernet frames. Needs `collectMetadata`, and `learning: false`. Default false. */
    gpe: flag(27, 'IFLA_VXLAN_GPE', { access: 'create' }),
    /** Time to live of the inner packet; then `ttl` means nothing. Default false. */
    ttlInherit: flag(28, 'IFLA_VXLAN_TTL_INHERIT', { access: 'create' }),
    /** Don't-fragment bit of the outer IPv4 header: off, on, or the inner packet's. Default `'unset'`. */
    df: enumOf(29, 'IFLA_VXLAN_DF', 'u8', { unset: 0, set: 1, inherit: 2 }),
    /** One link for a list of network ids, which is kept apart. Needs `collectMetadata`. Default false. Since Linux 5.18. */
    vniFilter: bool(30, 'IFLA_VXLAN_VNIFILTER', { access: 'create' }),
    /** Packets to an address of this host go to its own tunnel directly. Default true. Since Linux 6.5. */
    localBypass: bool(31, 'IFLA_VXLAN_LOCALBYPASS'),
    /** Where the flow label comes from: `flowLabel`, or the inner packet. Default `'fixed'`. Only over IPv6. Since Linux 6.8. */
    flowLabelPolicy: enumOf(32, 'IFLA_VXLAN_LABEL_POLICY', 'u32', { fixed: 0, inherit: 1 }),
    /** The bits of the 8-byte VXLAN header that must be zero in what arrives. The default are all that the chosen extensions do not use. Since Linux 6.14. */
    reservedBits: bytes(33, 'IFLA_VXLAN_RESERVED_BITS', { access: 'create', min: 8, max: 8 }),
    /** Multicast is routed by the host's multicast routing table rather than sent at `link`. Default false; not reported by Linux 6.18. Since Linux 6.17. */
    multicastRoute: bool(34, 'IFLA_VXLAN_MC_ROUTE'),
  },
  {
    module: { config: 'CONFIG_VXLAN', name: 'vxlan' },
    // The kernel would make a tunnel with id 0 of it.
    check: (program, options, phase) => {
      if (phase !== 'create' || options.vni !== undefined || options.collectMetadata === true) return
      program.missing('vni', '(or collectMetadata: true)')
    },
  },
)
