import { bridge } from './kinds/bridge.ts'
import { bridgePort } from './kinds/bridge-port.ts'
import { dummy } from './kinds/dummy.ts'
import { ipvlan } from './kinds/ipvlan.ts'
import { macvlan } from './kinds/macvlan.ts'
import { veth } from './kinds/veth.ts'
import { vlan } from './kinds/vlan.ts'

/** Kinds that most programs make or meet. They are found without loading all the others, which takes as long as setting a container up. */
export const commonKinds = [bridge, dummy, ipvlan, macvlan, veth, vlan] as const

/** Likewise of masters. */
export const commonPortKinds = [bridgePort] as const
