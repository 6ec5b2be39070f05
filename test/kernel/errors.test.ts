import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NetlinkError, Netns, Rtnetlink } from '../../lib/index.ts'
import { runProgram } from '../support/dist.ts'
import { shownNames } from '../support/ip.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip, uniqueName } from '../support/test-namespaces.ts'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  await ns.links.add({ kind: 'bridge', name: 'br0' })
})
afterAll(closeNamespaces)

/** The error that a call rejects with. */
async function errorOf(calling: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return await calling.then(
    () => expect.unreachable('the call succeeded'),
    error => error,
  )
}

/** The first frame of the stack, which must be the caller's. */
function topOf({ stack = '' }: Error): string {
  return stack.split('\n').find(line => /^\s+at /.test(line)) ?? ''
}

const TYPE = 'ERR_INVALID_ARG_TYPE'
const VALUE = 'ERR_INVALID_ARG_VALUE'
const RANGE = 'ERR_OUT_OF_RANGE'
const UNKNOWN = 'ERR_UNKNOWN_OPTION'
const MISSING = 'ERR_MISSING_OPTION'

type Expected = [code: string, option: string, says: string]

/** Options of `links.add` beside `kind: 'veth'` and a name. */
const options: [what: string, options: object, ...Expected][] = [
  ['a wrong type', { mtu: '1500' }, TYPE, 'mtu', 'expected a whole number, got "1500"'],
  ['a wrong type of the peer', { veth: { peer: { mtu: '1500' } } }, TYPE, 'veth.peer.mtu', 'got "1500"'],
  ['a wrong type of what is sent later', { veth: { peer: { up: 1 } } }, TYPE, 'veth.peer.up', 'expected true or false, got 1'],
  ['a wrong type of the nest', { veth: 'eth0' }, TYPE, 'veth', 'expected an object of veth options'],
  ['null for what cannot be none', { mtu: null }, TYPE, 'mtu', 'expected a whole number, got null'],
  ['an unknown key', { adress: '02:00:00:00:00:01' }, UNKNOWN, 'adress', 'did you mean "address"?'],
  ['an unknown key of the peer', { veth: { peer: { nmae: 'x' } } }, UNKNOWN, 'veth.peer.nmae', 'did you mean "name"?'],
  ['options of another kind', { bridge: { priority: 5 } }, VALUE, 'bridge', 'does not go with kind: "veth"'],
  ['a misspelt kind', { kind: 'vteh' }, VALUE, 'kind', 'did you mean "veth"?'],
  ['no kind', { kind: undefined }, MISSING, 'kind', 'is required'],
  ['a misspelt enum', { linkMode: 'dormnat' }, VALUE, 'linkMode', 'did you mean "dormant"?'],
  ['a read-only option', { minMtu: 5 }, VALUE, 'minMtu', 'is read-only'],
  ['a missing option', { kind: 'vxlan' }, MISSING, 'vxlan.vni', 'or collectMetadata: true'],
  ['a missing parent', { kind: 'macvlan' }, MISSING, 'link', 'with kind: "macvlan"'],
  ['an empty name', { name: '' }, VALUE, 'name', 'is empty'],
  ['a name of 16 bytes', { name: 'sixteen-bytes-xx' }, VALUE, 'name', '15 are the most'],
  ['a name of 15 letters and 16 bytes', { name: 'fünfzehn-Zeiche' }, VALUE, 'name', 'is 16 bytes long'],
  ['a name with a slash', { name: 'a/b' }, VALUE, 'name', 'holds "/"'],
  ['a name with white space', { name: 'a b' }, VALUE, 'name', 'white space'],
  ['a name of two dots', { name: '..' }, VALUE, 'name', 'names no link'],
  ['a hardware address with a wrong digit', { address: '02:00:00:00:00:0g' }, TYPE, 'address', 'such as "02:00:00:00:00:01"'],
  ['a bad IP address', { kind: 'vxlan', vxlan: { vni: 5, remote: '192.0.2.256' } }, TYPE, 'vxlan.remote', 'an IP address'],
  ['a negative number', { mtu: -1 }, RANGE, 'mtu', 'from 68 to 65535'],
  ['a number that is not whole', { group: 1.5 }, RANGE, 'group', 'a whole number from 0'],
  ['NaN', { group: Number.NaN }, RANGE, 'group', 'a whole number from 0'],
  ['a number over 32 bits', { group: 2 ** 32 }, RANGE, 'group', 'from 0 to 4294967295'],
  ['an mtu below the range of the kind', { mtu: 67 }, RANGE, 'mtu', 'from 68 to 65535'],
  ['an mtu above it', { veth: { peer: { mtu: 65_536 } } }, RANGE, 'veth.peer.mtu', 'from 68 to 65535'],
  ['a VNI over 24 bits', { kind: 'vxlan', vxlan: { vni: 2 ** 24 } }, RANGE, 'vxlan.vni', 'from 0 to 16777215'],
  ['a namespace called ..', { netns: '..' }, VALUE, 'netns', 'names no namespace'],
  ['a foreign object as namespace', { netns: new Date() }, TYPE, 'netns', 'a handle, a name, a path'],
  ['a process id of 0', { netns: { pid: 0 } }, RANGE, 'netns', 'from 1'],
  ['data over 64 KiB', { kind: 'other', kernelKind: 'ifb', data: new Uint8Array(70_000) }, RANGE, 'data', '65531'],
]

