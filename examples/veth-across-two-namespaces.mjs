// S6. One request, issued from a third namespace, makes a veth pair with each end in a namespace of its own.
//
//   ip link add veth1 netns net1 type veth peer name veth2 netns net2
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async (_namespaces, _step) => {}) {
  const here = await Netns.create()
  const net1 = await Netns.create()
  const net2 = await Netns.create()
  try {
    await here.links.add({ kind: 'veth', name: 'veth1', netns: net1, veth: { peer: { name: 'veth2', netns: net2 } } })

    for (const { title, netns, names } of [
      { title: 'here', netns: here, names: ['lo'] },
      { title: 'net1', netns: net1, names: ['lo', 'veth1'] },
      { title: 'net2', netns: net2, names: ['lo', 'veth2'] },
    ]) {
      const links = await netns.links.list()
      assert.equal(links.map(link => link.name).join(), names.join())
      console.log(`${title}: ${names.join(' and ')}`)
      const [, veth] = links
      if (veth === undefined) continue
      console.log(
        `  ${veth.name} is ${veth.operationalState}; its other end is link ${veth.link} of namespace ${veth.linkNetnsid}`,
      )
      assert.equal(veth.up, false)
      assert.equal(typeof veth.linkNetnsid, 'number')
    }
    await inspect({ here, net1, net2 }, 'made')

    await configure(net1, 'veth1', '10.10.0.10/16')
    await configure(net2, 'veth2', '10.10.0.20/16')
    await Promise.all([untilUp(net1, 'veth1'), untilUp(net2, 'veth2')])
    for (const { title, netns, address } of [
      { title: 'net1', netns: net1, address: '10.10.0.20' },
      { title: 'net2', netns: net2, address: '10.10.0.10' },
    ]) {
      const { received } = await netns.ping(address, { count: COUNT, interval: 1 })
      console.log(`${title} → ${address}: ${received} of ${COUNT} answered`)
      assert.equal(received, COUNT)
    }
    await inspect({ here, net1, net2 }, 'up')
  } finally {
    for (const netns of [here, net1, net2]) netns.close()
  }
}

function configure(netns, name, address) {
  return Promise.all([
    netns.links.set('lo', { up: true }),
    netns.addresses.add({ link: name, address }),
    netns.links.set(name, { up: true }),
  ])
}

/** A link has carrier a moment after both ends are up. */
async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
