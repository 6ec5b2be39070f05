import { afterEach, describe, expect, it } from 'vitest'
import { type NamespaceEvent, type NamespaceWatcher, Netns } from '../../lib/index.ts'
import { closeNamespaces, held } from '../support/namespace.ts'
import { runNode } from '../support/run-node.ts'
import { ip, uniqueName } from '../support/test-namespaces.ts'

let watcher: NamespaceWatcher | undefined

afterEach(() => {
  watcher?.close()
  closeNamespaces()
})

/** The next event about one of these names; others use the machine too. */
async function nextOf(from: NamespaceWatcher, ...names: string[]): Promise<NamespaceEvent> {
  for (;;) {
    const { value } = await from.next()
    if (value === undefined) throw new Error('the watch ended')
    if (value.object === 'name' && names.includes(value.name)) return value
  }
}

describe('Netns.watch', () => {
  it('tells when a name gets a namespace, and when it is gone, whoever does it', async () => {
    watcher = Netns.watch()
    await watcher.ready
    const [ours, theirs] = [uniqueName(), uniqueName()]
    held(await Netns.create(ours))
    expect(await nextOf(watcher, ours, theirs)).toEqual({ type: 'new', object: 'name', name: ours })
    ip('netns', 'add', theirs)
    expect(await nextOf(watcher, ours, theirs)).toEqual({ type: 'new', object: 'name', name: theirs })
    await Netns.delete(ours)
    expect(await nextOf(watcher, ours, theirs)).toEqual({ type: 'delete', object: 'name', name: ours })
    ip('netns', 'delete', theirs)
    expect(await nextOf(watcher, ours, theirs)).toEqual({ type: 'delete', object: 'name', name: theirs })
  })

  it('tells of a namespace that can be opened by then', async () => {
    watcher = Netns.watch()
    await watcher.ready
    for (let i = 0; i < 20; i++) {
      const name = uniqueName()
      ip('netns', 'add', name)
      await nextOf(watcher, name)
      held(await Netns.open(name))
    }
  })

  it('begins with what there is, if asked', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    watcher = Netns.watch({ snapshot: true })
    expect(await nextOf(watcher, name)).toEqual({ type: 'new', object: 'name', name })
  })

  it('tells a slow reader of another namespace under the same name', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    watcher = Netns.watch()
    await watcher.ready
    const keep = held(await Netns.open(name)) // Or the kernel might use the inode again.
    ip('netns', 'delete', name)
    ip('netns', 'add', name)
    expect(await nextOf(watcher, name)).toEqual({ type: 'delete', object: 'name', name })
    expect(await nextOf(watcher, name)).toEqual({ type: 'new', object: 'name', name })
    keep.close()
  })

  it('tells of ids that namespaces get, and lose when they end', async () => {
    const watch = Netns.watch()
    watcher = watch
    await watch.ready
    const other = await Netns.create()
    const id = await Netns.current().namespaceIds.set(other)
    const next = async () => {
      for (;;) {
        const { value } = await watch.next()
        if (value?.object === 'id' && value.id === id) return value
      }
    }
    expect(await next()).toEqual({ type: 'new', object: 'id', id })
    other.close()
    expect(await next()).toEqual({ type: 'delete', object: 'id', id })
  })

  it('ends with its signal, and by leaving the loop', async () => {
    const stop = new AbortController()
    const aborted = Netns.watch({ signal: stop.signal })
    const next = aborted.next()
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(next).rejects.toBe(reason)
    const name = uniqueName()
    ip('netns', 'add', name)
    const left = Netns.watch({ snapshot: true })
    for await (const event of left) {
      expect(event.type).toBe('new')
      break
    }
    expect(await left.next()).toEqual({ value: undefined, done: true })
    expect(() => Netns.watch({ snapshto: true } as object)).toThrow(/did you mean "snapshot"/)
  })

  it('keeps the process alive while somebody waits, and no longer', async () => {
    const name = uniqueName()
    const script = (body: string) => [
      '--input-type=module',
      '-e',
      `import { Netns } from 'rtnetlink'
       const watch = Netns.watch()
       await watch.ready
       ${body}`,
    ]
    expect(await runNode(script(`console.log('idle')`))).toMatchObject({ code: 0, stdout: 'idle\n' })
    const waiting = await runNode(
      script(`setTimeout(() => Netns.create('${name}'), 50).unref()
              for await (const event of watch) if (event.name === '${name}') { console.log(event.type); break }`),
    )
    expect(waiting).toMatchObject({ code: 0, stdout: 'new\n' })
  })
})
