import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { CompletionCode, type NativeNamespace, SystemCall } from '../../lib/native/binding.ts'
import { runInChild, runInWorker } from '../support/child.ts'
import { Inbox } from '../support/inbox.ts'
import {
  deleteTestNamespaces,
  eventually,
  ip,
  lastingStrayThreads,
  listedNames,
  mountsUnder,
  NAMESPACE_DIRECTORY,
  openDescriptors,
  strayThreads,
  uniqueName,
} from '../support/test-namespaces.ts'

const inbox = new Inbox()
const { addon } = inbox
const { EBADF, EEXIST, EINVAL, ENOENT, ENOSPC } = constants.errno

const done = { code: CompletionCode.done, error: 0, detail: 0, payload: new Uint8Array(), parts: [] }
function failed(error: number, detail: number) {
  return { ...done, code: CompletionCode.failed, error, detail }
}

let handles: NativeNamespace[] = []
function newHandle(): NativeNamespace {
  const handle = new addon.Namespace()
  handles.push(handle)
  return handle
}
async function created(): Promise<NativeNamespace> {
  const handle = newHandle()
  expect(await inbox.request(id => handle.create(id))).toEqual(done)
  return handle
}
async function createdNamed(name: string): Promise<NativeNamespace> {
  const handle = newHandle()
  expect(await inbox.request(id => handle.createNamed(id, NAMESPACE_DIRECTORY, name))).toEqual(done)
  return handle
}
const openPath = (handle: NativeNamespace, path: string) => inbox.request(id => handle.openPath(id, path))
const openDescriptor = (handle: NativeNamespace, fd: number) => inbox.request(id => handle.openDescriptor(id, fd))
const deleteNamed = (name: string) => inbox.request(id => addon.deleteNamedNamespace(id, NAMESPACE_DIRECTORY, name))

function inodeOf(path: string): string {
  const { dev, ino } = statSync(path)
  return `${dev}:${ino}`
}

afterEach(() => {
  for (const handle of handles) handle.close()
  handles = []
  deleteTestNamespaces()
})

describe('a new handle', () => {
  it('has no descriptor and no inode', () => {
    expect(newHandle().fd).toBe(-1)
    expect(newHandle().inode).toBe('')
  })

  it('can be opened once', async () => {
    const handle = await created()
    expect(() => handle.create(1)).toThrow(TypeError)
    expect(() => handle.openPath(1, '/proc/self/ns/net')).toThrow(TypeError)
  })

  it('cannot be opened after close', () => {
    const handle = newHandle()
    handle.close()
    expect(() => handle.openCurrent(1)).toThrow(TypeError)
  })
})

describe('create', () => {
  it("makes a namespace that is not the process's", async () => {
    const handle = await created()
    expect(inodeOf(`/proc/self/fd/${handle.fd}`)).toBe(handle.inode)
    expect(handle.inode).not.toBe(inodeOf('/proc/self/ns/net'))
  })

  it('makes it with nothing but lo', async () => {
    const handle = await created()
    const listed = execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${handle.fd}`, 'ip', '-j', 'link'], {
      encoding: 'utf8',
    })
    expect(JSON.parse(listed).map((link: { ifname: string }) => link.ifname)).toEqual(['lo'])
  })

  it('leaves no descriptor to child processes', async () => {
    const handle = await created()
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${handle.fd}`, 'utf8'))
    const O_CLOEXEC = 0o2000000
    expect(Number.parseInt(flags![1]!, 8) & O_CLOEXEC).toBe(O_CLOEXEC)
  })

  it('makes 100 at the same time, all different', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, created))
    expect(new Set(all.map(handle => handle.inode)).size).toBe(100)
    expect(addon.counters().namespaces).toBe(100)
  })

  it('takes few threads, however many it makes', async () => {
    expect(await eventually(() => addon.counters().threads === 0)).toBe(true)
    let most = 0
    const counting = setInterval(() => {
      most = Math.max(most, addon.counters().threads)
    }, 1)
    await Promise.all(Array.from({ length: 100 }, created))
    clearInterval(counting)
    expect(most).toBeLessThanOrEqual(4)
    expect(await eventually(() => addon.counters().threads === 0)).toBe(true)
  })

  it('takes one thread for several in turn', async () => {
    expect(await eventually(() => addon.counters().threads === 0)).toBe(true)
    const threads = new Set<string>()
    const before = new Set(readdirSync('/proc/self/task'))
    for (let i = 0; i < 10; i++) {
      await created()
      for (const thread of readdirSync('/proc/self/task')) if (!before.has(thread)) threads.add(thread)
    }
    // One that takes longer than usual on a busy machine gets another beside it.
    expect(threads.size).toBeLessThanOrEqual(5)
  })

  it('leaves no thread behind in a foreign namespace', async () => {
    const seen = new Set<string>()
    let running = true
    const sampled = (async () => {
      while (running) {
        for (const thread of strayThreads()) seen.add(thread)
        await new Promise(resolve => setImmediate(resolve))
      }
    })()
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 10 }, created))
    running = false
    await sampled
    expect(await lastingStrayThreads()).toEqual([])
    // A thread that was seen elsewhere has come back for nothing but the next namespace, and ends when there is none.
    const left = () => readdirSync('/proc/self/task').filter(thread => seen.has(thread))
    expect(await eventually(() => left().length === 0)).toBe(true)
  })
})

