// S7. A web server in one namespace, fetched from another: both in this one process, which itself listens nowhere.
//
//   ip netns exec net2 python -m http.server 8000 &  ip netns exec net1 curl http://192.168.1.12:8000/
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { Netns } from 'rtnetlink'

const PAGE = `<title>net2</title>${'<p>A page that is longer than a packet.</p>'.repeat(1000)}`

export async function main(inspect = async (_namespaces, _server) => {}) {
  const [net1, net2] = await Promise.all([Netns.create(), Netns.create()])
  const server = http.createServer((request, response) => {
    console.log(`net2: ${request.method} ${request.url} from ${request.socket.remoteAddress}`)
    response.end(PAGE)
  })
  try {
    await net1.links.add({ kind: 'veth', name: 'veth1', up: true, veth: { peer: { name: 'veth2', netns: net2, up: true } } })
    await Promise.all([
      net1.links.set('lo', { up: true }),
      net1.addresses.add({ link: 'veth1', address: '192.168.1.11/24' }),
      net2.addresses.add({ link: 'veth2', address: '192.168.1.12/24' }),
    ])
    await untilUp(net1, 'veth1')

    await net2.listen(server, { port: 8000 })
    const received = await bytesReceived(net1, 'veth1')
    const response = await net1.fetch('http://192.168.1.12:8000/')
    const page = await response.text()
    const grown = (await bytesReceived(net1, 'veth1')) - received
    console.log(`net1: ${response.status}, ${page.length} bytes`)
    assert.equal(response.status, 200)
    assert.equal(page, PAGE)

    console.log(`net1: veth1 received ${grown} bytes meanwhile`)
    assert.ok(grown > PAGE.length, 'the page came across the wire')

    // The port is open in net2 and nowhere else: not in net1, not in the namespace of this process.
    await assert.rejects(net1.fetch('http://192.168.1.11:8000/'), refused)
    const own = Netns.current()
    await assert.rejects(own.fetch('http://127.0.0.1:8000/'), refused)
    own.close()
    assert.ok(!ownListeners().includes(8000))
    console.log('and nobody listens on port 8000 in net1, nor where this process is')
    await inspect({ net1, net2 }, server)
  } finally {
    server.close()
    server.closeAllConnections()
    net1.close()
    net2.close()
  }
}

async function bytesReceived(netns, name) {
  return (await netns.links.get(name)).statistics.rxBytes
}

/** `fetch failed`, because nobody listens there. */
function refused(error) {
  return error.cause?.code === 'ECONNREFUSED'
}

/** Ports on which somebody listens in the namespace of this process. */
function ownListeners() {
  const LISTEN = '0A'
  return ['tcp', 'tcp6'].flatMap(file => {
    const lines = readFileSync(`/proc/self/net/${file}`, 'utf8').trim().split('\n').slice(1)
    const sockets = lines.map(line => line.trim().split(/\s+/))
    return sockets.filter(([, , , state]) => state === LISTEN).map(([, local]) => Number.parseInt(local.split(':')[1], 16))
  })
}

/** A link has carrier a moment after it comes up. */
async function untilUp(netns, name, signal = AbortSignal.timeout(30_000)) {
  while ((await netns.links.get(name, { signal })).operationalState !== 'up') await setTimeout(1)
}

if (process.argv[1] === import.meta.filename) await main()
