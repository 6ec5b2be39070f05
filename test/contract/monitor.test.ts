import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CompletionCode,
  type MonitorOptions,
  type NativeMonitor,
  type NativeNamespace,
  OWN_NAMESPACE,
} from '../../lib/native/binding.ts'
import { runInChild, runInWorker } from '../support/child.ts'
import { type Completion, Inbox } from '../support/inbox.ts'
import { freshNamespace, NativeSession } from '../support/native-session.ts'
import { addRoute, addVeth, deleteLink, headerIndex, Nlm, setUp } from '../support/records.ts'
import { eventually, openDescriptors } from '../support/test-namespaces.ts'

const inbox = new Inbox(1 << 18)
const { done, failed } = CompletionCode
const [LINK, ROUTE, NEXTHOP] = [1, 7, 32]
const [RTM_NEWLINK, RTM_DELLINK, RTM_NEWROUTE, RTM_DELROUTE] = [16, 17, 24, 25]
const ENOBUFS = 105

let namespace: NativeNamespace
let session: NativeSession
let monitors: NativeMonitor[]

beforeEach(async () => {
  namespace = await freshNamespace(inbox)
  session = new NativeSession(inbox, { namespace })
  monitors = []
  await session.one(setUp(headerIndex('lo')))
})

afterEach(async () => {
  for (const monitor of monitors) await inbox.request(id => monitor.close(id))
  session.socket.close()
  namespace.close()
})

async function open(options: Partial<MonitorOptions> = {}) {
  const monitor = new inbox.addon.Monitor()
  monitors.push(monitor)
  const all = { protocol: 0, namespace, receiveBuffer: 0, groups: [LINK], allNamespaces: false, backlog: 1 << 25, ...options }
  let outcome: Promise<{ code: number; error: number; payload: Uint8Array }> | undefined
  const parts = inbox.listen(events => {
    outcome = inbox.request(id => monitor.open(id, events, all))
  })
  return { monitor, parts, outcome: await outcome! }
}

/** Numbers of the messages in some parts. */
function types(parts: readonly Completion[]): number[] {
  return parts.flatMap(({ error, payload }) => {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
    const found: number[] = []
    for (let at = 0; error === 0 && at < payload.length; at += (view.getUint32(at, true) + 3) & ~3)
      found.push(view.getUint16(at + 4, true))
    return found
  })
}

const sync = (monitor: NativeMonitor) => inbox.request(id => monitor.sync(id))