describe('createNamed', () => {
  it('makes what ip netns list shows', async () => {
    const name = uniqueName()
    const handle = await createdNamed(name)
    expect(listedNames()).toContain(name)
    expect(inodeOf(join(NAMESPACE_DIRECTORY, name))).toBe(handle.inode)
  })

  it('leaves the same as ip netns add', async () => {
    const [ours, theirs] = [uniqueName(), uniqueName()]
    ip('netns', 'add', theirs)
    await createdNamed(ours)
    const [our, their] = [ours, theirs].map(name => {
      const path = join(NAMESPACE_DIRECTORY, name)
      const { mode, uid, gid, nlink } = statSync(path)
      const mounts = mountsUnder(path).map(({ shared, type }) => ({ shared, type }))
      return { mode, uid, gid, nlink, mounts }
    })
    expect(our).toEqual(their)
    expect(our!.mounts).toEqual([{ shared: true, type: 'nsfs' }])
  })

  it('outlives its handle', async () => {
    const name = uniqueName()
    const handle = await createdNamed(name)
    const { inode } = handle
    handle.close()
    const again = newHandle()
    expect(await openPath(again, join(NAMESPACE_DIRECTORY, name))).toEqual(done)
    expect(again.inode).toBe(inode)
  })

  it('makes the directory, a shared mount point', async () => {
    const directory = `/run/${uniqueName()}`
    try {
      const handle = newHandle()
      expect(await inbox.request(id => handle.createNamed(id, directory, 'a'))).toEqual(done)
      expect(statSync(directory).mode & 0o777).toBe(0o755)
      expect(mountsUnder(directory).map(({ path, shared }) => ({ path, shared }))).toEqual([
        { path: directory, shared: true },
        { path: join(directory, 'a'), shared: true },
      ])
      expect(await inbox.request(id => addon.deleteNamedNamespace(id, directory, 'a'))).toEqual(done)
    } finally {
      execFileSync('umount', ['-l', directory])
      rmSync(directory, { recursive: true })
    }
  })

  it('fails with ENOENT when the directory above is missing', async () => {
    const handle = newHandle()
    expect(await inbox.request(id => handle.createNamed(id, `/run/${uniqueName()}/below`, 'a'))).toEqual(
      failed(ENOENT, SystemCall.mkdir),
    )
  })

  it('fails with EEXIST when the name is taken, and leaves what has it', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    const inode = inodeOf(join(NAMESPACE_DIRECTORY, name))
    const handle = newHandle()
    expect(await inbox.request(id => handle.createNamed(id, NAMESPACE_DIRECTORY, name))).toEqual(failed(EEXIST, SystemCall.open))
    expect(handle.fd).toBe(-1)
    expect(inodeOf(join(NAMESPACE_DIRECTORY, name))).toBe(inode)
  })

  it('leaves no file when the kernel makes no namespace', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
    const script = `
      const handle = new addon.Namespace()
      const { code, error, detail } = await request(id => handle.createNamed(id, ${JSON.stringify(join(directory, 'netns'))}, 'a'))
      const files = require('node:fs').readdirSync(${JSON.stringify(join(directory, 'netns'))})
      console.log(JSON.stringify({ code, error, detail, files }))`
    try {
      const noNamespaces = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"'
      const { stdout, stderr } = await runInChild(script, [
        'unshare',
        '--user',
        '--map-root-user',
        '--mount',
        'sh',
        '-c',
        noNamespaces,
        'sh',
      ])
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toEqual({ code: CompletionCode.failed, error: ENOSPC, detail: SystemCall.unshare, files: [] })
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('works beside ip netns add, in a directory that is mounted once', async () => {
    const ours = Array.from({ length: 20 }, uniqueName)
    const theirs = Array.from({ length: 20 }, uniqueName)
    const running = theirs.map(name => new Promise(resolve => spawn('ip', ['netns', 'add', name]).on('close', resolve)))
    await Promise.all(ours.map(createdNamed))
    expect(await Promise.all(running)).toEqual(theirs.map(() => 0))
    expect(listedNames()).toEqual(expect.arrayContaining([...ours, ...theirs]))
    expect(mountsUnder(NAMESPACE_DIRECTORY).filter(({ path }) => path === NAMESPACE_DIRECTORY)).toHaveLength(1)
    for (const name of [...ours, ...theirs]) {
      expect(mountsUnder(join(NAMESPACE_DIRECTORY, name))).toHaveLength(1)
    }
  })

  it.each(['', '.', '..', 'a/b', '../a', 'a\0b'])('rejects the name %j before any system call', name => {
    expect(() => newHandle().createNamed(1, NAMESPACE_DIRECTORY, name)).toThrow(TypeError)
    expect(() => addon.deleteNamedNamespace(1, NAMESPACE_DIRECTORY, name)).toThrow(TypeError)
  })
})

describe('deleteNamedNamespace', () => {
  it('removes what createNamed made', async () => {
    const name = uniqueName()
    await createdNamed(name)
    expect(await deleteNamed(name)).toEqual(done)
    expect(listedNames()).not.toContain(name)
    expect(readdirSync(NAMESPACE_DIRECTORY)).not.toContain(name)
  })

  it('removes what ip netns add made', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    expect(await deleteNamed(name)).toEqual(done)
    expect(readdirSync(NAMESPACE_DIRECTORY)).not.toContain(name)
  })

  it('lets ip netns delete remove what createNamed made', async () => {
    const name = uniqueName()
    await createdNamed(name)
    ip('netns', 'delete', name)
    expect(await deleteNamed(name)).toEqual(failed(ENOENT, SystemCall.unlink))
  })

  it('fails with ENOENT when there is none', async () => {
    expect(await deleteNamed(uniqueName())).toEqual(failed(ENOENT, SystemCall.unlink))
  })

  it('removes a file without a namespace, as ip does', async () => {
    const name = uniqueName()
    await createdNamed(uniqueName())
    writeFileSync(join(NAMESPACE_DIRECTORY, name), '')
    expect(await deleteNamed(name)).toEqual(done)
    expect(readdirSync(NAMESPACE_DIRECTORY)).not.toContain(name)
  })

  it('removes a symbolic link and leaves what it leads to', async () => {
    const [name, link] = [uniqueName(), uniqueName()]
    const { inode } = await createdNamed(name)
    symlinkSync(join(NAMESPACE_DIRECTORY, name), join(NAMESPACE_DIRECTORY, link))
    expect(await deleteNamed(link)).toEqual(done)
    expect(inodeOf(join(NAMESPACE_DIRECTORY, name))).toBe(inode)
  })

  it('leaves the namespace to those who hold it', async () => {
    const name = uniqueName()
    const handle = await createdNamed(name)
    const { inode } = handle
    await deleteNamed(name)
    expect(handle.inode).toBe(inode)
  })
})

