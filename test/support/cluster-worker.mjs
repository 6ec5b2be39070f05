// A worker of node:cluster that uses a namespace: tells its primary how listening was refused, and what a datagram socket heard.
import { once } from 'node:events'
import { Netns } from '../../dist/index.js'

const red = await Netns.create()
await red.links.set('lo', { up: true })
const [error] = await once(red.createServer().listen(0), 'error')
const socket = red.createSocket('udp4')
socket.bind(0, '127.0.0.1')
await once(socket, 'listening')
socket.send('self', socket.address().port, '127.0.0.1')
const [message] = await once(socket, 'message')
await new Promise(resolve => process.send?.(`${error.code} ${message}`, resolve))
process.exit()
