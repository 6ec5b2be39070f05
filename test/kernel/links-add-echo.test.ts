import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AddLinkOptions, type Link, Netns } from '../../lib/index.ts'
import type { LinkKind } from '../../lib/links/kind.ts'
import { linkKinds } from '../../lib/links/kinds.ts'
import { hasFeature, hasKind } from '../support/kernel.ts'
import { NEEDED_OPTIONS } from '../support/needed-options.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const source = fileURLToPath(new URL('../support/lose-echoes.c', import.meta.url))
const creatable = (linkKinds as unknown as LinkKind[]).filter(({ notCreatable }) => notCreatable === undefined)

let ns: Netns
let elsewhere: Netns
let folder: string
let library: string

beforeAll(async () => {
  ns = await Netns.create()
  elsewhere = await Netns.create()
  folder = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
  library = join(folder, 'lose-echoes.so')
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, source])
})
afterAll(() => {
  ns.close()
  elsewhere.close()
  rmSync(folder, { recursive: true })
})

/** What `add` says, and what the kernel says to a request right behind it. */
async function addAndGet(options: AddLinkOptions): Promise<[Link, Link]> {
  await ns.links.add({ kind: 'veth', name: 'parent', veth: { peer: { name: 'peer' } } })
  try {
    return await Promise.all([ns.links.add(options), ns.links.get(options.name as string)])
  } finally {
    await ns.links.delete('parent')
  }
}

describe('the kernel tells of a new link what it says when it is asked', () => {
  it.for(creatable.map(({ kind }) => kind))('of kind %s', async (kind, context) => {
    if (!hasKind(kind)) context.skip(`${kind}: this kernel has none`)
    const [added, got] = await addAndGet({ kind, name: `of-${kind}`, ...NEEDED_OPTIONS[kind] } as AddLinkOptions)
    expect(added).toEqual(got)
  })

  it('with options that all links have', async () => {
    const [added, got] = await addAndGet({
      kind: 'ifb',
      name: 'common',
      mtu: 1400,
      address: '02:00:00:00:00:01',
      txQueueLength: 7,
      group: 3,
      numTxQueues: 2,
      multicast: false,
    })
    expect(added).toEqual(got)
  })

  it('with the other end in another namespace', async () => {
    const [added, got] = await addAndGet({ kind: 'veth', name: 'far', veth: { peer: { name: 'away', netns: elsewhere } } })
    expect(added.linkNetnsid).toBeTypeOf('number')
    expect(added).toEqual(got)
  })
})

/** Runs statements with `ns` at hand in a process that says which messages it sends. */
async function run(statements: string, echoes = ''): Promise<{ sent: string[]; printed: string }> {
  const script = `import { Netns } from 'rtnetlink'
    const ns = await Netns.create()
    await ns.links.get('lo')
    console.error('sent: -')
    ${statements}`
  const preload = [process.env.LD_PRELOAD, library].filter(Boolean).join(':')
  const env = { ...process.env, LD_PRELOAD: preload, ECHOES: echoes }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env,
  })
  const lines = [...stderr.matchAll(/^sent: (.*?) ?$/gm)].map(([, messages]) => messages as string)
  return { sent: lines.slice(lines.indexOf('-') + 1), printed: stdout.trim() }
}

const addAndCompare = `
  const added = await ns.links.add({ kind: 'ifb', name: 'a', mtu: 1400 })
  console.log(JSON.stringify(added) === JSON.stringify(await ns.links.get('a')))`

describe('links.add', () => {
  it('does not ask for a link of which the kernel tells', async context => {
    if (!hasFeature('Linux 6.2')) context.skip('Linux 6.2 is the first that tells of a new link')
    expect(await run(addAndCompare)).toEqual({ sent: ['newlink', 'getlink'], printed: 'true' })
  })

  it('asks for a link of which the kernel did not tell', async context => {
    if (!hasFeature('Linux 6.2')) context.skip('Linux 6.2 is the first that tells of a new link')
    expect(await run(addAndCompare, 'lost')).toEqual({ sent: ['newlink', 'getlink', 'getlink'], printed: 'true' })
  })

  it('asks in the same breath where the kernel is older than 6.2, so that nothing comes in between', async () => {
    const deleted = `
      const [added] = await Promise.all([ns.links.add({ kind: 'ifb', name: 'a' }), ns.links.delete('a')])
      console.log(added.name)`
    expect(await run(deleted, 'none')).toEqual({ sent: ['newlink getlink', 'dellink'], printed: 'a' })
  })

  it.each([
    ['is up', { up: true }],
    ['has alternative names', { altNames: 'other' }],
  ])('asks for a link that %s, which is not yet so when the kernel tells of it', async (_, options) => {
    const { sent } = await run(`await ns.links.add({ kind: 'ifb', name: 'a', ...${JSON.stringify(options)} })`)
    expect(sent.join(' ')).toMatch(/ getlink$/)
  })
})