describe('openPath', () => {
  it('opens what ip netns add made', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    const handle = newHandle()
    expect(await openPath(handle, join(NAMESPACE_DIRECTORY, name))).toEqual(done)
    expect(handle.inode).toBe(inodeOf(join(NAMESPACE_DIRECTORY, name)))
  })

  it('opens that of a process', async () => {
    const handle = newHandle()
    expect(await openPath(handle, `/proc/${process.pid}/ns/net`)).toEqual(done)
    expect(handle.inode).toBe(inodeOf('/proc/self/ns/net'))
  })

  it('fails with ENOENT when there is no such file', async () => {
    expect(await openPath(newHandle(), join(NAMESPACE_DIRECTORY, uniqueName()))).toEqual(failed(ENOENT, SystemCall.open))
  })

  it.each([
    ['a file', '/etc/passwd'],
    ['a directory', '/'],
    ['a device', '/dev/null'],
    ['a namespace of another kind', '/proc/self/ns/mnt'],
    ['another file of proc', '/proc/self/status'],
  ])('says that %s is no network namespace', async (_, path) => {
    const handle = newHandle()
    expect(await openPath(handle, path)).toEqual(failed(EINVAL, SystemCall.statfs))
    expect(handle.fd).toBe(-1)
  })

  it('does not wait for the other end of a fifo', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
    execFileSync('mkfifo', [join(directory, 'fifo')])
    expect(await openPath(newHandle(), join(directory, 'fifo'))).toEqual(failed(EINVAL, SystemCall.statfs))
    rmSync(directory, { recursive: true })
  })

  it('rejects a path with NUL', () => {
    expect(() => newHandle().openPath(1, '/proc/self/ns/net\0')).toThrow(TypeError)
  })
})

