// Two ways out, chosen by firewall mark, and nexthop objects that many routes share: when a way changes, all of them follow at once.
//
//   ip nexthop add id 1 via 192.0.2.1 dev up1; ip nexthop add id 2 via 198.51.100.1 dev up2
//   ip nexthop add id 10 group 1,3/2           ip route add 10.0.0.0/8 nhid 10
//   ip route add default via 198.51.100.1 table 100; ip rule add fwmark 2 lookup 100
import assert from 'node:assert/strict'
import { Netns } from 'rtnetlink'

export async function main() {
  const router = await Netns.create()
  try {
    await Promise.all([
      router.links.add({ kind: 'veth', name: 'up1', up: true, veth: { peer: { name: 'isp1', up: true } } }),
      router.links.add({ kind: 'veth', name: 'up2', up: true, veth: { peer: { name: 'isp2', up: true } } }),
      router.addresses.add({ link: 'up1', address: '192.0.2.2/24' }),
      router.addresses.add({ link: 'up2', address: '198.51.100.2/24' }),
      router.routes.add({ to: 'default', via: '192.0.2.1' }),

      // What is marked with 2 goes the other way.
      router.routes.add({ to: 'default', via: '198.51.100.1', table: 100 }),
      router.rules.add({ fwmark: 2, table: 100, priority: 1000 }),

      // Networks behind both of them share one object.
      router.nexthops.add({ id: 1, via: '192.0.2.1', link: 'up1' }),
      router.nexthops.add({ id: 2, via: '198.51.100.1', link: 'up2' }),
      router.nexthops.add({ id: 10, group: [{ id: 1, weight: 3 }, 2] }),
      router.routes.add({ to: '10.1.0.0/16', nexthopId: 10 }),
      router.routes.add({ to: '10.2.0.0/16', nexthopId: 10 }),

      // Nobody answers for the routers here: their hardware addresses are told.
      router.neighbors.add({ link: 'up1', address: '192.0.2.1', linkLayerAddress: '02:00:00:00:00:01' }),
      router.neighbors.add({ link: 'up2', address: '198.51.100.1', linkLayerAddress: '02:00:00:00:00:02' }),
    ])

    const wayTo = async (to, mark) => (await router.routes.get({ to, ...(mark === undefined ? {} : { mark }) })).via
    console.log(`203.0.113.7 goes by ${await wayTo('203.0.113.7')}, and with mark 2 by ${await wayTo('203.0.113.7', 2)}`)
    assert.equal(await wayTo('203.0.113.7'), '192.0.2.1')
    assert.equal(await wayTo('203.0.113.7', 2), '198.51.100.1')
    for (const { priority, fwmark, table } of await router.rules.list({ family: 'inet' })) {
      console.log(`rule ${priority}: ${fwmark === undefined ? 'all' : `mark ${fwmark}`} looks up ${table}`)
    }

    // The first way is lost: one message, and both networks go by the second.
    await router.nexthops.replace({ id: 10, group: [2] })
    assert.equal(await wayTo('10.1.2.3'), '198.51.100.1')
    assert.equal(await wayTo('10.2.3.4'), '198.51.100.1')
    console.log('10.1.2.3 and 10.2.3.4 go by 198.51.100.1 now')
  } finally {
    router.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
