/** EtherTypes by name, of IANA's IEEE 802 numbers. */
export const ETHER_TYPES = {
  ipv4: 0x0800,
  arp: 0x0806,
  ipv6: 0x86dd,
  '802.1Q': 0x8100,
  '802.1ad': 0x88a8,
  mpls: 0x8847,
  macsec: 0x88e5,
  lldp: 0x88cc,
} as const

/** IP protocols by name, of IANA's protocol numbers. */
export const IP_PROTOCOLS = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  sctp: 132,
} as const

/** ARP operations by name (RFC 826). */
export const ARP_OPERATIONS = { request: 1, reply: 2 } as const

/** A name, or the number itself where this library has no name for it. */
export type NameOrNumber<N> = keyof N | (number & {})

/** Gives numbers their names. */
export function naming<N extends Readonly<Record<string, number>>>(names: N): (number: number) => NameOrNumber<N> {
  const byNumber = new Map(Object.entries(names).map(([name, number]) => [number, name as keyof N]))
  return number => byNumber.get(number) ?? number
}