describe('openCurrent', () => {
  it("opens the process's own", async () => {
    const handle = newHandle()
    expect(await inbox.request(id => handle.openCurrent(id))).toEqual(done)
    expect(handle.inode).toBe(inodeOf('/proc/self/ns/net'))
  })
})

describe('openDescriptor', () => {
  it("duplicates at once, so that the caller's may be closed", async () => {
    const fd = openSync('/proc/self/ns/net', 'r')
    const handle = newHandle()
    const opened = openDescriptor(handle, fd)
    closeSync(fd)
    expect(await opened).toEqual(done)
    expect(handle.inode).toBe(inodeOf('/proc/self/ns/net'))
  })

  it('fails with EBADF when the descriptor is closed', async () => {
    expect(await openDescriptor(newHandle(), 999_999)).toEqual(failed(EBADF, SystemCall.fcntl))
    expect(await openDescriptor(newHandle(), -1)).toEqual(failed(EBADF, SystemCall.fcntl))
  })

  it('says that another descriptor is no network namespace', async () => {
    const before = openDescriptors()
    expect(await openDescriptor(newHandle(), 1)).toEqual(failed(EINVAL, SystemCall.statfs))
    expect(openDescriptors()).toBe(before)
  })
})

describe('close', () => {
  it('closes the descriptor and the spare socket, and may be repeated', async () => {
    const before = openDescriptors()
    const handle = await created()
    expect(openDescriptors()).toBe(before + 2)
    handle.close()
    handle.close()
    expect(handle.fd).toBe(-1)
    expect(handle.inode).toBe('')
    expect(openDescriptors()).toBe(before)
  })

  it('during create lets it finish and closes what came of it', async () => {
    const before = openDescriptors()
    const handle = newHandle()
    const creating = inbox.request(id => handle.create(id))
    handle.close()
    expect(await creating).toEqual(done)
    expect(handle.fd).toBe(-1)
    expect(await eventually(() => addon.counters().namespaces === 0 && openDescriptors() <= before)).toBe(true)
  })

  it('10,000 times leaves as many descriptors and threads as before', async () => {
    const cycle = async () => {
      const handle = new addon.Namespace()
      await openPath(handle, '/proc/self/ns/net')
      handle.close()
    }
    await Promise.all(Array.from({ length: 8 }, cycle))
    const before = { descriptors: openDescriptors(), threads: readdirSync('/proc/self/task').length }
    for (let round = 0; round < 1250; round++) await Promise.all(Array.from({ length: 8 }, cycle))
    expect(openDescriptors()).toBe(before.descriptors)
    expect(await eventually(() => readdirSync('/proc/self/task').length <= before.threads)).toBe(true)
    expect(addon.counters().namespaces).toBe(0)
  })
})

