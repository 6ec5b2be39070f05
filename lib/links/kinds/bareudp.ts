import { numberOr } from '../../schema/enums.ts'
import { be16, flag, u16 } from '../../schema/scalars.ts'
import { defineLinkKind } from '../kind.ts'

const HAVE_A_TWIN: readonly unknown[] = ['ipv4', 0x0800, 'mpls', 0x8847]

/**
 * IP or MPLS packets straight in UDP (RFC 7510 has the latter): no header of its own, no id of a tunnel, so one link for each `port`. Where a packet goes comes
 * with it, from a route with an encapsulation or from tc. Nothing can be changed later. Same as `ip link add bu0 type bareudp dstport 6635 ethertype mpls_uc`.
 */
export const bareudp = defineLinkKind(
  'bareudp',
  {
    /** UDP port, here and at the other ends. IANA's for MPLS is 6635. `ip` calls it `dstport`. */
    port: be16(1, 'IFLA_BAREUDP_PORT', { access: 'fixed' }),
    /** What the packets are, by EtherType. `ip` says `mpls_uc` and `mpls_mc` for the latter two. */
    etherType: numberOr(
      2,
      'IFLA_BAREUDP_ETHERTYPE',
      'be16',
      { ipv4: 0x0800, ipv6: 0x86dd, mpls: 0x8847, mplsMulticast: 0x8848 },
      { access: 'fixed' },
    ),
    /** The lowest UDP source port to spread flows over, up to 65535. Default 0. `ip` calls it `srcportmin`. */
    sourcePortMin: u16(3, 'IFLA_BAREUDP_SRCPORT_MIN', { access: 'create' }),
    /** Besides IPv4 also IPv6, or besides unicast MPLS also multicast; only with those two. Default false. `ip` calls it `multiproto`. */
    multiProtocol: flag(4, 'IFLA_BAREUDP_MULTIPROTO_MODE', { access: 'create' }),
  },
  {
    module: { config: 'CONFIG_BAREUDP', name: 'bareudp' },
    check: (program, { etherType, multiProtocol }) => {
      if (multiProtocol === true && !HAVE_A_TWIN.includes(etherType))
        program.refuse('multiProtocol', 'goes only with etherType: "ipv4" or "mpls"')
    },
  },
)
