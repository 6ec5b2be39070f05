import { afterEach, describe, expect, it, vi } from 'vitest'
import { Lab } from '../../../lib/lab/lab.ts'
import type { Place, Plan } from '../../../lib/lab/plan.ts'
import { readDescription } from '../../../lib/lab/read-description.ts'
import { Netns } from '../../../lib/netns/netns.ts'

/** What is wrong with a description: its path, and the message behind it. */
function mistakeIn(description: unknown): { code: string; option: string; message: string } {
  try {
    readDescription(description)
  } catch (error) {
    const { operation, code, option, message } = error as Error & { operation: string; code: string; option: string }
    expect({ operation, is: error instanceof TypeError || error instanceof RangeError }).toEqual({
      operation: 'Lab.create',
      is: true,
    })
    return { code, option, message }
  }
  throw new Error('nothing is wrong with it')
}

const onLan = (web: object, port: unknown = '10.0.0.1/24') => ({
  namespaces: { web },
  bridges: { lan: { ports: { web: port } } },
})
const withLink = (link: object) => ({ namespaces: { web: { links: [link] } } })

describe('a description with a mistake', () => {
  it.each([
    ['no object', 5, '', 'a description of a lab, got 5'],
    ['null', null, '', 'a description'],
    ['no namespaces', {}, 'namespaces', 'required'],
    ['namespaces in a list', { namespaces: ['web'] }, 'namespaces', 'an object of namespaces, got an array'],
    ['an unknown part', { namespaces: {}, bridge: {} }, 'bridge', 'did you mean "bridges"?'],
    ['a namespace without a name', { namespaces: { '': {} } }, 'namespaces[""]', 'is empty'],
    [
      'an unknown option of a namespace',
      { namespaces: { web: { route: {} } } },
      'namespaces.web.route',
      'did you mean "routes"?',
    ],
    ['text for a namespace', { namespaces: { web: 'eth0' } }, 'namespaces.web', 'an object that describes a namespace'],
    ['forwarding that is no switch', { namespaces: { web: { forwarding: 1 } } }, 'namespaces.web.forwarding', 'a boolean, got 1'],
  ])('%s', (_, description, option, text) => {
    const mistake = mistakeIn(description)
    expect(mistake.option).toBe(option)
    expect(mistake.message).toContain(text)
  })

  it.each([
    ['a value of another type', { kind: 'veth', name: 'a', mtu: 'x' }, '[0].mtu', 'expected a whole number, got "x"'],
    ['a misspelt option', { kind: 'veth', name: 'a', mtuu: 1 }, '[0].mtuu', 'did you mean "mtu"?'],
    ['a misspelt kind', { kind: 'brigde', name: 'a' }, '[0].kind', 'did you mean "bridge"?'],
    ['no kind', { name: 'a' }, '[0].kind', 'required'],
    ['no name', { kind: 'bridge' }, '[0].name', 'required'],
    ['a pattern for a name', { kind: 'bridge', name: 'br%d' }, '[0].name', 'a pattern is no name'],
    [
      'a number out of the range of its kind',
      { kind: 'vlan', name: 'a', link: 'lo', vlan: { id: 5000 } },
      '[0].vlan.id',
      '0 to 4094',
    ],
    ['a missing option of its kind', { kind: 'vlan', name: 'a', link: 'lo', vlan: {} }, '[0].vlan.id', 'required'],
    [
      'an option of a peer',
      { kind: 'veth', name: 'a', veth: { peer: { name: 'b', mtu: 9 } } },
      '[0].veth.peer.mtu',
      '68 to 65535',
    ],
    [
      'an option of a peer that is sent later',
      { kind: 'veth', name: 'a', veth: { peer: { name: 'b', alias: 5 } } },
      '[0].veth.peer.alias',
      'text',
    ],
    ['a peer without a name', { kind: 'veth', name: 'a', veth: { peer: {} } }, '[0].veth.peer.name', 'required'],
    [
      'a peer in no namespace',
      { kind: 'veth', name: 'a', veth: { peer: { name: 'b', netns: 'wbe' } } },
      '[0].veth.peer.netns',
      'did you mean "web"?',
    ],
    ['a link in no namespace', { kind: 'bridge', name: 'a', netns: 'db' }, '[0].netns', 'there is no namespace "db" in this lab'],
    [
      'an unknown link below',
      { kind: 'macvlan', name: 'a', link: 'loo' },
      '[0].link',
      'no link "loo" in namespace "web" (did you mean "lo"?)',
    ],
    ['an unknown master', { kind: 'veth', name: 'a', master: 'br0' }, '[0].master', 'there is no link "br0"'],
    [
      'a master for elsewhere',
      { kind: 'bridge', name: 'a', master: 'a', netns: 'web' },
      '[0].master',
      'does not go with "netns"',
    ],
    ['an alternative name that is none', { kind: 'bridge', name: 'a', altNames: ['a b'] }, '[0].altNames', 'white space'],
    ['an address that is none', { kind: 'bridge', name: 'a', addresses: '10.0.0' }, '[0]', 'got "10.0.0"'],
    [
      'one of several addresses',
      { kind: 'bridge', name: 'a', addresses: ['10.0.0.1/8', '10.0.0.2/33'] },
      '[0].addresses[1]',
      '0 to 32',
    ],
    [
      'an option of an address',
      { kind: 'bridge', name: 'a', addresses: { adress: '10.0.0.1/8' } },
      '[0].addresses.adress',
      'did you mean "address"?',
    ],
    [
      'the link of an address',
      { kind: 'bridge', name: 'a', addresses: { link: 'a', address: '10.0.0.1/8' } },
      '[0].addresses.link',
      'follows',
    ],
    [
      'a setting',
      { kind: 'bridge', name: 'a', settings: { ipv4: { rpFiltre: 'off' } } },
      '[0].settings.ipv4.rpFiltre',
      'did you mean "rpFilter"?',
    ],
    [
      'the value of a setting',
      { kind: 'bridge', name: 'a', settings: { ipv6: { disabled: 1 } } },
      '[0].settings.ipv6.disabled',
      'a boolean',
    ],
  ])('%s, of a link', (_, link, option, text) => {
    const mistake = mistakeIn(withLink(link))
    expect(mistake.option).toBe(`namespaces.web.links${option}`)
    expect(mistake.message).toContain(text)
    expect(mistake.message).toContain(`option "namespaces.web.links${option}"`)
  })

  it.each([
    [
      'an unknown namespace',
      { namespaces: { web: {} }, bridges: { lan: { ports: { wbe: null } } } },
      'bridges.lan.ports.wbe',
      'did you mean "web"?',
    ],
    ['an address', onLan({}, '10.0.0.1/240'), 'bridges.lan.ports.web', '0 to 32'],
    ['an option', onLan({}, { mtu: 5 }), 'bridges.lan.ports.web.mtu', '68 to 65535'],
    ['a misspelt option', onLan({}, { adresses: '10.0.0.1/24' }), 'bridges.lan.ports.web.adresses', 'unknown option'],
    [
      'an option of the port',
      onLan({}, { port: { hairpni: true } }),
      'bridges.lan.ports.web.port.hairpni',
      'did you mean "hairpin"?',
    ],
    ['a kind', onLan({}, { kind: 'macvlan' }), 'bridges.lan.ports.web.kind', 'follows from the description'],
    [
      'a name that is taken',
      onLan({ links: [{ kind: 'bridge', name: 'up0' }] }, { name: 'up0' }),
      'namespaces.web.links[0]',
      'has a link "up0" already, of bridges.lan.ports.web',
    ],
    ['the name of the loopback', onLan({}, { name: 'lo' }), 'bridges.lan.ports.web', 'already, of the kernel'],
  ])('%s, of a port', (_, description, option, text) => {
    const mistake = mistakeIn(description)
    expect(mistake.option).toBe(option)
    expect(mistake.message).toContain(text)
  })

  it.each([
    ['a name that is none', { 'a b': {} }, 'bridges["a b"]', 'white space'],
    ['a namespace that is none', { lan: { namespace: 'rooter' } }, 'bridges.lan.namespace', 'did you mean "router"?'],
    [
      'an option of the kind',
      { lan: { bridge: { ageingTmie: 5 } } },
      'bridges.lan.bridge.ageingTmie',
      'did you mean "ageingTime"?',
    ],
    ['an option of every link', { lan: { mtu: -1 } }, 'bridges.lan.mtu', 'allowed is'],
    ['its kind', { lan: { kind: 'bridge' } }, 'bridges.lan.kind', 'follows'],
    ['its address', { lan: { addresses: 'x' } }, 'bridges.lan', 'got "x"'],
  ])('%s, of a bridge', (_, bridges, option, text) => {
    const mistake = mistakeIn({ namespaces: { router: {} }, bridges })
    expect(mistake.option).toBe(option)
    expect(mistake.message).toContain(text)
  })

  it.each([
    ['one end', { a: null }, 'cables[0]', 'joins two namespaces, and here is 1'],
    ['three ends', { a: null, b: null, c: null }, 'cables[0]', 'here are 3'],
    ['an unknown end', { a: null, d: null }, 'cables[0].d', 'there is no namespace "d"'],
    ['an address', { a: '10.0.0.1/30', b: '10.0.0.2/99' }, 'cables[0].b', '0 to 32'],
    ['an option of the first end', { a: { mtu: 1 }, b: null }, 'cables[0].a.mtu', '68 to 65535'],
    ['an option of the second end', { a: null, b: { mtu: 1 } }, 'cables[0].b.mtu', '68 to 65535'],
    ['an index', { a: { index: 5 }, b: null }, 'cables[0].a.index', 'not given here'],
    ['a port', { a: { port: {} }, b: null }, 'cables[0].a.port', 'not given here'],
    ['no object', 'a', 'cables[0]', 'the two namespaces'],
  ])('%s, of a cable', (_, cable, option, text) => {
    const mistake = mistakeIn({ namespaces: { a: {}, b: {}, c: {} }, cables: [cable] })
    expect(mistake.option).toBe(option)
    expect(mistake.message).toContain(text)
  })

  it.each([
    ['a network with host bits', { '10.0.0.1/8': '10.0.0.1' }, '["10.0.0.1/8"]', 'did you mean "10.0.0.0/8"?'],
    ['a router that is no address', { default: '10.0.0.256' }, '.default', 'expected an IP address'],
    ['a misspelt router', { default: 'lna' }, '.default', 'did you mean "lan"?'],
    ['a misspelt router in an object', { default: { via: 'lna' } }, '.default.via', 'did you mean "lan"?'],
    ['a router on no common wire', { default: 'far' }, '.default', '"far" is not reached directly from "web"'],
    ['a router without an address', { default: 'lan' }, '.default', 'no addresses of one family'],
    ['an option', { default: { via: '10.0.0.1', metrics: 5 } }, '.default.metrics', 'an object'],
    ['an unknown option', { default: { vai: '10.0.0.1' } }, '.default.vai', 'did you mean "via"?'],
    ['an unknown link', { default: { link: 'eth1' } }, '.default.link', 'did you mean "eth0"?'],
    ['one of several', { default: [{ via: '10.0.0.9' }, { via: 5 }] }, '.default[1].via', 'got 5'],
    ['where it leads', { default: { to: 'default' } }, '.default.to', 'follows from the description'],
  ])('%s, of a route', (_, routes, option, text) => {
    const bridges = { lan: { ports: { web: '10.0.0.1/24' } }, wan: { ports: { far: null } } }
    const mistake = mistakeIn({ namespaces: { web: { routes }, far: {} }, bridges })
    expect(mistake.option).toBe(`namespaces.web.routes${option}`)
    expect(mistake.message).toContain(text)
  })

  it.each([
    ['addresses of an unknown link', { addresses: { eth1: '10.0.0.2/24' } }, 'addresses.eth1', 'did you mean "eth0"?'],
    ['settings of an unknown link', { settings: { eth1: {} } }, 'settings.eth1', 'did you mean "eth0"?'],
    ['a setting', { settings: { all: { ipv4: { rpFilter: 'losse' } } } }, 'settings.all.ipv4.rpFilter', 'did you mean "loose"?'],
    [
      'a setting of the machine',
      { sysctl: { 'kernel.hostname': 'a' } },
      'sysctl["kernel.hostname"]',
      'no setting of a network namespace',
    ],
    [
      'a setting that is an object',
      { sysctl: { 'net.core.somaxconn': {} } },
      'sysctl["net.core.somaxconn"]',
      'text, a number or a boolean',
    ],
  ])('%s', (_, web, option, text) => {
    const mistake = mistakeIn(onLan(web))
    expect(mistake.option).toBe(`namespaces.web.${option}`)
    expect(mistake.message).toContain(text)
  })

  it('links that stand on each other', () => {
    const links = [
      { kind: 'bridge', name: 'a', master: 'b' },
      { kind: 'bridge', name: 'b', master: 'a' },
    ]
    expect(mistakeIn({ namespaces: { web: { links } } })).toMatchObject({ option: 'namespaces.web.links[1].master' })
  })
})