describe('an unclosed handle', () => {
  it('is closed when it is collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const before = openDescriptors()
    await (async () => {
      const dropped = Array.from({ length: 50 }, () => new addon.Namespace())
      await Promise.all(dropped.map(handle => inbox.request(id => handle.create(id))))
      expect(addon.counters().namespaces).toBe(50)
    })()
    expect(
      await eventually(() => {
        collect()
        return addon.counters().namespaces === 0
      }),
    ).toBe(true)
    expect(openDescriptors()).toBe(before)
  })

  it('is closed when its worker ends', async () => {
    const before = openDescriptors()
    for (let round = 0; round < 3; round++) {
      const worker = runInWorker(`
        const handles = Array.from({ length: 10 }, () => new addon.Namespace())
        await Promise.all(handles.map(handle => request(id => handle.create(id))))
        globalThis.kept = handles
        parentPort.postMessage(addon.counters().namespaces)
        setInterval(() => {}, 1000)`)
      expect(await once(worker, 'message')).toEqual([10])
      await worker.terminate()
    }
    expect(await eventually(() => openDescriptors() <= before)).toBe(true)
  })
})

describe('an environment that ends with requests in flight', () => {
  it('ends as a worker that is terminated, and leaves no thread and no descriptor', async () => {
    const before = { descriptors: openDescriptors(), threads: readdirSync('/proc/self/task').length }
    for (let round = 0; round < 5; round++) {
      const worker = runInWorker(`
        for (let i = 0; i < 50; i++) request(id => new addon.Namespace().create(id))
        parentPort.postMessage('started')
        setInterval(() => {}, 1000)`)
      await once(worker, 'message')
      expect(await worker.terminate()).toBe(1)
    }
    expect(await eventually(() => readdirSync('/proc/self/task').length <= before.threads)).toBe(true)
    expect(await eventually(() => openDescriptors() <= before.descriptors)).toBe(true)
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('ends as a process that exits', async () => {
    const { code, signal, stderr } = await runInChild(`
      for (let i = 0; i < 50; i++) request(id => new addon.Namespace().create(id))
      process.exit(7)`)
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' })
  })

  it('stays alive until the requests have completed', async () => {
    const { code, stdout } = await runInChild(`console.log((await request(id => new addon.Namespace().create(id))).code)`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${CompletionCode.done}\n` })
  })
})

describe('writeInside', () => {
  const FORWARD = '/proc/sys/net/ipv4/ip_forward'
  const forward = async (namespace: NativeNamespace) => {
    const { parts } = await inbox.request(id => addon.readSysctl(id, namespace, 'net/ipv4/ip_forward'))
    return Buffer.concat(parts.map(({ payload }) => payload)).toString()
  }
  const write = (namespace: NativeNamespace, path: string, text: string) =>
    inbox.request(id => addon.writeInside(id, namespace, path, text))

  it('writes as one who is in the namespace', async () => {
    const namespace = await created()
    const before = readFileSync(FORWARD, 'utf8')
    const text = (await forward(namespace)) === '1\n' ? '0\n' : '1\n'
    expect(await write(namespace, FORWARD, text)).toEqual(done)
    expect(await forward(namespace)).toBe(text)
    expect(readFileSync(FORWARD, 'utf8')).toBe(before)
  })

  it('leaves no thread in the namespace', async () => {
    await write(await created(), '/dev/null', 'text')
    expect(await lastingStrayThreads()).toEqual([])
  })

  it('fails as open does', async () => {
    expect(await write(await created(), '/none', 'text')).toEqual(failed(ENOENT, SystemCall.open))
  })

  it('fails as write does', async () => {
    expect(await write(await created(), FORWARD, 'text')).toEqual(failed(EINVAL, SystemCall.write))
    expect(await write(await created(), '/dev/full', 'text')).toEqual(failed(ENOSPC, SystemCall.write))
  })

  it.each([
    ['no namespace', undefined, '/dev/null', 'text'],
    ['a path that is no text', 'namespace', 1, 'text'],
    ['a path with NUL', 'namespace', '/dev\0null', 'text'],
    ['no text', 'namespace', '/dev/null', undefined],
  ])('throws for %s', async (_, namespace, path, text) => {
    const given = namespace === undefined ? undefined : await created()
    expect(() => addon.writeInside(0, given as never, path as never, text as never)).toThrow(TypeError)
  })
})
