/** RT_TABLE_*. */
export const TABLES = { unspec: 0, default: 253, main: 254, local: 255 } as const

/** RTPROT_*, and those that /etc/iproute2/rt_protos adds, as `ip` prints them. */
export const PROTOCOLS = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  ovn: 84,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
} as const

/** RT_SCOPE_* as `ip` prints them; `universe` is the kernel's own word for `global`. */
export const SCOPES = { global: 0, site: 200, link: 253, host: 254, nowhere: 255, universe: 0 } as const

/** RTN_*. */
export const ROUTE_TYPES = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const

/** RTNH_F_*, as `ip -j` prints them. */
export const NEXTHOP_FLAGS = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const

/** LWTUNNEL_ENCAP_*. */
export const ENCAP_TYPES = {
  none: 0,
  mpls: 1,
  ip: 2,
  ila: 3,
  ip6: 4,
  seg6: 5,
  bpf: 6,
  seg6local: 7,
  rpl: 8,
  ioam6: 9,
  xfrm: 10,
} as const

/** IPPROTO_*, for the kernel's lookup. */
export const IP_PROTOCOLS = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const
