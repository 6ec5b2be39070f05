// S20. What the driver of a veth knows: its own name, statistics by name, and among them the index of the peer, in the peer's own namespace; what it can
// do for the kernel, such as leaving checksums out where nobody will look at them.
//
//   ethtool -i veth0;  ethtool -S veth0;  ethtool veth0;  ethtool -k veth0;  ethtool -K veth0 tx-checksum-sctp off
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

export async function main(inspect = async _namespaces => {}) {
  const host = await Netns.create()
  const far = await Netns.create()
  try {
    // Two that nobody looks at, so that the indexes of the ends differ.
    await far.links.add({ kind: 'veth', name: 'pad0', veth: { peer: { name: 'pad1' } } })
    await host.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer: { name: 'veth1', netns: far, up: true } } })
    const { ethtool } = host

    const driver = await ethtool.getDriver('veth0')
    console.log(`driver          ${driver.name}, version ${driver.version}, ${driver.statistics} statistics`)
    assert.equal(driver.name, 'veth')

    const statistics = await ethtool.getStatistics('veth0')
    for (const name of Object.keys(statistics).slice(0, 4)) console.log(`  ${name.padEnd(24)} ${statistics[name]}`)
    const peer = await far.links.get('veth1')
    console.log(`peer            index ${statistics.peer_ifindex} in its own namespace, where it is ${peer.name}`)
    assert.equal(statistics.peer_ifindex, peer.index)
    assert.equal(await ethtool.getPeerIndex('veth0'), peer.index)

    const { detected } = await ethtool.getLinkState('veth0')
    const { speed, duplex } = await ethtool.getSettings('veth0')
    console.log(
      `link            ${detected ? 'detected' : 'not detected'}, ${speed} Mbit/s, ${duplex} duplex: as real as a veth's speed can be`,
    )
    assert.equal(detected, true)

    const features = await ethtool.getFeatures('veth0')
    const active = Object.keys(features).filter(name => features[name].active)
    console.log(`features        ${active.length} of ${Object.keys(features).length} in use`)
    console.log('turned off      tx-checksum-ip-generic; what needs it goes along:')
    const changed = await ethtool.setFeatures('veth0', { 'tx-checksum-ip-generic': false })
    for (const [name, on] of Object.entries(changed)) console.log(`  ${name.padEnd(32)} ${on ? 'on' : 'off'}`)
    assert.equal(changed['tx-checksum-ip-generic'], false)
    await inspect({ host, far })

    // What is fixed stays, and the error says which.
    const refusal = await ethtool.setFeatures('veth0', { 'tx-checksum-ipv4': true }).catch(error => error)
    console.log(`fixed           ${refusal.message}`)
    assert.equal(refusal.option, 'tx-checksum-ipv4')
  } finally {
    host.close()
    far.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
