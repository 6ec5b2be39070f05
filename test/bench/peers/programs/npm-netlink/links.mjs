import { measure, measureList } from '../rtnetlink/measure.mjs'
import { constants } from './constants.mjs'
import { addressAt, create, expect, forEach, ifla, open, pack, rt } from './socket.mjs'

/** Indexes are chosen here, so that a request about a link need not wait for the link. */
const FIRST_NEAR = 100_000
const FIRST_FAR = 200_000
export const DEVICE = 10

const up = { flags: { up: true }, change: { up: true } }

const linkInfo = (kind, data) =>
  pack(stream => {
    stream.push(constants.IFLA_INFO_KIND, Buffer.from(kind))
    stream.push(constants.IFLA_INFO_DATA, data)
  })

const vethInfo = (index, ifname) =>
  ifla.formatVethInfo({
    peer: pack(stream => rt.formatLinkMessage({ kind: 'link', data: { index }, attrs: { ifname } }, stream)),
  })

const addVeth = (socket, near, far, data = {}) =>
  socket.newLink(
    { index: near.index, ...data },
    { ifname: near.ifname, linkinfo: linkInfo('veth', vethInfo(far.index, far.ifname)) },
    create,
  )

const pairOf = i => [
  { index: FIRST_NEAR + i, ifname: `va${i}` },
  { index: FIRST_FAR + i, ifname: `vb${i}` },
]

export async function vethPairs(count) {
  const socket = open()
  const measured = await measure(() => forEach(count, i => addVeth(socket, ...pairOf(i))))
  expect('links', (await socket.getLinks()).length, 1 + 2 * count)
  return measured
}

const addAddress = (socket, { index }, address) =>
  socket.newAddress({ family: constants.AF_INET, prefixlen: 30, index }, { local: address, address }, create)

/** Once all pairs are there: what the kernel does later for one that is up would hold up the making of the others. It takes requests in the order in which they were made. */
function finishPair(socket, i) {
  const [near, far] = pairOf(i)
  const network = addressAt([10, 0, 0, 0], 4 * i)
  return Promise.all([
    addAddress(socket, near, addressAt(network, 1)),
    addAddress(socket, far, addressAt(network, 2)),
    socket.setLink({ index: far.index, ...up }),
  ])
}

export async function vethPairsUp(count) {
  const socket = open()
  const measured = await measure(async () => {
    await forEach(count, i => addVeth(socket, ...pairOf(i), up))
    await forEach(count, i => finishPair(socket, i))
  })
  const links = await socket.getLinks()
  const addresses = await socket.getAddresses({ family: constants.AF_INET })
  expect('links that are up', links.filter(({ data }) => data.index >= FIRST_NEAR && data.flags.up).length, 2 * count)
  expect('addresses', addresses.filter(({ data }) => data.prefixlen === 30).length, 2 * count)
  return measured
}

/** The link that routes and neighbors are added to: a veth, and up at both ends. */
export async function addDevice(socket) {
  await addVeth(socket, { index: DEVICE, ifname: 'd0' }, { index: DEVICE + 1, ifname: 'd1' }, up)
  await socket.setLink({ index: DEVICE + 1, ...up })
}

export const addVxlan = socket =>
  socket.newLink(
    { index: DEVICE },
    { ifname: 'x0', linkinfo: linkInfo('vxlan', ifla.formatVxlan({ id: 1, port: constants.VXLAN_PORT })) },
    create,
  )

export async function linkList(count) {
  const socket = open()
  const { listed, ...measured } = await measureList(() => socket.getLinks())
  // lo is one more.
  expect('links', listed, count + 1)
  return measured
}
