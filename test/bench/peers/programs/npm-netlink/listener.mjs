/** Says when it listens for routes, and then from time to time how many it has heard; ends when there were enough. */
import { writeSync } from 'node:fs'
import { constants } from './constants.mjs'
import { open } from './socket.mjs'

const EACH = 50

const count = Number(process.argv[2])
const socket = open()
let heard = 0
let told = 0

const isNewRoute = ({ kind, data }) => kind === 'route' && data.table === constants.RT_TABLE_MAIN

function tell() {
  told = heard
  writeSync(1, `${heard}\n`)
}

socket.on('message', parts => {
  heard += parts.filter(isNewRoute).length
  if (heard - told >= EACH || heard >= count) tell()
  if (heard >= count) process.exit()
})
socket.socket.ref()
socket.addMembership('IPV4_ROUTE')
tell()
