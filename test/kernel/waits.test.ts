import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ClosedError, DuplicateAddressError, type Link, Rtnetlink, TimeoutError } from '../../lib/index.ts'
import { completions } from '../../lib/protocol/completions.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runNode } from '../support/run-node.ts'
import { hearsSolicitations } from '../support/solicitations.ts'
import { eventually, ip } from '../support/test-namespaces.ts'
import { asRunnable } from '../support/unprivileged.ts'

const run = promisify(execFile)

let ns: NamedNetns

beforeEach(async () => {
  ns = await createNamespace()
})

afterEach(closeNamespaces)

/** Runs `ip` in the namespace while the event loop goes on. */
const change = (...words: string[]) => runInside('ip', ...words)

function runInside(program: string, ...words: string[]) {
  const [command, ...args] = asRunnable(program, ['-n', ns.name, ...words]).words
  return run(command, args)
}

const pair = { kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } } as const

const openSockets = () => completions().addon.counters().sockets

/** Lets the wait get as far as listening. */
const listening = async (wait: Promise<unknown>): Promise<void> => {
  wait.catch(() => {})
  const before = openSockets()
  expect(await eventually(() => openSockets() > before)).toBe(true)
}

describe('links.waitFor', () => {
  it('resolves with what is so already', async () => {
    await ns.links.add(pair)
    const link = await ns.links.waitFor('a', { kind: 'veth', up: false } as Partial<Link>)
    expect(link.name).toBe('a')
  })

  it('opens no socket for what is so already', async () => {
    await ns.links.list()
    const before = completions().addon.counters().sockets
    const wait = ns.links.waitFor('lo', { up: false })
    const during = new Promise<number>(resolve => setImmediate(() => resolve(completions().addon.counters().sockets)))
    await wait
    expect([await during, completions().addon.counters().sockets]).toEqual([before, before])
  })

  it('asks once for what is so already', async () => {
    await ns.links.add(pair)
    const requests = vi.spyOn(completions(), 'expect')
    try {
      await ns.links.waitFor('a', { up: false })
      await ns.links.waitFor('c', 'gone')
      expect(requests).toHaveBeenCalledTimes(2)
    } finally {
      requests.mockRestore()
    }
  })

  it('resolves when ip makes it so', async () => {
    await ns.links.add({ ...pair, up: true })
    const wait = ns.links.waitFor('a', { operationalState: 'up' })
    await listening(wait)
    await change('link', 'set', 'dev', 'b', 'up')
    expect((await wait).operationalState).toBe('up')
  })

  it('waits for a link that is not there yet, by name', async () => {
    const wait = ns.links.waitFor('late', link => link.mtu === 1400)
    await listening(wait)
    await change('link', 'add', 'other', 'mtu', '1400', 'type', 'veth', 'peer', 'name', 'p')
    await change('link', 'add', 'first', 'type', 'veth', 'peer', 'name', 'q')
    await change('link', 'set', 'dev', 'first', 'mtu', '1400')
    await change('link', 'set', 'dev', 'first', 'name', 'late')
    expect((await wait).name).toBe('late')
  })

  it('knows links by their alternative names', async () => {
    const name = 'a name that is longer than any'.replaceAll(' ', '-')
    const wait = ns.links.waitFor(name, () => true)
    await listening(wait)
    await ns.links.add({ ...pair, up: true })
    await ns.links.addAltNames('a', name)
    expect((await wait).name).toBe('a')
  })

  it('resolves when a link is gone, and when it is no more called so', async () => {
    const { index } = await ns.links.add(pair)
    const [byIndex, byName] = [ns.links.waitFor(index, 'gone'), ns.links.waitFor('b', 'gone')]
    await listening(byName)
    await change('link', 'set', 'dev', 'b', 'name', 'c')
    expect(await byName).toBeUndefined()
    await change('link', 'delete', 'dev', 'a')
    expect(await byIndex).toBeUndefined()
    expect(await ns.links.waitFor('never', 'gone')).toBeUndefined()
  })

  it('sees the state of a bridge port, which only messages of the bridge tell of', async () => {
    await ns.links.add({ kind: 'bridge', name: 'br', up: true })
    await ns.links.add({ ...pair, master: 'br', up: true })
    const wait = ns.links.waitFor('a', link => link.port?.kind === 'bridge' && link.port.learning === false)
    await listening(wait)
    await runInside('bridge', 'link', 'set', 'dev', 'a', 'learning', 'off')
    expect((await wait).name).toBe('a')
  })

  it('ends with TimeoutError, which says what did not happen', async () => {
    const error = await ns.links.waitFor('eth9', { up: true }, { timeout: 20 }).catch(error => error)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toBe('links.waitFor: link "eth9" was not {"up":true} within 20 ms')
    expect(error.stack.split('\n')[1]).toContain('waits.test.ts')
  })

  it('ends with the reason of its signal, and with ClosedError when the handle closes', async () => {
    const reason = new Error('enough')
    const stop = new AbortController()
    const [aborted, closed] = [ns.links.waitFor('x', { up: true }, { signal: stop.signal }), ns.links.waitFor('x', { up: true })]
    await listening(closed)
    stop.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    ns.close()
    await expect(closed).rejects.toBeInstanceOf(ClosedError)
  })

  it('has no limit with a timeout of 0', async () => {
    await using hasty = await Rtnetlink.open({ netns: ns, timeout: 50 })
    const [limited, unlimited] = [
      hasty.links.waitFor('late', { mtu: 1500 }),
      hasty.links.waitFor('late', { mtu: 1500 }, { timeout: 0 }),
    ]
    await expect(limited).rejects.toBeInstanceOf(TimeoutError)
    await ns.links.add({ ...pair, name: 'late' })
    expect((await unlimited).name).toBe('late')
  })

  it('ends with what the test throws', async () => {
    const fault = new Error('fault')
    const wait = ns.links.waitFor('a', () => {
      throw fault
    })
    await listening(wait)
    await ns.links.add(pair)
    await expect(wait).rejects.toBe(fault)
  })

  it('refuses what cannot be meant', async () => {
    await expect(ns.links.waitFor('a', { oprationalState: 'up' } as object)).rejects.toThrow(/did you mean "operationalState"/)
    await expect(ns.links.waitFor('a', {})).rejects.toThrow('give at least one property')
    await expect(ns.links.waitFor('a', 'up' as 'gone')).rejects.toThrow(TypeError)
    await expect(ns.links.waitFor('a/b', 'gone')).rejects.toThrow(TypeError)
  })

  it('leaves no socket behind', async () => {
    await ns.links.list()
    const before = completions().addon.counters().sockets
    await Promise.allSettled(Array.from({ length: 200 }, () => ns.links.waitFor('x', { up: true }, { timeout: 30 })))
    expect(await eventually(() => completions().addon.counters().sockets <= before)).toBe(true)
  })

  it('keeps the process alive until its time is over', async () => {
    const { code, stdout } = await runNode([
      '--input-type=module',
      '-e',
      `import { Netns } from 'rtnetlink'
       Netns.current().links.waitFor('none', { up: true }, { timeout: 100 }).catch(error => console.log(error.code))`,
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ETIMEDOUT\n' })
  })
})

describe('addresses.waitUsable', () => {
  it('waits for duplicate address detection', async () => {
    await ns.links.add({ ...pair, up: true, veth: { peer: { name: 'b', up: true } } })
    const addresses = await ns.addresses.waitUsable('a')
    expect(addresses.map(({ tentative }) => tentative)).toEqual([false])
    expect(addresses[0]!.address).toMatch(/^fe80::/)
  })

  it('ends with DuplicateAddressError when somebody else has the address', async () => {
    await ns.links.add({ ...pair, up: true, veth: { peer: { name: 'b', up: true } } })
    ip('-n', ns.name, 'addr', 'add', '2001:db8::7/64', 'dev', 'b', 'nodad')
    await hearsSolicitations(ns.name, 'b')
    ip('-n', ns.name, 'addr', 'add', '2001:db8::7/64', 'dev', 'a')
    const error = await ns.addresses.waitUsable('a').catch(error => error)
    expect(error).toBeInstanceOf(DuplicateAddressError)
    expect(error.addresses).toEqual(['2001:db8::7/64'])
  })

  it('resolves at once for IPv4, and refuses a link that is not there', async () => {
    await ns.links.add(pair)
    await ns.addresses.add({ link: 'b', address: '10.0.0.1/24' })
    expect(await ns.addresses.waitUsable('b')).toHaveLength(1)
    await expect(ns.addresses.waitUsable('c')).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('ends when the link goes', async () => {
    await ns.links.add(pair)
    const wait = ns.addresses.waitUsable('a')
    await listening(wait)
    await change('link', 'delete', 'dev', 'a')
    await expect(wait).rejects.toMatchObject({ code: 'ENODEV', operation: 'addresses.waitUsable' })
  })

  it('ends with TimeoutError, with its signal, and with the handle', async () => {
    await ns.links.add(pair)
    const late = await ns.addresses.waitUsable('a', { timeout: 20 }).catch(error => error)
    expect(late.message).toBe('addresses.waitUsable: the addresses of link a did not become usable within 20 ms')
    const [reason, stop] = [new Error('enough'), new AbortController()]
    const [aborted, closed] = [ns.addresses.waitUsable('a', { signal: stop.signal }), ns.addresses.waitUsable('a')]
    await listening(closed)
    stop.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    ns.close()
    await expect(closed).rejects.toBeInstanceOf(ClosedError)
  })
})

describe('routes.waitFor', () => {
  beforeEach(async () => {
    await ns.links.add({ ...pair, up: true, veth: { peer: { name: 'b', up: true } } })
    await ns.addresses.add({ link: 'a', address: '10.0.0.1/24' })
  })

  it('resolves with the route when there is one', async () => {
    const wait = ns.routes.waitFor({ to: 'default', family: 'inet' })
    await listening(wait)
    await change('route', 'add', '192.0.2.0/24', 'via', '10.0.0.2')
    await change('route', 'add', 'default', 'via', '10.0.0.2')
    expect((await wait).via).toBe('10.0.0.2')
    expect((await ns.routes.waitFor({ to: '192.0.2.0/24' }, route => route.via === '10.0.0.2')).to).toBe('192.0.2.0/24')
  })

  it('resolves when the kernel takes routes away with their link, of which it says nothing', async () => {
    await change('route', 'add', '192.0.2.0/24', 'via', '10.0.0.2')
    const wait = ns.routes.waitFor({ to: '192.0.2.0/24' }, 'gone')
    await listening(wait)
    await change('link', 'set', 'dev', 'a', 'down')
    expect(await wait).toBeUndefined()
  })

  it('wants a condition', async () => {
    await expect(ns.routes.waitFor({})).rejects.toThrow(TypeError)
  })
})

describe('neighbors.waitFor', () => {
  beforeEach(async () => {
    await ns.links.add({ ...pair, up: true, veth: { peer: { name: 'b', up: true } } })
    await ns.addresses.add({ link: 'a', address: '10.0.0.1/24' })
  })

  it('resolves with the neighbor, and once it is gone', async () => {
    const wait = ns.neighbors.waitFor(
      { link: 'a', to: '10.0.0.2' },
      neighbor => neighbor.linkLayerAddress === '02:00:00:00:00:02',
    )
    await listening(wait)
    const before = openSockets()
    await change('neighbor', 'add', '10.0.0.2', 'lladdr', '02:00:00:00:00:01', 'dev', 'a')
    await change('neighbor', 'replace', '10.0.0.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'a')
    expect((await wait).linkLayerAddress).toBe('02:00:00:00:00:02')
    expect(await eventually(() => openSockets() < before)).toBe(true)
    const gone = ns.neighbors.waitFor({ link: 'a', to: '10.0.0.2' }, 'gone')
    await listening(gone)
    await change('neighbor', 'delete', '10.0.0.2', 'dev', 'a')
    expect(await gone).toBeUndefined()
  })

  it('knows that they are gone when their link is', async () => {
    await change('neighbor', 'add', '10.0.0.2', 'lladdr', '02:00:00:00:00:01', 'dev', 'a')
    const gone = ns.neighbors.waitFor({ link: 'a' }, 'gone')
    await listening(gone)
    await change('link', 'delete', 'dev', 'a')
    expect(await gone).toBeUndefined()
    expect(await ns.neighbors.waitFor({ link: 'a' }, 'gone')).toBeUndefined()
  })

  it('wants a condition', async () => {
    await expect(ns.neighbors.waitFor({})).rejects.toThrow('give at least one condition')
  })
})
