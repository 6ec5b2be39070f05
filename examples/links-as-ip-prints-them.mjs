// S23. Links as the lines that people know from `ip link`: names with what is below (`eth0@if4`), flags, state.
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { formatLink, Netns } from 'rtnetlink'

export async function main(inspect = async (_namespaces, _lines) => {}) {
  const host = await Netns.create()
  const far = await Netns.create()
  try {
    await Promise.all([
      host.links.add({ kind: 'bridge', name: 'br0', up: true }),
      // A pair within one namespace, of which one end is up, and one into another namespace.
      host.links.add({ kind: 'veth', name: 'veth0', up: true, veth: { peer: { name: 'veth1' } } }),
      host.links.add({
        kind: 'veth',
        name: 'port',
        up: true,
        master: 'br0',
        veth: { peer: { name: 'eth0', netns: far, up: true } },
      }),
    ])
    await untilUp(host, 'br0')

    const links = await host.links.list()
    const lines = links.map(link => formatLink(link, links))
    for (const line of lines) console.log(line)

    const line = name => lines.find(text => text.split(' ')[1].split(/[@:]/)[0] === name) ?? ''
    assert.match(line('lo'), /^1: lo: <LOOPBACK> mtu 65536 .*state DOWN/)
    assert.match(line('veth0'), /veth0@veth1: <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> .*state LOWERLAYERDOWN/)
    assert.match(line('veth1'), /veth1@veth0: <BROADCAST,MULTICAST> .*state DOWN/)
    assert.match(line('port'), /port@if\d+: <BROADCAST,MULTICAST,UP,LOWER_UP> .*master br0 state UP/)
    assert.match(line('br0'), /br0: <BROADCAST,MULTICAST,UP,LOWER_UP> .*state UP/)
    await inspect({ host, far }, lines)
  } finally {
    host.close()
    far.close()
  }
}

/** A bridge has carrier a moment after its first port forwards. */
async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
