// A small service, as it could be anybody's: it greets everyone, and lets only one network see who was there. It knows nothing of namespaces.
import http from 'node:http'
import net from 'node:net'

/** @param {{ administrators: { network: string, prefix: number } }} options */
export function createService({ administrators: { network, prefix } }) {
  const trusted = new net.BlockList()
  trusted.addSubnet(network, prefix)
  /** @type {Map<string, number>} */
  const visits = new Map()

  return http.createServer((request, response) => {
    const from = request.socket.remoteAddress ?? ''
    if (request.url === '/visits') {
      if (!trusted.check(from)) return void response.writeHead(403).end('not from there\n')
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(Object.fromEntries(visits)))
    }
    visits.set(from, (visits.get(from) ?? 0) + 1)
    response.end(`Hello, ${from}\n`)
  })
}