/** Too many names for one attribute, though each is short. */
const names = Array.from({ length: 600 }, (_, i) => `${i}`.padEnd(120, 'x'))

const calls: [what: string, call: () => Promise<unknown>, operation: string, ...Expected][] = [
  ['no options', () => ns.links.add(undefined as never), 'links.add', TYPE, '', 'an object of options, got undefined'],
  ['no link', () => ns.links.get(undefined as never), 'links.get', TYPE, 'link', 'its name, its index, or a Link'],
  ['an index of 0', () => ns.links.get(0), 'links.get', RANGE, 'link', 'from 1'],
  ['a bad name of the link', () => ns.links.set('a b', { mtu: 1400 }), 'links.set', VALUE, 'link', 'white space'],
  ['no change', () => ns.links.set('br0', {}), 'links.set', VALUE, '', 'no option to change is given'],
  ['an unknown key of a change', () => set({ bridge: { prioirty: 5 } }), 'links.set', UNKNOWN, 'bridge.prioirty', '"priority"?'],
  ['a change of what is given once', () => set({ numTxQueues: 3 }), 'links.set', VALUE, 'numTxQueues', 'on creation'],
  ['a change of two kinds', () => set({ bridge: {}, vxlan: {} }), 'links.set', VALUE, 'vxlan', 'a link is of one kind'],
  [
    'a number over 64 bits',
    () => set({ bridge: { multicastQueryInterval: 2 ** 64 } }),
    'links.set',
    RANGE,
    'bridge.multicastQueryInterval',
    'from 0 to 9007199254740991',
  ],
  ['a list over 64 KiB', () => ns.links.addAltNames('br0', names), 'links.addAltNames', RANGE, 'altNames', '65535 bytes long'],
  ['an unknown key of a filter', () => ns.links.list({ knd: 'veth' } as never), 'links.list', UNKNOWN, 'knd', '"kind"?'],
  ['a prefix length over 32', () => addAddress('192.0.2.1/33'), 'addresses.add', RANGE, 'address', '32'],
  ['a namespace with a slash in its name', () => Netns.create('a/b'), 'Netns.create', VALUE, 'name', 'holds "/"'],
  ['a namespace called ..', () => Netns.create('..'), 'Netns.create', VALUE, 'name', 'names no namespace'],
  ['an unknown option of a session', () => Rtnetlink.open(misspelt), 'Rtnetlink.open', UNKNOWN, 'timeuot', '"timeout"?'],
  ['the same of a new namespace', () => Netns.create('never', misspelt), 'Netns.create', UNKNOWN, 'timeuot', '"timeout"?'],
  ['the same of an open one', () => Netns.open('never', misspelt), 'Netns.open', UNKNOWN, 'timeuot', '"timeout"?'],
  ['the same of that of a process', () => Netns.ofPid(1, misspelt), 'Netns.ofPid', UNKNOWN, 'timeuot', '"timeout"?'],
  ['a wrong time limit of a namespace', () => Netns.open('never', { timeout: -1 }), 'Netns.open', RANGE, 'timeout', '0 or more'],
  ['a foreign object as namespace', () => Rtnetlink.open({ netns: {} as never }), 'Rtnetlink.open', TYPE, 'netns', '{ pid }'],
]

