import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CompletionCode, Protocol } from '../../lib/native/binding.ts'
import { runInChild } from '../support/child.ts'
import { addVeth, getLinkState, listLinkStates } from '../support/records.ts'

const { reply, dumpDone } = CompletionCode
const source = fileURLToPath(new URL('../support/stale-family.c', import.meta.url))

let folder: string
let library: string | undefined

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
  const file = join(folder, 'stale-family.so')
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', file, source], { stdio: 'pipe' })
    library = file
  } catch {
    library = undefined
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Codes of requests in a process that is told a wrong id for their family first. The kernel itself answers what carries it: ENOENT. */
async function codesOf(...requests: object[]): Promise<unknown> {
  const preload = [process.env.LD_PRELOAD, library].filter(Boolean).join(':')
  const { stdout, stderr } = await runInChild(
    `const options = { namespace: undefined, receiveBuffer: 0, strict: true, dumpRetries: 8 }
    const namespace = new addon.Namespace()
    await request(id => namespace.create(id))
    const send = (socket, { method, words }) =>
      request(id => socket[method](Uint32Array.of(id, ...words), words.length + 1))
    const route = new addon.NetlinkSocket({ ...options, namespace, protocol: ${Protocol.route} })
    const added = send(route, ${JSON.stringify(addVeth('v0', 'v1'))})
    route.flush()
    await added
    const socket = new addon.NetlinkSocket({ ...options, namespace, protocol: ${Protocol.generic} })
    const outcomes = ${JSON.stringify(requests)}.map(record => send(socket, record))
    socket.flush()
    console.log(JSON.stringify((await Promise.all(outcomes)).map(({ code }) => code)))`,
    ['env', `LD_PRELOAD=${preload}`],
  )
  return stdout === '' ? stderr : JSON.parse(stdout)
}

describe('a family whose id has changed since it was looked up', () => {
  it.each([
    ['requests of one batch', [getLinkState('v0'), getLinkState('v1'), getLinkState('v0')], [reply, reply, reply]],
    ['a dump', [listLinkStates()], [dumpDone]],
  ])('is looked up again, and has %s sent again', async (_, requests, codes) => {
    if (library === undefined) throw new Error('this test compiles a small library: it needs cc, which g++ brings')
    expect(await codesOf(...requests)).toEqual(codes)
  })
})
