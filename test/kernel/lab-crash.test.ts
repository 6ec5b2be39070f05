import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Netns } from '../../lib/netns/netns.ts'
import { brokersOf, isRunning } from '../support/brokers.ts'
import { namespacesHeldBy } from '../support/lab.ts'
import { ip } from '../support/test-namespaces.ts'

const library = new URL('../../dist/index.js', import.meta.url).href

/** A lab of 40 namespaces on a bridge; `whenBuilt` runs in the process that has it, with `lab` at hand. */
const program = (whenBuilt: string, options: object) => `
  import http from 'node:http'
  import { Lab } from ${JSON.stringify(library)}
  const names = Array.from({ length: 40 }, (_, i) => 'n' + i)
  const ports = Object.fromEntries(names.map((name, i) => [name, '10.0.0.' + (i + 2) + '/24']))
  const namespaces = Object.fromEntries(names.map(name => [name, {}]))
  console.log('begun')
  const lab = await Lab.create({ namespaces, bridges: { lan: { addresses: '10.0.0.1/24', ports } } }, ${JSON.stringify(options)})
  ${whenBuilt}`

const STAYS = 'console.log("built"); setInterval(() => {}, 1000)'
const TRAFFIC = `
  const { n0, n1 } = lab.namespaces
  await n0.listen(http.createServer((_, response) => response.end('x'.repeat(100_000))), { port: 80 })
  setInterval(() => void n1.fetch('http://10.0.0.2/').then(answer => answer.text()), 1)
  await n1.fetch('http://10.0.0.2/').then(answer => answer.text())
  console.log('built')`

let child: ChildProcess | undefined

afterEach(() => {
  child?.kill('SIGKILL')
})

/** Starts a process with a lab, and resolves once it has printed that word. */
async function start(whenBuilt: string, word: string, options: object = {}): Promise<ChildProcess & { pid: number }> {
  child = spawn(process.execPath, ['--input-type=module', '-e', program(whenBuilt, options)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const text of child.stdout as AsyncIterable<Buffer>) if (String(text).includes(word)) break
  return child as ChildProcess & { pid: number }
}

/** A handle of the lab's namespace that has the bridge, or else of any: it keeps that one from going, so that the others can be seen to go. */
async function oneOf(pid: number): Promise<Netns> {
  const opened = await Promise.allSettled(namespacesHeldBy(pid).map(path => Netns.open({ path })))
  // While it builds, it may have let go of one.
  const handles = opened.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const veths = await Promise.all(handles.map(async netns => (await netns.links.list({ kind: 'veth' })).length))
  const most = veths.indexOf(Math.max(...veths))
  for (const [i, netns] of handles.entries()) if (i !== most) netns.close()
  return handles[most] as Netns
}

/** What of this machine a lab could have left something in, but for how long addresses of leases are left. */
const machine = () => [ip('-o', 'link'), ip('-o', 'address').replace(/\d+sec/g, '')]

async function kill(signal: NodeJS.Signals): Promise<void> {
  const exited = once(child as ChildProcess, 'exit')
  child?.kill(signal)
  await exited
}

/** The other end of each veth is in a namespace that only the process held: it goes when that namespace does. */
async function expectGone(witness: Netns): Promise<void> {
  try {
    await expect.poll(async () => (await witness.links.list({ kind: 'veth' })).length).toBe(0)
  } finally {
    witness.close()
  }
}

describe('a process that has a lab', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('leaves nothing of it when it ends by %s', async signal => {
    const before = machine()
    const { pid } = await start(STAYS, 'built')
    const witness = await oneOf(pid)
    expect((await witness.links.list({ kind: 'veth' })).length).toBe(40)
    await kill(signal)
    await expectGone(witness)
    expect(machine()).toEqual(before)
  })

  it('leaves nothing of it when it is killed and its lab is without root, nor the broker', async () => {
    const { pid } = await start(STAYS, 'built', { user: true })
    const [broker = 0] = brokersOf(pid)
    expect(isRunning(broker)).toBe(true)
    const witness = await oneOf(pid)
    await kill('SIGKILL')
    await expectGone(witness)
    await expect.poll(() => isRunning(broker)).toBe(false)
  })

  it('leaves nothing of it when it is killed with traffic in it', async () => {
    const { pid } = await start(TRAFFIC, 'built')
    const witness = await oneOf(pid)
    await sleep(50)
    await kill('SIGKILL')
    await expectGone(witness)
  })

  it.each(['process.exit(3)', 'throw new Error("an error of the program")'])('leaves nothing of it at %s', async last => {
    const { pid } = await start(`process.once('SIGUSR2', () => { ${last} }); ${STAYS}`, 'built')
    const witness = await oneOf(pid)
    await kill('SIGUSR2')
    await expectGone(witness)
  })

  it.each([5, 20, 40, 80])('leaves nothing of it when it is killed %s ms into the building', async milliseconds => {
    const before = machine()
    const { pid } = await start(STAYS, 'begun')
    await sleep(milliseconds)
    const witness = await oneOf(pid)
    await kill('SIGKILL')
    if (witness !== undefined) await expectGone(witness)
    expect(machine()).toEqual(before)
  })
})