const misspelt: object = { timeuot: 1000 }
const set = (change: object) => ns.links.set('br0', change)
const addAddress = (address: string) => ns.addresses.add({ link: 'br0', address })

describe('a caller’s mistake', () => {
  async function expectRefused(call: Promise<unknown>, operation: string, ...[code, option, says]: Expected): Promise<void> {
    const error = await errorOf(call)
    expect(error).toMatchObject({ name: code === RANGE ? 'RangeError' : 'TypeError', code, operation, option })
    expect(error.message).toContain(operation)
    expect(error.message).toContain(says)
    expect(topOf(error)).toContain(import.meta.filename)
    expect(shownNames(ns.name)).toEqual(['lo', 'br0'])
  }

  it.each(options)('in links.add is refused before anything is sent: %s', async (_, given, ...expected) => {
    await expectRefused(ns.links.add({ kind: 'veth', name: 'never', ...given } as never), 'links.add', ...expected)
  })

  it.each(calls)('is refused before anything is sent: %s', async (_, call, ...expected) => {
    await expectRefused(call(), ...expected)
  })
})

interface Refusal {
  readonly what: string
  readonly call: () => Promise<unknown>
  readonly code: string
  readonly operation: string
  readonly option: string | undefined
  readonly kernelMessage?: string | RegExp
  readonly allowed?: object
  readonly says: string
}

