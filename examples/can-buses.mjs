// S15. Two CAN buses without hardware: a vcan, on which the sockets of one namespace hear each other, and a vxcan, a cable between two
// namespaces. Frames go through raw CAN sockets, which are the business of other libraries: this one makes the buses.
//
//   ip link add can0 type vcan;  ip link set can0 up
//   ip link add can1 type vxcan peer name can0 netns other;  ip link set can1 up;  ip -n other link set can0 up
import assert from 'node:assert/strict'
import { NetlinkError, Netns } from 'rtnetlink'

export async function main(inspect = async _namespaces => {}) {
  const here = await Netns.create()
  const other = await Netns.create()
  try {
    await Promise.all([
      // CAN FD too: with an mtu of 16 the bus takes only frames of classical CAN.
      here.links.add({ kind: 'vcan', name: 'can0', mtu: 72, up: true }),
      here.links.add({
        kind: 'vxcan',
        name: 'can1',
        mtu: 72,
        up: true,
        vxcan: { peer: { name: 'can0', netns: other, mtu: 72, up: true } },
      }),
    ])
    await show('here', here)
    await show('other', other)
    await inspect({ here, other })
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'EOPNOTSUPP') throw error
    console.log(error.message)
  } finally {
    here.close()
    other.close()
  }
}

async function show(title, netns) {
  for (const { name, kind, type, mtu, up } of await netns.links.list()) {
    if (name === 'lo') continue
    console.log(`${title}: ${name} is a ${kind}, ${up ? 'up' : 'down'}, for frames of up to ${mtu} bytes`)
    assert.deepEqual([type, up, mtu], ['can', true, 72])
  }
}

if (process.argv[1] === import.meta.filename) await main()
