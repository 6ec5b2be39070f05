import { bridge } from './kinds/bridge.ts'
import { bridgePort } from './kinds/bridge-port.ts'
import { dummy } from './kinds/dummy.ts'
import { ifb } from './kinds/ifb.ts'
import { ipvlan } from './kinds/ipvlan.ts'
import { ipvtap } from './kinds/ipvtap.ts'
import { macvlan } from './kinds/macvlan.ts'
import { macvtap } from './kinds/macvtap.ts'
import { tun } from './kinds/tun.ts'
import { veth } from './kinds/veth.ts'
import { vlan } from './kinds/vlan.ts'
import { vxlan } from './kinds/vxlan.ts'

/** Every kind of link that the library knows. A new kind is one file and one line here. */
export const linkKinds = [bridge, dummy, ifb, ipvlan, ipvtap, macvlan, macvtap, tun, veth, vlan, vxlan] as const

/** Every kind of master whose ports have data of their own. */
export const portKinds = [bridgePort] as const