const refusals: readonly Refusal[] = [
  {
    what: 'a name that is taken',
    call: () => ns.links.add({ kind: 'ifb', name: 'br0' }),
    code: 'EEXIST',
    operation: 'links.add',
    option: undefined,
    says: 'a link named "br0" is there already',
  },
  {
    what: 'a peer’s name that is taken',
    call: () => ns.links.add({ kind: 'veth', name: 'free', veth: { peer: { name: 'br0' } } }),
    code: 'EEXIST',
    operation: 'links.add',
    option: undefined,
    says: 'a link named "free" or "br0" is there already',
  },
  {
    what: 'a link that is not there',
    call: () => ns.links.set('missing', { mtu: 1400 }),
    code: 'ENODEV',
    operation: 'links.set',
    option: 'link',
    says: 'there is no link "missing" in this namespace',
  },
  {
    what: 'an index that is not there',
    call: () => ns.links.set(999_999, { mtu: 1400 }),
    code: 'ENODEV',
    operation: 'links.set',
    option: undefined,
    says: 'there is no link with index 999999',
  },
  {
    what: 'a master that is not there',
    call: () => ns.links.add({ kind: 'ifb', name: 'x', master: 'missing' }),
    code: 'ENODEV',
    operation: 'links.add',
    option: 'master',
    says: 'there is no link "missing" in this namespace',
  },
  {
    what: 'a parent that is not there',
    call: () => ns.links.add({ kind: 'macvlan', name: 'x', link: 'missing' }),
    code: 'ENODEV',
    operation: 'links.add',
    option: 'link',
    says: 'there is no link "missing" in this namespace',
  },
  {
    what: 'a link inside the kind’s options that is not there',
    call: () => ns.links.add({ kind: 'vxlan', name: 'x', vxlan: { vni: 5, link: 'missing' } }),
    code: 'ENODEV',
    operation: 'links.add',
    option: 'vxlan.link',
    says: 'there is no link "missing" in this namespace',
  },
  {
    what: 'an mtu below the device’s range',
    call: () => ns.links.set('br0', { mtu: 60 }),
    code: 'EINVAL',
    operation: 'links.set',
    option: 'mtu',
    kernelMessage: 'mtu less than device minimum',
    says: '"mtu"',
  },
  {
    what: 'an mtu above the device’s range',
    call: () => ns.links.set('br0', { mtu: 70_000 }),
    code: 'EINVAL',
    operation: 'links.set',
    option: 'mtu',
    kernelMessage: 'mtu greater than device maximum',
    says: '"mtu"',
  },
  {
    what: 'a value inside the kind’s options, by its offset',
    call: () => ns.links.add({ kind: 'vxlan', name: 'x', vxlan: { vni: 5, port: 4789, df: 9 } }),
    code: 'EINVAL',
    operation: 'links.add',
    option: 'vxlan.df',
    kernelMessage: 'Invalid DF attribute',
    says: '"vxlan.df"',
  },
  {
    what: 'a value outside the kernel’s policy, with what is allowed',
    call: () => ns.links.add({ kind: 'ifb', name: 'x', gsoMaxSize: 5 }),
    code: 'ERANGE',
    operation: 'links.add',
    option: 'gsoMaxSize',
    allowed: { min: expect.any(Number) },
    says: 'allowed is ',
  },
  {
    what: 'such a value inside two nests',
    call: () => ns.links.add({ kind: 'veth', name: 'x', veth: { peer: { name: 'y', gsoMaxSize: 5 } } }),
    code: 'ERANGE',
    operation: 'links.add',
    option: 'veth.peer.gsoMaxSize',
    allowed: { min: expect.any(Number) },
    says: 'allowed is ',
  },
  {
    what: 'a value inside two nests, by the kernel’s words',
    call: () => ns.links.add({ kind: 'veth', name: 'x', veth: { peer: { name: 'y', gsoMaxSegments: 999_999 } } }),
    code: 'EINVAL',
    operation: 'links.add',
    option: 'veth.peer.gsoMaxSegments',
    kernelMessage: 'too big gso_max_segs',
    says: '"veth.peer.gsoMaxSegments"',
  },
  {
    what: 'a namespace id that is not there',
    call: () => ns.links.add({ kind: 'ifb', name: 'x', linkNetnsid: 77 }),
    code: 'EINVAL',
    operation: 'links.add',
    option: 'linkNetnsid',
    kernelMessage: 'Unknown network namespace id',
    says: '"linkNetnsid"',
  },
  {
    what: 'a group address on a link',
    call: () => ns.links.add({ kind: 'bridge', name: 'x', address: '01:00:00:00:00:01' }),
    code: 'EADDRNOTAVAIL',
    operation: 'links.add',
    option: undefined,
    says: 'EADDRNOTAVAIL',
  },
  {
    what: 'a command that the driver does not have',
    call: () => ns.links.set('br0', { protoDown: true }),
    code: 'EOPNOTSUPP',
    operation: 'links.set',
    option: 'protoDown',
    kernelMessage: /protodown/i,
    says: '"protoDown"',
  },
  {
    what: 'port options of a link without a master',
    call: () => ns.links.set('br0', { port: { kind: 'bridge', cost: 5 } }),
    code: 'EOPNOTSUPP',
    operation: 'links.set',
    option: 'port.cost',
    says: '"port.cost"',
  },
  {
    what: 'a tun, which rtnetlink cannot make',
    call: () => ns.links.add({ kind: 'tun', name: 'x' }),
    code: 'EOPNOTSUPP',
    operation: 'links.add',
    option: undefined,
    says: '/dev/net/tun',
  },
  {
    what: 'a kind that no kernel has',
    call: () => ns.links.add({ kind: 'other', kernelKind: 'nosuchkind', name: 'x' }),
    code: 'EOPNOTSUPP',
    operation: 'links.add',
    option: 'kernelKind',
    kernelMessage: 'Unknown device type',
    says: '"kernelKind"',
  },
]

