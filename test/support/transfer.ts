import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { entering, type Held } from './inside.ts'

const TEXT = 'a small VPN '

/** Says when it listens; then how many bytes came, and what they add up to. */
const server = (address: string) => `
const server = require('node:net').createServer(socket => {
  let bytes = 0, sum = 0
  socket.on('data', chunk => { bytes += chunk.length; for (const byte of chunk) sum = (sum + byte) % 65521 })
  socket.on('end', () => { console.log(bytes + ' ' + sum); server.close() })
})
server.listen(5000, '${address}', () => console.log('listening'))`

const client = (address: string, bytes: number) =>
  `require('node:net').connect(5000, '${address}').end(Buffer.alloc(${bytes}, '${TEXT}'))`

/** What `transfer` resolves with when every byte arrived. */
export function transferred(bytes: number): string {
  let sum = 0
  for (const byte of Buffer.alloc(bytes, TEXT)) sum = (sum + byte) % 65521
  return `${bytes} ${sum}`
}

function nodeInside(netns: Held, program: string) {
  const [command, ...args] = entering(netns)
  return spawn(command, [...args, process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Sends so many bytes over TCP from one namespace to an address in another, between two processes; answers what the receiver got of it. */
export async function transfer(from: Held, to: Held, address: string, bytes: number): Promise<string> {
  const receiver = nodeInside(to, server(address))
  let text = ''
  receiver.stdout.on('data', chunk => {
    text += chunk
  })
  await once(receiver.stdout, 'data')
  nodeInside(from, client(address, bytes))
  await once(receiver, 'close')
  return text.split('\n')[1] ?? ''
}
