import { Netns } from '../../../../../dist/index.js'

const queues = { numTxQueues: 1, numRxQueues: 1 }

/** Of the hosts' ends: what is deleted together is deleted at once. */
export const group = 7

export const addBridge = host => host.links.add({ kind: 'bridge', name: 'br0', up: true })

/** Of what a container needs nothing is looked at, so no link is read back. */
export const addUnread = ({ links }, link) => links.addAll([link])

export async function addContainer(host, i, addLink = ({ links }, link) => links.add(link)) {
  const netns = await Netns.create()
  const peer = { name: 'eth0', netns, ...queues }
  // A port that is named as such comes up in the message that makes it.
  const port = { kind: 'bridge' }
  await addLink(host, { kind: 'veth', name: `h${i}`, master: 'br0', port, up: true, group, ...queues, veth: { peer } })
  await Promise.all([
    netns.links.set('lo', { up: true }),
    netns.addresses.add({ link: 'eth0', address: `10.88.${(i + 2) >> 8}.${(i + 2) & 255}/16` }),
    netns.links.set('eth0', { up: true }),
    netns.routes.add({ to: 'default', via: '10.88.0.1' }),
  ])
  return netns
}
