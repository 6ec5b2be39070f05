import { describe, expect, it } from 'vitest'
import { linkKinds, portKinds } from '../../lib/links/kinds.ts'
import { amtWitnesses } from './witnesses/amt.ts'
import { bareudpWitnesses } from './witnesses/bareudp.ts'
import { bondPortWitnesses, bondWitnesses } from './witnesses/bond.ts'
import { bridgeWitnesses } from './witnesses/bridge.ts'
import { bridgePortWitnesses } from './witnesses/bridge-port.ts'
import { canWitnesses } from './witnesses/can.ts'
import { dsaWitnesses } from './witnesses/dsa.ts'
import { geneveWitnesses } from './witnesses/geneve.ts'
import { gtpWitnesses } from './witnesses/gtp.ts'
import { hsrWitnesses } from './witnesses/hsr.ts'
import { ipoibWitnesses } from './witnesses/ipoib.ts'
import { vti6Witnesses, vtiWitnesses, xfrmWitnesses } from './witnesses/ipsec.ts'
import { ipvlanWitnesses, ipvtapWitnesses } from './witnesses/ipvlan.ts'
import { linkWitnesses } from './witnesses/link.ts'
import { macsecWitnesses } from './witnesses/macsec.ts'
import { macvlanWitnesses, macvtapWitnesses } from './witnesses/macvlan.ts'
import { netkitWitnesses } from './witnesses/netkit.ts'
import {
  batadvWitnesses,
  dummyWitnesses,
  ifbWitnesses,
  netdevsimWitnesses,
  nlmonWitnesses,
  teamPortWitnesses,
  teamWitnesses,
  vcanWitnesses,
  vethWitnesses,
  virtWifiWitnesses,
  vsockmonWitnesses,
  vxcanWitnesses,
} from './witnesses/no-data.ts'
import { ovpnWitnesses } from './witnesses/ovpn.ts'
import { rmnetWitnesses } from './witnesses/rmnet.ts'
import { tunWitnesses } from './witnesses/tun.ts'
import { tunnelWitnesses } from './witnesses/tunnels.ts'
import { vlanWitnesses } from './witnesses/vlan.ts'
import { vrfPortWitnesses, vrfWitnesses } from './witnesses/vrf.ts'
import { vxlanWitnesses } from './witnesses/vxlan.ts'
import { wireguardWitnesses } from './witnesses/wireguard.ts'
import { describeWitnesses } from './witnesses/witness.ts'

const kinds = [
  bareudpWitnesses,
  amtWitnesses,
  canWitnesses,
  dsaWitnesses,
  gtpWitnesses,
  ipoibWitnesses,
  ovpnWitnesses,
  batadvWitnesses,
  bondWitnesses,
  bridgeWitnesses,
  dummyWitnesses,
  geneveWitnesses,
  hsrWitnesses,
  ifbWitnesses,
  ipvlanWitnesses,
  ipvtapWitnesses,
  macsecWitnesses,
  macvlanWitnesses,
  macvtapWitnesses,
  netdevsimWitnesses,
  netkitWitnesses,
  nlmonWitnesses,
  rmnetWitnesses,
  teamWitnesses,
  tunWitnesses,
  vcanWitnesses,
  vethWitnesses,
  virtWifiWitnesses,
  ...tunnelWitnesses,
  vlanWitnesses,
  vrfWitnesses,
  vsockmonWitnesses,
  vtiWitnesses,
  vti6Witnesses,
  vxcanWitnesses,
  vxlanWitnesses,
  wireguardWitnesses,
  xfrmWitnesses,
]

const ports = [bondPortWitnesses, bridgePortWitnesses, teamPortWitnesses, vrfPortWitnesses]

describe('the witness', () => {
  it('is there for every kind that the library knows', () => {
    expect(kinds.map(({ title }) => title).sort()).toEqual(linkKinds.map(({ kind }) => kind).sort())
  })

  it('is there for every kind of port that the library knows', () => {
    expect(ports.map(({ title }) => title).sort()).toEqual(portKinds.map(({ kind }) => `${kind} port`).sort())
  })
})

for (const subject of [linkWitnesses, ...kinds, ...ports]) describeWitnesses(subject)
