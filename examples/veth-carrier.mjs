// S2. What carrier and operational state say while the ends of a veth pair come up one after the other. A wire carries only when both
// ends are up; one that is up alone sees "the layer below is down".
//
//   ip link add veth0 type veth peer name veth1;  ip link set veth0 up;  ip link set veth1 up;  ip link set veth0 down
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

export async function main(inspect = async (_namespaces, _step) => {}) {
  const host = await Netns.create()
  try {
    await host.links.add({ kind: 'veth', name: 'veth0', veth: { peer: { name: 'veth1' } } })
    const step = async (title, veth0, veth1) => {
      await until(async () => (await stateOf(host, 'veth0')) === veth0 && (await stateOf(host, 'veth1')) === veth1)
      const [one, other] = [await host.links.get('veth0'), await host.links.get('veth1')]
      console.log(title)
      for (const { name, up, carrier, operationalState } of [one, other]) {
        console.log(`  ${name}  ${up ? 'up  ' : 'down'}  ${carrier ? 'carrier   ' : 'no carrier'}  ${operationalState}`)
        assert.equal(carrier, operationalState === 'up')
      }
      await inspect({ host }, title)
    }

    await step('both down', 'down', 'down')
    await host.links.set('veth0', { up: true })
    await step('veth0 up', 'lowerLayerDown', 'down')
    await host.links.set('veth1', { up: true })
    await step('both up', 'up', 'up')
    await host.links.set('veth0', { up: false })
    await step('veth0 down again', 'down', 'lowerLayerDown')
  } finally {
    host.close()
  }
}

async function stateOf(netns, name) {
  return (await netns.links.get(name)).operationalState
}

/** The kernel follows carrier in the background, a moment later. */
async function until(condition, signal = AbortSignal.timeout(30_000)) {
  while (!(await condition())) {
    signal.throwIfAborted()
    await setTimeout(1)
  }
}

if (process.argv[1] === import.meta.filename) await main()
