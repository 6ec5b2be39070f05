import { measure, measureList } from '../rtnetlink/measure.mjs'
import { constants } from './constants.mjs'
import { addDevice, DEVICE } from './links.mjs'
import { addressAt, create, expect, forEach, open } from './socket.mjs'

const { AF_INET, RT_TABLE_MAIN } = constants
const route = { family: AF_INET, dstLen: 32, table: RT_TABLE_MAIN, protocol: 'STATIC', scope: 'LINK', type: 'UNICAST' }

export async function routeAdd(count) {
  const socket = open()
  await addDevice(socket)
  const measured = await measure(() =>
    forEach(count, i => socket.newRoute(route, { dst: addressAt([11, 0, 0, 0], i), oif: DEVICE }, create)),
  )
  expect('routes', (await mainRoutes(socket)).length, count)
  return measured
}

/** The kernel lists those of all tables. */
const mainRoutes = async socket =>
  (await socket.getRoutes({ family: AF_INET })).filter(({ data }) => data.table === RT_TABLE_MAIN)

export async function routeList(count) {
  const socket = open()
  const { listed, ...measured } = await measureList(() => mainRoutes(socket))
  expect('routes', listed, count)
  return measured
}
