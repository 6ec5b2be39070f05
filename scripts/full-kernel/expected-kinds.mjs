/** Kinds of link that the full kernel has. A test of one of them that is skipped there fails the run. */
export const expectedKinds = [
  'amt',
  'bareudp',
  'batadv',
  'bond',
  'bridge',
  'dummy',
  'erspan',
  'geneve',
  'gre',
  'gretap',
  'gtp',
  'hsr',
  'ifb',
  'ip6erspan',
  'ip6gre',
  'ip6gretap',
  'ip6tnl',
  'ipip',
  'ipvlan',
  'ipvtap',
  'macsec',
  'macvlan',
  'macvtap',
  'netdevsim',
  'netkit',
  'nlmon',
  'rmnet',
  'sit',
  'team',
  'tun',
  'vcan',
  'veth',
  'virt_wifi',
  'vlan',
  'vrf',
  'vsockmon',
  'vti',
  'vti6',
  'vxcan',
  'vxlan',
  'wireguard',
  'xfrm',
]

/**
 * Kinds that the full kernel does not have, and why.
 * @type {Record<string, string>}
 */
export const absentKinds = {
  can: 'only drivers of hardware make one, or slcan, which older builds of this kernel lack',
  dsa: 'only drivers of hardware make one',
  ipoib: 'needs InfiniBand hardware',
  ovpn: 'newer than Linux 6.12',
}

/** What else of it tests ask for by name, and find. */
export const expectedBesides = ['bond actor port priority', 'bond use_carrier', 'bridge vlan filtering', 'fou', 'netkit scrub']
