import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { eventually, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const library = new URL('../../dist/index.js', import.meta.url).href

/** Runs a program in a worker, with `red`, a namespace whose lo is up, and `report` at hand. */
function runInWorker(program: string): Worker {
  const text = `
    import http from 'node:http'
    import net from 'node:net'
    import { once } from 'node:events'
    import { parentPort } from 'node:worker_threads'
    import { Netns } from ${JSON.stringify(library)}
    const report = value => parentPort.postMessage(value)
    process.on('warning', warning => report('warning: ' + warning.message))
    const red = await Netns.create()
    await red.links.set('lo', { up: true })
    ${program}`
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`))
}

describe('in a worker', () => {
  it('servers, connections, fetch and datagrams work, without a word of warning', async () => {
    const worker = runInWorker(`
      const server = await red.listen(http.createServer((_, response) => response.end('page')))
      const { port } = server.address()
      const page = await (await red.fetch('http://127.0.0.1:' + port)).text()
      await red.listen(net.createServer(), { port }).catch(() => {})
      await once(red.connect({ host: '127.0.0.1', port: 1 }), 'error').catch(() => {})
      const socket = red.createSocket('udp4').bind(0, '127.0.0.1')
      await once(socket, 'listening')
      socket.send('self', socket.address().port, '127.0.0.1')
      const [message] = await once(socket, 'message')
      await (await red.openSocket({ family: 'packet', type: 'raw' })).close()
      socket.close()
      server.close()
      red.close()
      report(page + ' ' + message)`)
    expect(await once(worker, 'message')).toEqual(['page self'])
    expect(await once(worker, 'exit')).toEqual([0])
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('that is terminated nothing stays open', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 3; round++) {
      const worker = runInWorker(`
        const server = await red.listen(net.createServer(socket => socket.resume()))
        for (let i = 0; i < 10; i++) red.connect({ host: '127.0.0.1', port: server.address().port }).on('error', () => {})
        for (let i = 0; i < 10; i++) red.createSocket('udp4').bind()
        globalThis.kept = await Promise.all(Array.from({ length: 10 }, () => red.openSocket({ family: 'packet', type: 'raw' })))
        red.connect({ host: 'fe80::1%lo', port: 1 }).on('error', () => {})
        report('started')`)
      expect(await once(worker, 'message')).toEqual(['started'])
      await worker.terminate()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })
})
