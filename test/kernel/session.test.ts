import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { type CallOptions, type Link, type Links, Rtnetlink } from '../../lib/index.ts'
import { runProgram } from '../support/dist.ts'
import { shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runNode } from '../support/run-node.ts'

let ns: NamedNetns

beforeEach(async () => {
  ns = await createNamespace()
})
afterAll(closeNamespaces)

/** Long enough for a native thread to start on a request, on a busy machine too. */
const SENT = 60

/** Groups of one link each, which are deleted one after another in one system call: as many as take the kernel several times as long. */
let groups: number[] = []
let needed = 0
/** More do not fit in one system call. */
const MOST = 50

beforeAll(async () => {
  const trial = await createNamespace()
  await timeOf(trial, 2)
  const each = (await timeOf(trial, 16)) / 16
  needed = Math.ceil((5 * SENT) / each)
  groups = Array.from({ length: Math.min(MOST, Math.max(20, needed)) }, (_, i) => 100 + i)
})

/** On a starved machine the kernel may be through before this process gets its turn. */
const RETRIED = { retry: 10 }

/** User-mode Linux deletes links faster than it starts a thread. */
function skipUnlessSlow(context: TestContext): void {
  if (needed > MOST) context.skip('session: this kernel deletes links too fast to be caught at it')
}

/** Milliseconds in which the kernel deletes that many groups of one link each. */
async function timeOf({ links }: NamedNetns, count: number): Promise<number> {
  const numbers = Array.from({ length: count }, (_, i) => 100 + i)
  await Promise.all(numbers.map(group => links.add({ kind: 'ifb', name: `g${group}`, group })))
  const start = performance.now()
  await Promise.all(numbers.map(group => links.delete({ group })))
  return performance.now() - start
}

async function addGroups(): Promise<void> {
  await Promise.all(groups.map(group => ns.links.add({ kind: 'ifb', name: `g${group}`, group, numTxQueues: 1, numRxQueues: 1 })))
}

/** Deletes all of them in one batch; `call` is for the last one. */
function deleteGroups(links: Links, call?: CallOptions): Promise<void>[] {
  return groups.map((group, i) => links.delete({ group }, i === groups.length - 1 ? call : undefined))
}

const remaining = async () => (await ns.links.list()).length