describe('a refusal by the kernel', () => {
  it.each(refusals)(
    'of $what tells the option and the next step',
    async ({ call, code, operation, option, kernelMessage, allowed, says }) => {
      const error = await errorOf(call())
      expect(error).toMatchObject({ name: 'NetlinkError', code, operation, errno: expect.any(Number) })
      expect(error.option).toBe(option)
      if (kernelMessage !== undefined) expect(error.kernelMessage).toEqual(expect.stringMatching(kernelMessage))
      if (allowed !== undefined) expect(error.allowed).toMatchObject(allowed)
      expect(error.message).toContain(operation)
      expect(error.message).toContain(says)
      expect(topOf(error)).toContain(import.meta.filename)
      expect(error.stack).toContain(error.message)
    },
  )
})

describe('a namespace', () => {
  it('that was deleted meanwhile is not found by its name', async () => {
    const name = uniqueName()
    ip('netns', 'add', name)
    await ns.links.add({ kind: 'ifb', name: 'x', netns: name })
    ip('netns', 'delete', name)
    const error = await errorOf(ns.links.add({ kind: 'ifb', name: 'x', netns: name }))
    expect(error).toMatchObject({ name: 'NamespaceError', code: 'ENOENT', operation: 'links.add', path: `/run/netns/${name}` })
    expect(error.message).toContain('there is no such namespace')
    expect(topOf(error)).toContain(import.meta.filename)
  })

  it('of a process that is none is refused by the kernel', async () => {
    const error = await errorOf(ns.links.set('br0', { netns: { pid: 2_000_000_000 } }))
    expect(error).toMatchObject({ name: 'NetlinkError', code: 'ESRCH', operation: 'links.set' })
    expect(error.message).toContain('there is no process 2000000000')
  })

  it('by a descriptor of something else is refused by the kernel', async () => {
    const error = await errorOf(ns.links.set('br0', { netns: { fd: 0 } }))
    expect(error).toMatchObject({ name: 'NetlinkError', code: 'EINVAL', operation: 'links.set', option: 'netns.fd' })
  })

  it('by a path of something else is refused by the kernel', async () => {
    const error = await errorOf(ns.links.set('br0', { netns: '/dev/null' }))
    expect(error).toMatchObject({ operation: 'links.set', option: 'netns' })
  })
})

describe('a process without the capability', () => {
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
  const describeError = `error => console.log(JSON.stringify({ ...error, name: error.name, message: error.message }))`

  async function refused(script: string): Promise<NetlinkError & { syscall?: string }> {
    const { stdout, stderr } = await runProgram(`await (${script}).catch(${describeError})`, [
      'ip',
      'netns',
      'exec',
      ns.name,
      ...nobody,
    ])
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  it('cannot add a link, and is told which one it lacks', async () => {
    const error = await refused(`rtnetlink.Netns.current().links.add({ kind: 'ifb', name: 'x' })`)
    expect(error).toMatchObject({ name: 'NetlinkError', code: 'EPERM', operation: 'links.add' })
    expect(error.message).toContain('CAP_NET_ADMIN')
  })

  it('cannot create a namespace without a user namespace, and is told which one it lacks', async () => {
    const error = await refused(`rtnetlink.Netns.create({ user: false })`)
    expect(error).toMatchObject({ code: 'EPERM', operation: 'Netns.create' })
    expect(error.message).toContain('CAP_SYS_ADMIN')
  })

  it('cannot enter a namespace, and is told which one it lacks', async () => {
    const other = await createNamespace()
    const error = await refused(`rtnetlink.Netns.open('${other.name}').then(netns => netns.links.list())`)
    expect(error).toMatchObject({ code: 'EPERM' })
    expect(error.message).toContain('CAP_SYS_ADMIN')
  })

  it('may list links', async () => {
    const { stdout } = await runProgram(
      `console.log((await rtnetlink.Netns.current().links.list()).map(link => link.name).join())`,
      ['ip', 'netns', 'exec', ns.name, ...nobody],
    )
    expect(stdout.trim().split(',')).toEqual(shownNames(ns.name))
  })
})
