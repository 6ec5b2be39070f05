// Misuse that must not compile, and use that must.
import { type LinkDriver, type LinkFeature, type Masquerade, type MasqueradeOptions, Netns } from 'rtnetlink'

const ns = Netns.current()

export const driver: Promise<LinkDriver> = ns.ethtool.getDriver('eth0')
export const statistics: Promise<Readonly<Record<string, number>>> = ns.ethtool.getStatistics(3)
export const peer: Promise<number | undefined> = ns.ethtool.getPeerIndex({ index: 3 })
export const feature: Promise<LinkFeature | undefined> = ns.ethtool.getFeatures('eth0').then(all => all['rx-gro'])
export const speed: Promise<number | 'unknown' | undefined> = ns.ethtool.getSettings('eth0').then(now => now.speed)
void ns.ethtool.setFeatures('eth0', { 'rx-gro': false }, { timeout: 1000 })
void ns.ethtool.setRings('eth0', { rx: 512, txPush: true })
void ns.ethtool.setSettings('eth0', { speed: 100, duplex: 'full', autonegotiation: false, mdixControl: 'auto' })

export const options: MasqueradeOptions = { source: ['10.0.0.0/8'], out: ['eth0', 3, { index: 4 }], ports: [1024, 65_535] }
export const nat: Promise<Masquerade> = ns.masquerade(options)
export async function scoped(): Promise<void> {
  await using one = await ns.masquerade({ source: '10.0.0.0/8', out: 'eth*', fullyRandom: true, keep: true })
  void one.table
}

// @ts-expect-error: a feature is on or off
void ns.ethtool.setFeatures('eth0', { 'rx-gro': 'off' })
// @ts-expect-error: unknown option
void ns.ethtool.setRings('eth0', { rxx: 512 })
// @ts-expect-error: how many there can be is the driver's to say
void ns.ethtool.setRings('eth0', { rxMax: 512 })
// @ts-expect-error: no such duplex
void ns.ethtool.setSettings('eth0', { duplex: 'both' })
// @ts-expect-error: two ports
void ns.masquerade({ out: 'eth0', ports: [1024] })
// @ts-expect-error: unknown option
void ns.masquerade({ sorce: '10.0.0.0/8' })
