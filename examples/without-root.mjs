// What an ordinary user may do in namespaces of his own: a router between two networks, and a web server on port 80. Runs the same as root.
//
//   unshare -Urn, then: ip netns add … does not work; ip link add … type veth, sysctl -w net.ipv4.ip_forward=1 and a server on port 80 do
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import { userInfo } from 'node:os'
import { Netns } from 'rtnetlink'

export async function main(inspect = async _namespaces => {}) {
  const [left, router, right] = await Promise.all(Array.from({ length: 3 }, () => Netns.create({ user: true })))
  const server = http.createServer((request, response) =>
    response.end(`${request.socket.remoteAddress} asks, and is served on port 80\n`),
  )
  try {
    await Promise.all([
      router.links.add({ kind: 'veth', name: 'to-left', up: true, veth: { peer: { name: 'eth0', netns: left, up: true } } }),
      router.links.add({ kind: 'veth', name: 'to-right', up: true, veth: { peer: { name: 'eth0', netns: right, up: true } } }),
      router.addresses.add({ link: 'to-left', address: '10.0.1.1/24' }),
      router.addresses.add({ link: 'to-right', address: '10.0.2.1/24' }),
      router.sysctl.set('net.ipv4.ip_forward', true),
    ])
    await Promise.all([
      left.addresses.add({ link: 'eth0', address: '10.0.1.2/24' }),
      left.routes.add({ to: 'default', via: '10.0.1.1' }),
      right.addresses.add({ link: 'eth0', address: '10.0.2.2/24' }),
      right.routes.add({ to: 'default', via: '10.0.2.1' }),
    ])

    await right.listen(server, { host: '10.0.2.2', port: 80 })
    const text = await (await left.fetch('http://10.0.2.2/')).text()
    console.log(text.trim())
    assert.match(text, /^10\.0\.1\.2 asks/)

    const { stdout } = await left.execFile('id', ['-u'])
    console.log(`this process has the user id ${userInfo().uid}, and one that is born in there ${stdout.trim()}`)
    assert.equal(stdout, '0\n')

    // What has all rights in these namespaces has none outside of them: the other end of this veth would be the machine's.
    const machine = Netns.current()
    const refusal = await left.links
      .add({ kind: 'veth', name: 'out', veth: { peer: { name: 'in', netns: machine } } })
      .then(() => undefined, String)
    console.log(refusal ?? 'but this process is root, and may have it all the same')
    if (refusal === undefined) await left.links.delete('out')
    else assert.match(refusal, /\(EPERM\)/)
    machine.close()

    console.log(
      `${brokers().length} processes work in there for this one: a rtnetlink-broker opens sockets, another makes namespaces`,
    )
    assert.equal(brokers().length, 2)
    await inspect({ left, router, right })
  } finally {
    server.close()
    server.closeAllConnections()
    for (const netns of [left, router, right]) netns.close()
  }
}

/** The children of this process with that name. */
function brokers() {
  const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return processes.filter(pid => statusOf(pid).startsWith(`${pid} (rtnetlink-broke) S ${process.pid} `))
}

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return '' // It has ended meanwhile.
  }
}

if (process.argv[1] === import.meta.filename) await main()