describe('a monitor', () => {
  it('hears what the kernel tells after it was opened, in order', async () => {
    const { monitor, parts, outcome } = await open()
    expect(outcome.code).toBe(done)
    await session.run(addVeth('a', 'b'), deleteLink('a'))
    expect((await sync(monitor)).code).toBe(done)
    const heard = types(parts)
    expect(heard.slice(0, 2)).toEqual([RTM_NEWLINK, RTM_NEWLINK])
    expect(heard.filter(type => type === RTM_DELLINK)).toHaveLength(2)
    expect(new Set(parts.map(({ detail }) => detail))).toEqual(new Set([OWN_NAMESPACE]))
  })

  it('joins groups above 31', async () => {
    expect((await open({ groups: [NEXTHOP] })).outcome.code).toBe(done)
  })

  it('says which socket option the kernel refuses', async () => {
    const { outcome } = await open({ groups: [100_000] })
    expect({ code: outcome.code, error: outcome.error, option: outcome.payload[0] }).toEqual({
      code: failed,
      error: 22,
      option: 1,
    })
  })

  it('loses nothing that its thread reads in time', async () => {
    const { monitor, parts } = await open({ groups: [ROUTE], receiveBuffer: 65_536 })
    for (let round = 0; round < 20; round++) {
      await session.run(...Array.from({ length: 100 }, (_, i) => addRoute(round * 100 + i, 1)))
      await sync(monitor) // A hundred have room, however late the thread is.
    }
    expect(parts.every(({ error }) => error === 0)).toBe(true)
    expect(types(parts).filter(type => type === RTM_NEWROUTE)).toHaveLength(2000)
  })

  it('has all of what comes fast, whenever it is asked', async () => {
    const { monitor, parts } = await open({ groups: [ROUTE], receiveBuffer: 1 << 25 })
    for (let round = 1; round <= 20; round++) {
      await session.run(...Array.from({ length: 1000 }, (_, i) => addRoute(round * 1000 + i, 1)))
      await sync(monitor) // It lets them gather by now.
      expect(types(parts)).toHaveLength(round * 1000)
    }
    expect(types(parts).every(type => type === RTM_NEWROUTE)).toBe(true)
  })

  it('leaves messages to the kernel while its backlog is full, and says how many that had to drop', async () => {
    const { monitor, parts } = await open({ groups: [ROUTE], receiveBuffer: 1, backlog: 0 })
    for (let round = 0; round < 10; round++) {
      await session.run(...Array.from({ length: 100 }, (_, i) => addRoute(round * 100 + i, 1)))
    }
    const heard = () => types(parts).filter(type => type === RTM_NEWROUTE).length
    const dropped = () => parts.findLast(({ error }) => error === ENOBUFS)?.detail ?? 0
    expect(heard()).toBeLessThan(1000)
    const answered = sync(monitor)
    while (heard() + dropped() < 1000) {
      monitor.take(1 << 20)
      await new Promise(resolve => setImmediate(resolve))
    }
    await answered
    expect([heard() + dropped(), dropped() > 0]).toEqual([1000, true])
  })

  it('tells of other namespaces by their ids', async () => {
    const other = await freshNamespace(inbox)
    const inOther = new NativeSession(inbox, { namespace: other })
    const { monitor, parts, outcome } = await open({ allNamespaces: true })
    expect(outcome.code).toBe(done)
    // A veth whose peer is elsewhere gives either namespace an id in the other.
    const NEW_NAMESPACE_ID = { method: 'newNamespaceId' as const, words: [4, 0, 0, 3 | (1 << 16), 7, 3 | (3 << 16), other.fd] }
    expect((await session.one(NEW_NAMESPACE_ID)).code).toBe(done)
    await inOther.run(addVeth('c', 'd'))
    await sync(monitor)
    expect(new Set(parts.map(({ detail }) => detail))).toEqual(new Set([7]))
    inOther.socket.close()
    other.close()
  })

  it('hears nothing any more once it is closed, and its socket is gone', async () => {
    const { monitor, parts } = await open()
    const before = inbox.addon.counters().sockets
    expect((await inbox.request(id => monitor.close(id))).code).toBe(done)
    expect(inbox.addon.counters().sockets).toBe(before - 1)
    await session.run(addVeth('a', 'b'))
    expect(parts).toEqual([])
    expect(() => monitor.sync(1)).toThrow(TypeError)
  })

  it('may be closed twice, before it was opened, and while it opens', async () => {
    const never = new inbox.addon.Monitor()
    expect((await inbox.request(id => never.close(id))).code).toBe(done)
    expect((await inbox.request(id => never.close(id))).code).toBe(done)
    const opening = new inbox.addon.Monitor()
    const options = { protocol: 0, namespace, receiveBuffer: 0, groups: [LINK], allNamespaces: false, backlog: 1 << 25 }
    inbox.listen(events => void inbox.request(id => opening.open(id, events, options)))
    expect((await inbox.request(id => opening.close(id))).code).toBe(done)
    expect(await eventually(() => inbox.addon.counters().sockets <= 1)).toBe(true)
  })

  it('shares one thread with all others, which ends with the last of them', async () => {
    const threads = inbox.addon.counters().threads
    const opened = await Promise.all(Array.from({ length: 50 }, () => open()))
    await session.run(addVeth('a', 'b'))
    await Promise.all(opened.map(({ monitor }) => sync(monitor)))
    expect(opened.every(({ parts }) => types(parts).includes(RTM_NEWLINK))).toBe(true)
    for (const { monitor } of opened) await inbox.request(id => monitor.close(id))
    expect(await eventually(() => inbox.addon.counters().threads <= threads)).toBe(true)
    const { monitor, parts } = await open()
    await session.run(deleteLink('a'))
    await sync(monitor)
    expect(types(parts)).toContain(RTM_DELLINK)
  })

  it('hears deletions of routes too', async () => {
    const { monitor, parts } = await open({ groups: [ROUTE] })
    await session.run(addRoute(1, 1))
    await session.run({ ...addRoute(1, 1, { flags: Nlm.ack, record: 0 }), method: 'deleteRoute' })
    await sync(monitor)
    expect(types(parts)).toEqual([RTM_NEWROUTE, RTM_DELROUTE])
  })
})

const script = (body: string) => `
  const namespace = new addon.Namespace()
  await request(id => namespace.create(id))
  const options = { protocol: 0, namespace, receiveBuffer: 0, groups: [1], allNamespaces: false, backlog: 1 << 25 }
  const monitor = new addon.Monitor()
  const opened = new Promise(resolve => request(events => request(id => monitor.open(id, events, options)).then(resolve)))
  ${body}`

describe('a process with a monitor', () => {
  it('ends by itself while nobody waits for it', async () => {
    const { code, stdout } = await runInChild(script(`console.log((await opened).code)`))
    expect({ code, stdout }).toEqual({ code: 0, stdout: '0\n' })
  })

  it('stays alive while somebody does', async () => {
    const { stdout } = await runInChild(
      script(`await opened; monitor.hold(); setTimeout(() => { console.log('let go'); monitor.letGo() }, 100).unref()`),
    )
    expect(stdout).toBe('let go\n')
  })

  it.each(['', 'await opened;', 'await opened; monitor.hold();', 'await opened; request(id => monitor.close(id));'])(
    'exits after %s',
    async body => {
      const { code, signal, stderr } = await runInChild(script(`${body} process.exit(7)`))
      expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' })
    },
  )
})

describe('a worker with monitors', () => {
  it('may be terminated while they run, and leaves nothing behind', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 5; round++) {
      const worker = runInWorker(script(`await opened; monitor.hold(); parentPort.postMessage('')`))
      await once(worker, 'message')
      await worker.terminate()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })
})