describe('Lab.create', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('makes nothing of a description with a mistake', async () => {
    const create = vi.spyOn(Netns, 'create')
    const wrong = onLan({}, '10.0.0.1/33')
    await expect(Lab.create(wrong as never)).rejects.toThrow(RangeError)
    expect(create).not.toHaveBeenCalled()
  })

  it('refuses an unknown option of the call', async () => {
    await expect(Lab.create({ namespaces: {} }, { signall: 1 } as never)).rejects.toThrow('did you mean "signal"?')
  })
})

const linksOf = (plan: Plan) => plan.links.map(({ brings }) => brings.map(({ place, name }) => `${place.name}:${name}`).join(' '))
const placeOf = (plan: Plan, name: string) => plan.places.find(place => place.name === name) as Place
const addressesOf = (place: Place) => place.addresses.map(({ what }) => `${what.link} ${what.address}`)

describe('a plan', () => {
  it('is the same from JSON', () => {
    const description = onLan(
      { routes: { default: 'lan' }, links: [{ kind: 'bridge', name: 'b' }] },
      { addresses: ['10.0.0.1/24'] },
    )
    const bridges = { lan: { ...description.bridges.lan, addresses: '10.0.0.254/24' } }
    const whole = { ...description, bridges }
    expect(linksOf(readDescription(JSON.parse(JSON.stringify(whole))))).toEqual(linksOf(readDescription(whole)))
  })

  it('takes what YAML leaves empty for an empty object', () => {
    const plan = readDescription({
      namespaces: { a: null, b: null },
      bridges: { lan: { ports: { a: null, b: null } } },
      cables: null,
    })
    expect(linksOf(plan)).toEqual(['hub:lan', 'hub:a-eth0 a:eth0', 'hub:b-eth0 b:eth0'])
  })

  it('numbers links in the order of the description, around the names that are given', () => {
    const plan = readDescription({
      namespaces: { a: { links: [{ kind: 'bridge', name: 'eth1' }] }, b: {} },
      bridges: { lan: { ports: { a: null } }, wan: { ports: { a: { name: 'wan0' } } } },
      cables: [{ a: null, b: null }],
    })
    expect(linksOf(plan).slice(2)).toEqual(['hub:wan', 'hub:a-wan0 a:wan0', 'a:eth2 b:eth0', 'a:eth1'])
  })

  it('has no hub where every bridge says where it lives', () => {
    const plan = readDescription({
      namespaces: { router: {}, a: {} },
      bridges: { lan: { namespace: 'router', ports: { a: null } } },
    })
    expect(plan.hub).toBeUndefined()
    expect(linksOf(plan)).toEqual(['router:lan', 'router:a-eth0 a:eth0'])
  })

  it('gives long names of ports that differ', () => {
    const names = ['a-long-name-of-one', 'a-long-name-of-two']
    const plan = readDescription({
      namespaces: Object.fromEntries(names.map(name => [name, {}])),
      bridges: { lan: { ports: Object.fromEntries(names.map(name => [name, null])) } },
    })
    expect(linksOf(plan).slice(1)).toEqual([
      'hub:a-long-name-of- a-long-name-of-one:eth0',
      'hub:a-long-name-o~2 a-long-name-of-two:eth0',
    ])
  })

  it('puts links behind those that they stand on', () => {
    const links = [
      { kind: 'veth', name: 'port', master: 'br0', veth: { peer: { name: 'peer', netns: 'b', master: 'br1' } } },
      { kind: 'bridge', name: 'br0' },
    ]
    const plan = readDescription({ namespaces: { a: { links }, b: { links: [{ kind: 'bridge', name: 'br1' }] } } })
    expect(linksOf(plan)).toEqual(['a:br0', 'b:br1', 'a:port b:peer'])
  })

  it('gives the ends of cables indexes that differ', () => {
    const plan = readDescription({ namespaces: { a: {}, b: {} }, cables: [{ a: null, b: null }] })
    const { index, veth } = plan.links[0]!.options as { index?: number; veth: { peer: { index?: number } } }
    expect(new Set([undefined, index, veth.peer.index]).size).toBe(3)
  })

  it('finds the router that is named, in each family that both have', () => {
    const plan = readDescription({
      namespaces: { web: { routes: { default: 'lan', '10.9.0.0/16': 'router' } }, router: { routes: { 'fd99::/16': 'web' } } },
      bridges: {
        lan: { addresses: ['10.0.0.1/24', 'fd00::1/64'], ports: { web: { addresses: ['10.0.0.2/24', 'fd00::2/64'] } } },
      },
      cables: [
        { router: { addresses: ['10.1.0.1/30', 'fd01::1/64'] }, web: { addresses: ['10.1.0.2/30', { address: 'fd01::2/64' }] } },
      ],
    })
    const routes = (name: string) => placeOf(plan, name).routes.map(({ what }) => [what.to, what.via])
    expect(routes('web')).toEqual([
      ['default', '10.0.0.1'],
      ['default', 'fd00::1'],
      ['10.9.0.0/16', '10.1.0.1'],
    ])
    expect(routes('router')).toEqual([['fd99::/16', 'fd01::2']])
  })

  it('writes a setting first where there is IPv6, and none elsewhere', () => {
    const plan = readDescription({
      namespaces: { a: { forwarding: true }, b: {} },
      cables: [{ a: 'fd00::1/64', b: '10.0.0.1/24' }],
    })
    expect(['a', 'b'].map(name => placeOf(plan, name).settings.length)).toEqual([3, 0])
  })

  it('gathers addresses of links, ends and namespaces', () => {
    const web = { links: [{ kind: 'bridge', name: 'br0', addresses: '10.1.0.1/24' }], addresses: { lo: ['192.0.2.1/32'] } }
    expect(addressesOf(placeOf(readDescription(onLan(web)), 'web'))).toEqual([
      'lo 192.0.2.1/32',
      'eth0 10.0.0.1/24',
      'br0 10.1.0.1/24',
    ])
  })

  it('brings links up behind their settings where there are some', () => {
    const plan = readDescription(onLan({ settings: { eth0: { ipv4: { rpFilter: 'loose' } } } }))
    expect(placeOf(plan, 'web').upLater.map(({ what }) => what)).toEqual(['eth0'])
    expect(plan.links[1]!.options).toMatchObject({ up: true, veth: { peer: { up: false } } })
  })

  it('writes settings of the namespace before there are links, and those of a link behind', () => {
    const sysctl = {
      'net.ipv4.conf.default.rp_filter': 2,
      'net.ipv4.conf.eth0.rp_filter': 1,
      'net.ipv4.neigh.eth0.gc_stale_time': 9,
    }
    const web = placeOf(readDescription(onLan({ forwarding: true, settings: { all: {} }, sysctl })), 'web')
    expect([web.settings.length, web.linkSettings.length]).toEqual([4, 2])
  })
})
