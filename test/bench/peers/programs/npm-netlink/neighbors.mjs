import { measure } from '../rtnetlink/measure.mjs'
import { constants } from './constants.mjs'
import { addDevice, addVxlan, DEVICE } from './links.mjs'
import { addressAt, create, expect, forEach, hardwareAddressAt, open } from './socket.mjs'

const { AF_BRIDGE, AF_INET } = constants
const permanent = { ifindex: DEVICE, state: { permanent: true } }

async function expectPermanent(socket, family, wanted) {
  const neighbors = await socket.getNeighbors({ family })
  const added = neighbors.filter(({ data }) => data.ifindex === DEVICE && data.state.permanent)
  expect('neighbors', added.length, wanted)
}

export async function neighborAdd(count) {
  const socket = open()
  await addDevice(socket)
  const add = i =>
    socket.newNeighbor(
      { ...permanent, family: AF_INET },
      { dst: addressAt([12, 0, 0, 0], i), lladdr: hardwareAddressAt(i) },
      create,
    )
  const measured = await measure(() => forEach(count, add))
  await expectPermanent(socket, AF_INET, count)
  return measured
}

export async function fdbAdd(count) {
  const socket = open()
  await addVxlan(socket)
  const add = i =>
    socket.newNeighbor(
      { ...permanent, family: AF_BRIDGE, flags: { self: true } },
      { dst: addressAt([10, 0, 0, 1], i % 250), lladdr: hardwareAddressAt(i) },
      create,
    )
  const measured = await measure(() => forEach(count, add))
  await expectPermanent(socket, AF_BRIDGE, count)
  return measured
}
