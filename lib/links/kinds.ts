import { amt } from './kinds/amt.ts'
import { bareudp } from './kinds/bareudp.ts'
import { batadv } from './kinds/batadv.ts'
import { bond } from './kinds/bond.ts'
import { bondPort } from './kinds/bond-port.ts'
import { bridge } from './kinds/bridge.ts'
import { bridgePort } from './kinds/bridge-port.ts'
import { can } from './kinds/can.ts'
import { dsa } from './kinds/dsa.ts'
import { dummy } from './kinds/dummy.ts'
import { erspan } from './kinds/erspan.ts'
import { geneve } from './kinds/geneve.ts'
import { gre } from './kinds/gre.ts'
import { gretap } from './kinds/gretap.ts'
import { gtp } from './kinds/gtp.ts'
import { hsr } from './kinds/hsr.ts'
import { ifb } from './kinds/ifb.ts'
import { ip6erspan } from './kinds/ip6erspan.ts'
import { ip6gre } from './kinds/ip6gre.ts'
import { ip6gretap } from './kinds/ip6gretap.ts'
import { ip6tnl } from './kinds/ip6tnl.ts'
import { ipip } from './kinds/ipip.ts'
import { ipoib } from './kinds/ipoib.ts'
import { ipvlan } from './kinds/ipvlan.ts'
import { ipvtap } from './kinds/ipvtap.ts'
import { macsec } from './kinds/macsec.ts'
import { macvlan } from './kinds/macvlan.ts'
import { macvtap } from './kinds/macvtap.ts'
import { netdevsim } from './kinds/netdevsim.ts'
import { netkit } from './kinds/netkit.ts'
import { nlmon } from './kinds/nlmon.ts'
import { ovpn } from './kinds/ovpn.ts'
import { rmnet } from './kinds/rmnet.ts'
import { sit } from './kinds/sit.ts'
import { team } from './kinds/team.ts'
import { teamPort } from './kinds/team-port.ts'
import { tun } from './kinds/tun.ts'
import { vcan } from './kinds/vcan.ts'
import { veth } from './kinds/veth.ts'
import { virtWifi } from './kinds/virt_wifi.ts'
import { vlan } from './kinds/vlan.ts'
import { vrf } from './kinds/vrf.ts'
import { vrfPort } from './kinds/vrf-port.ts'
import { vsockmon } from './kinds/vsockmon.ts'
import { vti } from './kinds/vti.ts'
import { vti6 } from './kinds/vti6.ts'
import { vxcan } from './kinds/vxcan.ts'
import { vxlan } from './kinds/vxlan.ts'
import { wireguard } from './kinds/wireguard.ts'
import { xfrm } from './kinds/xfrm.ts'

/** Every kind of link that the library knows. A new kind is one file and one line here. */
export const linkKinds = [
  amt,
  bareudp,
  batadv,
  bond,
  bridge,
  can,
  dsa,
  dummy,
  erspan,
  geneve,
  gre,
  gretap,
  gtp,
  hsr,
  ifb,
  ip6erspan,
  ip6gre,
  ip6gretap,
  ip6tnl,
  ipip,
  ipoib,
  ipvlan,
  ipvtap,
  macsec,
  macvlan,
  macvtap,
  netdevsim,
  netkit,
  nlmon,
  ovpn,
  rmnet,
  sit,
  team,
  tun,
  vcan,
  veth,
  virtWifi,
  vlan,
  vrf,
  vsockmon,
  vti,
  vti6,
  vxcan,
  vxlan,
  wireguard,
  xfrm,
] as const

/** Every kind of master whose ports have data of their own. */
export const portKinds = [bondPort, bridgePort, teamPort, vrfPort] as const
