// Two networks and a router from one description: a web server behind it, fetched from a laptop; and a picture of what is there.
//
//   ip netns add laptop; ip netns add router; …; ip -n router link add …; some thirty more lines, and as many to take it down
import assert from 'node:assert/strict'
import http from 'node:http'
import { Lab } from 'rtnetlink'

export async function main(inspect = async _lab => {}) {
  const lab = await Lab.create({
    namespaces: {
      laptop: { routes: { default: 'router' } },
      router: { forwarding: true },
      server: { routes: { default: 'router' } },
    },
    bridges: { office: { ports: { router: '10.0.1.1/24', laptop: '10.0.1.10/24' } } },
    cables: [{ router: '10.0.2.1/30', server: '10.0.2.2/30' }],
  })
  const { laptop, router, server } = lab.namespaces
  const web = http.createServer((request, response) => response.end(`Hello, ${request.socket.remoteAddress}`))
  try {
    await server.listen(web, { port: 80, host: '10.0.2.2' })
    const page = await (await laptop.fetch('http://10.0.2.2/')).text()
    console.log(`laptop: ${page}`)
    assert.equal(page, 'Hello, 10.0.1.10')

    const { replies } = await laptop.ping('10.0.2.2', { count: 1 })
    console.log(`laptop: a reply with ttl ${replies[0].ttl}: one router on the way`)
    assert.equal(replies[0].ttl, 63)

    // Nothing is recorded: what somebody changes shows.
    await router.links.set('eth1', { up: false })
    const diagram = await lab.diagram()
    console.log(`\nwith eth1 of the router down:\n\n${diagram}`)
    assert.match(diagram, /"eth1 · veth · down<br>/)
    await inspect(lab)
  } finally {
    web.close()
    web.closeAllConnections()
    lab.close()
  }
}

if (process.argv[1] === import.meta.filename) await main()
