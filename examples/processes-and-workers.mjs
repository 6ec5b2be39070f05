// A program of its own in one namespace, and code of this one, on a thread, in another. Neither knows of namespaces.
//
//   ip netns exec net2 node server.mjs &  ip netns exec net1 node client.mjs
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('I am ' + request.socket.localAddress))
  server.listen(8000, '0.0.0.0', () => console.log('listening, as process ' + process.pid))`

const CLIENT = `
  const { parentPort, workerData } = require('node:worker_threads')
  fetch(workerData).then(response => response.text()).then(text => parentPort.postMessage(text))`

export async function main(inspect = async (_namespaces, _server) => {}) {
  const [net1, net2] = await Promise.all([Netns.create(), Netns.create()])
  let server
  try {
    await net1.links.add({ kind: 'veth', name: 'veth1', up: true, veth: { peer: { name: 'veth2', netns: net2, up: true } } })
    await Promise.all([
      net1.addresses.add({ link: 'veth1', address: '192.168.1.11/24' }),
      net2.addresses.add({ link: 'veth2', address: '192.168.1.12/24' }),
    ])
    while ((await net1.links.get('veth1')).operationalState !== 'up') await setTimeout(1)

    server = net2.spawn(process.execPath, ['-e', SERVER])
    const [line] = await once(server.stdout, 'data')
    console.log(`net2: ${String(line).trim()}`)
    assert.equal(String(line), `listening, as process ${server.pid}\n`)

    const client = net1.worker(CLIENT, { eval: true, workerData: 'http://192.168.1.12:8000/' })
    const [text] = await once(client, 'message')
    console.log(`net1: the answer is "${text}"`)
    assert.equal(text, 'I am 192.168.1.12')

    const { stdout } = await net1.exec('cd /sys/class/net && echo */')
    console.log(`net1: /sys has ${stdout.trim()}`)
    assert.equal(stdout, 'lo/ veth1/\n')
    await inspect({ net1, net2 }, server)
  } finally {
    server?.kill()
    net1.close()
    net2.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