describe('a timeout', () => {
  it('gives a call up, and says that the kernel has the request', RETRIED, async context => {
    skipUnlessSlow(context)
    await addGroups()
    const [last, ...others] = deleteGroups(ns.links, { timeout: SENT }).reverse()
    await expect(last).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'ETIMEDOUT',
      operation: 'links.delete',
      sent: true,
      message: expect.stringContaining('its outcome is unknown'),
    })
    await Promise.all(others)
    expect(await remaining()).toBe(1)
  })

  it('of a call that was not sent yet says that it never will be', RETRIED, async context => {
    skipUnlessSlow(context)
    await addGroups()
    const deleting = deleteGroups(ns.links)
    await setTimeout(SENT)
    await expect(ns.links.add({ kind: 'ifb', name: 'late' }, { timeout: 1 })).rejects.toMatchObject({
      name: 'TimeoutError',
      operation: 'links.add',
      sent: false,
      message: expect.stringContaining('never will be'),
    })
    await Promise.all(deleting)
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  it('of the session holds for each call', RETRIED, async context => {
    skipUnlessSlow(context)
    await addGroups()
    await using impatient = await Rtnetlink.open({ netns: ns, timeout: 1 })
    const results = await Promise.allSettled(deleteGroups(impatient.links))
    expect(results.map(result => result.status === 'rejected' && result.reason.name)).toEqual(groups.map(() => 'TimeoutError'))
  })

  it('is not over for what has been answered, however late this process looks', async () => {
    const ask = async () => {
      await new Promise(setImmediate) // Behind this, timers come before what has arrived.
      const asked = ns.links.get('lo', { timeout: 30 }).then(
        () => 'answered',
        (error: Error) => error.name,
      )
      process.nextTick(() => {
        const end = performance.now() + 100
        while (performance.now() < end);
      })
      return await asked
    }
    await expect.poll(ask).toBe('answered')
  })

  it('is not over for any of many that have been answered', async () => {
    const answered = async () => {
      const asked = Array.from({ length: 500 }, () => ns.links.get('lo', { timeout: 300 }))
      await new Promise(setImmediate) // They have been sent.
      const end = performance.now() + 600
      while (performance.now() < end);
      return (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled').length
    }
    await expect.poll(answered).toBe(500)
  })

  it.each([0, Number.POSITIVE_INFINITY])('of %d is none', async timeout => {
    await addGroups()
    await using impatient = await Rtnetlink.open({ netns: ns, timeout: 1 })
    await Promise.allSettled(deleteGroups(impatient.links, { timeout })).then(results =>
      expect(results.at(-1)).toMatchObject({ status: 'fulfilled' }),
    )
    expect(shownNames(ns.name)).not.toContain(`g${groups.at(-1)}`)
  })

  it.each<[string, unknown, string]>([
    ['less than 0', -1, 'ERR_OUT_OF_RANGE'],
    ['no number', '5', 'ERR_INVALID_ARG_TYPE'],
    ['NaN', Number.NaN, 'ERR_INVALID_ARG_TYPE'],
  ])('that is %s is refused', async (_, timeout, code) => {
    await expect(ns.links.list({}, { timeout: timeout as number })).rejects.toMatchObject({
      code,
      operation: 'links.list',
      option: 'timeout',
    })
  })
})

describe('an AbortSignal', () => {
  it('that is aborted already keeps the call from being sent', async () => {
    const reason = new Error('not today')
    const adding = ns.links.add({ kind: 'ifb', name: 'never' }, { signal: AbortSignal.abort(reason) })
    await expect(adding).rejects.toBe(reason)
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  it('gives a call up with its reason, and does not undo what the kernel has', RETRIED, async context => {
    skipUnlessSlow(context)
    await addGroups()
    const controller = new AbortController()
    const [last, ...others] = deleteGroups(ns.links, { signal: controller.signal }).reverse()
    await setTimeout(SENT)
    controller.abort()
    await expect(last).rejects.toMatchObject({ name: 'AbortError' })
    await Promise.all(others)
    expect(await remaining()).toBe(1)
  })

  it('aborted in the tick of the call takes it back', async () => {
    const controller = new AbortController()
    const adding = ns.links.add({ kind: 'ifb', name: 'never' }, { signal: controller.signal })
    controller.abort()
    await expect(adding).rejects.toMatchObject({ name: 'AbortError' })
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  it('of one call leaves the others alone', async () => {
    const controller = new AbortController()
    const adding = [
      ns.links.add({ kind: 'ifb', name: 'before' }),
      ns.links.add({ kind: 'ifb', name: 'never' }, { signal: controller.signal }),
      ns.links.add({ kind: 'ifb', name: 'behind' }),
    ]
    controller.abort()
    await Promise.allSettled(adding)
    expect(shownNames(ns.name)).toEqual(['lo', 'before', 'behind'])
  })

  it('aborted after the answer changes nothing', async () => {
    const controller = new AbortController()
    const link = await ns.links.add({ kind: 'ifb', name: 'there' }, { signal: controller.signal })
    controller.abort()
    expect(link.name).toBe('there')
  })

  it('stops a stream', async () => {
    const controller = new AbortController()
    const read = async () => {
      for await (const _ of ns.links.stream({}, { signal: controller.signal })) controller.abort()
    }
    await addGroups()
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('close', () => {
  it('ends what was not sent with ClosedError', RETRIED, async context => {
    skipUnlessSlow(context)
    const session = await Rtnetlink.open({ netns: ns })
    await addGroups()
    const deleting = deleteGroups(session.links)
    await setTimeout(SENT)
    const adding = session.links.add({ kind: 'ifb', name: 'never' })
    session.close()
    await expect(adding).rejects.toMatchObject({ name: 'ClosedError', operation: 'links.add' })
    await Promise.all(deleting)
    expect(shownNames(ns.name)).toEqual(['lo'])
  })

  it('leaves no call undecided that was made in its tick', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    const setting = session.links.set('lo', { up: true })
    session.close()
    const outcome = await setting.then(
      () => 'done',
      error => error.code,
    )
    const { up } = await ns.links.get('lo')
    expect(outcome).toBe(up ? 'done' : 'ERR_CLOSED')
  })

  it('makes later calls fail with ClosedError', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    session.close()
    await expect(session.links.list()).rejects.toMatchObject({ name: 'ClosedError', code: 'ERR_CLOSED', operation: 'links.list' })
  })

  it('may be called twice', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    await session.links.list()
    session.close()
    session.close()
    expect(session.closed).toBe(true)
  })

  it('happens at the end of an await using block', async () => {
    let kept: Rtnetlink | undefined
    {
      await using session = await Rtnetlink.open({ netns: ns })
      await session.links.list()
      kept = session
    }
    expect(kept.closed).toBe(true)
  })

  it('of one session leaves others in the same namespace alone', async () => {
    const session = await Rtnetlink.open({ netns: ns })
    await session.links.list()
    session.close()
    expect(await ns.links.list()).toHaveLength(1)
  })

  it('of the namespace handle leaves sessions that were opened with it alone', async () => {
    await using session = await Rtnetlink.open({ netns: ns })
    ns.close()
    expect(await session.links.list()).toHaveLength(1)
  })
})

describe('a session', () => {
  it('opens in a namespace by name', async () => {
    await using session = await Rtnetlink.open({ netns: ns.name })
    await session.links.add({ kind: 'ifb', name: 'inside' })
    expect(shownNames(ns.name)).toEqual(['lo', 'inside'])
  })

  it('that is idle does not keep the process alive', async () => {
    const { code, stdout } = await runProgram(`
      const netns = await rtnetlink.Netns.open('${ns.name}')
      console.log((await netns.links.list()).map(link => link.name).join())
    `)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'lo\n' })
  })

  it('keeps the process alive while a request is in flight', async () => {
    const { code, stdout } = await runProgram(`
      const netns = await rtnetlink.Netns.open('${ns.name}')
      netns.links.add({ kind: 'ifb', name: 'made' }).then(link => console.log(link.name))
    `)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'made\n' })
  })

  it.each<[string, object, string]>([
    ['receiveBuffer', { receiveBuffer: -1 }, 'ERR_OUT_OF_RANGE'],
    ['receiveBuffer', { receiveBuffer: '1M' }, 'ERR_INVALID_ARG_TYPE'],
    ['dumpRetries', { dumpRetries: 1.5 }, 'ERR_OUT_OF_RANGE'],
    ['timeout', { timeout: -5 }, 'ERR_OUT_OF_RANGE'],
  ])('refuses a wrong %s', async (option, options, code) => {
    await expect(Rtnetlink.open(options)).rejects.toMatchObject({ code, operation: 'Rtnetlink.open', option })
  })
})

describe('a list while links come and go', () => {
  /** Adds and deletes links until `work` is done. */
  async function churning(work: () => Promise<void>): Promise<void> {
    await using other = await Rtnetlink.open({ netns: ns })
    let working = true
    const churn = async () => {
      while (working) {
        await other.links.add({ kind: 'ifb', name: 'churn', numTxQueues: 1, numRxQueues: 1 })
        await other.links.delete('churn')
      }
    }
    const churned = churn()
    try {
      await work()
    } finally {
      working = false
      await churned
    }
  }

  const MANY = Array.from({ length: 300 }, (_, i) => `many${i}`)
  const addMany = () => Promise.all(MANY.map(name => ns.links.add({ kind: 'ifb', name, numTxQueues: 1, numRxQueues: 1 })))

  const complete = (links: readonly Link[]) => {
    const names = new Set(links.map(link => link.name))
    return MANY.every(name => names.has(name))
  }

  it('is whole, or says that it was interrupted and what it has', async () => {
    await addMany()
    await using hasty = await Rtnetlink.open({ netns: ns, dumpRetries: 0, timeout: 0 })
    const seen = { whole: 0, interrupted: 0 }
    await churning(async () => {
      while (seen.interrupted === 0) {
        try {
          expect(complete(await hasty.links.list())).toBe(true)
          seen.whole++
        } catch (error) {
          expect(error).toMatchObject({ name: 'DumpInterruptedError', code: 'ERR_DUMP_INTERRUPTED', operation: 'links.list' })
          expect((error as { partial: Link[] }).partial.map(link => link.name)).toContain('many0')
          seen.interrupted++
        }
      }
    })
    expect(seen.interrupted).toBe(1)
  })

  it('is tried again until it is whole', async () => {
    await addMany()
    await using patient = await Rtnetlink.open({ netns: ns, dumpRetries: 1000, timeout: 0 })
    await churning(async () => {
      for (let i = 0; i < 5; i++) expect(complete(await patient.links.list())).toBe(true)
    })
  })
})

describe('a program whose timers are mocked', () => {
  it('gets all answers, however many there are', async () => {
    const { code, stdout } = await runNode([
      '--input-type=module',
      '-e',
      `import { mock } from 'node:test'
       import { Netns } from 'rtnetlink'
       mock.timers.enable({ apis: ['setImmediate', 'setTimeout'] })
       const { links } = Netns.current()
       for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 50 }, () => links.list()))
       console.log('all')`,
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'all\n' })
  })
})
