// A vitest suite of the service beside it, in a lab: clients on two networks, each with an address of its own, without a container and without a port of this machine.
//
//   npx vitest run --project kernel examples/http-service
import { Lab } from 'rtnetlink'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createService } from './service.mjs'

const createLab = () =>
  Lab.create({
    namespaces: { service: {}, alice: { routes: { default: 'lan' } }, bob: {}, admin: {} },
    bridges: { lan: { addresses: '10.0.0.254/24', ports: { service: '10.0.0.1/24', alice: '10.0.0.2/24', bob: '10.0.0.3/24' } } },
    cables: [{ service: '10.0.9.1/30', admin: '10.0.9.2/30' }],
  })

/** @type {Awaited<ReturnType<typeof createLab>>} */
let lab
/** @type {import('node:http').Server} */
let server

// A lab for each test: it takes some milliseconds, and what one test does to the network is no business of the next.
beforeEach(async () => {
  lab = await createLab()
  server = createService({ administrators: { network: '10.0.9.0', prefix: 24 } })
  await lab.namespaces.service.listen(server, { port: 80, host: '0.0.0.0' })
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
  lab.close()
})

describe('the service', () => {
  it('greets everyone by the address that they have', async () => {
    const { alice, bob } = lab.namespaces
    const greetings = await Promise.all([alice, bob].map(async from => (await from.fetch('http://10.0.0.1/')).text()))
    expect(greetings).toEqual(['Hello, 10.0.0.2\n', 'Hello, 10.0.0.3\n'])
  })

  it('tells administrators who was there', async () => {
    const { alice, bob, admin } = lab.namespaces
    for (const from of [alice, bob, alice]) await (await from.fetch('http://10.0.0.1/')).text()
    const visits = await (await admin.fetch('http://10.0.9.1/visits')).json()
    expect(visits).toEqual({ '10.0.0.2': 2, '10.0.0.3': 1 })
  })

  it('tells nobody else, whichever address of the service they ask', async () => {
    const { alice } = lab.namespaces
    expect((await alice.fetch('http://10.0.0.1/visits')).status).toBe(403)
    await alice.routes.add({ to: '10.0.9.0/30', via: '10.0.0.1' })
    expect((await alice.fetch('http://10.0.9.1/visits')).status).toBe(403)
  })

  it('is there again for a client whose cable was out', async () => {
    const { bob } = lab.namespaces
    await bob.links.set('eth0', { up: false })
    await expect(bob.fetch('http://10.0.0.1/', { signal: AbortSignal.timeout(1000) })).rejects.toThrow()
    await bob.links.set('eth0', { up: true })
    await expect.poll(async () => (await bob.ping('10.0.0.1', { count: 1, timeout: 100 })).received).toBe(1)
    expect(await (await bob.fetch('http://10.0.0.1/')).text()).toBe('Hello, 10.0.0.3\n')
  })
})
