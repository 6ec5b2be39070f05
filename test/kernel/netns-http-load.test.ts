import { readdirSync } from 'node:fs'
import http from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { joinedNamespaces } from '../support/joined.ts'
import { closeNamespaces } from '../support/namespace.ts'
import { eventually, ip, lastingStrayThreads, openDescriptors } from '../support/test-namespaces.ts'

const REQUESTS = 10_000
const AT_ONCE = 50

afterAll(closeNamespaces)

describe('10,000 HTTP requests across a veth, in one process', () => {
  it('are all answered, cross the wire, and leave descriptors and threads as they were', async () => {
    const { left, right } = await joinedNamespaces()
    let served = 0
    const server = await right.listen(
      http.createServer((request, response) => {
        served++
        response.end(request.url)
      }),
      { port: 8000 },
    )
    const sentBytes = () => JSON.parse(ip('-n', left.name, '-j', '-s', 'link', 'show', 'dev', 'wire'))[0].stats64.tx.bytes
    const threads = () => readdirSync('/proc/self/task').length
    const ask = async (first: number, count: number) => {
      for (let i = first; i < first + count; i++) {
        const response = await left.fetch(`http://192.0.2.2:8000/${i}`)
        expect(await response.text()).toBe(`/${i}`)
      }
    }
    const all = (count: number) =>
      Promise.all(Array.from({ length: AT_ONCE }, (_, i) => ask((i * count) / AT_ONCE, count / AT_ONCE)))

    await all(500)
    const before = { descriptors: openDescriptors(), threads: threads(), bytes: sentBytes(), served }
    await all(REQUESTS)
    expect(served - before.served).toBe(REQUESTS)
    expect(sentBytes() - before.bytes).toBeGreaterThan(REQUESTS * 100)
    expect(openDescriptors()).toBeLessThanOrEqual(before.descriptors)
    expect(threads()).toBeLessThanOrEqual(before.threads + 1)
    expect(await lastingStrayThreads()).toEqual([])

    left.close()
    server.close()
    server.closeAllConnections()
    expect(await eventually(() => openDescriptors() < before.descriptors - AT_ONCE)).toBe(true)
  }, 300_000)
})
