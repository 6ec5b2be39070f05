import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/http-between-namespaces.mjs'
import { crossed, quietly, runInsideHeld } from '../support/inside.ts'
import { lastingStrayThreads } from '../support/test-namespaces.ts'

const REQUESTS = 20

describe('S7: an HTTP server in net2, fetched from net1', () => {
  let lines: string[]
  let grown: { rx: number; tx: number }[]
  let pages: string[]
  let stray: string[]
  let listeners: { net1: string; net2: string }

  beforeAll(async () => {
    lines = await quietly(() =>
      main(async ({ net1, net2 }) => {
        pages = []
        const wire = [[net1, 'veth1'] as const, [net2, 'veth2'] as const]
        grown = await crossed(wire, async () => {
          for (let i = 0; i < REQUESTS; i++) pages.push(await (await net1.fetch('http://192.168.1.12:8000/')).text())
        })
        listeners = { net1: runInsideHeld(net1, 'ss', '-Hltn'), net2: runInsideHeld(net2, 'ss', '-Hltn') }
        stray = await lastingStrayThreads()
      }),
    )
  })

  it('gets every page whole', () => {
    expect(new Set(pages).size).toBe(1)
    expect(pages[0]).toContain('<title>net2</title>')
    expect(pages).toHaveLength(REQUESTS)
  })

  it('crosses the veth, says ip', () => {
    const bytes = REQUESTS * (pages[0]?.length ?? 0)
    const [veth1, veth2] = grown
    expect(veth1?.rx).toBeGreaterThan(bytes)
    expect(veth2?.tx).toBeGreaterThan(bytes)
    expect(veth1?.tx).toBeGreaterThan(REQUESTS * 100)
  })

  it('is listened for in net2 only, says ss', () => {
    expect(listeners.net2).toMatch(/:8000\b/)
    expect(listeners.net1).not.toMatch(/:8000\b/)
  })

  it('leaves every thread of the process where it was', () => {
    expect(stray).toEqual([])
  })

  it('tells what happened', () => {
    const text = lines.join('\n')
    expect(text).toMatch(/net2: GET \/ from ::ffff:192\.168\.1\.11/)
    expect(text).toMatch(/net1: 200, \d+ bytes/)
    expect(text).toMatch(/nobody listens on port 8000 in net1, nor where this process is/)
  })
})
