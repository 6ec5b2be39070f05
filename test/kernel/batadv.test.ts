import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTES, crossed, ECHOES } from '../support/inside.ts'
import { runInside, shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

/** Asks the generic-netlink family "batadv" about a mesh (BATADV_CMD_GET_MESH), and prints the name of its algorithm. */
const ALGORITHM = `
import socket, struct, sys
GENL, GETFAMILY, FAMILY_ID, FAMILY_NAME = 16, 3, 1, 2
GET_MESH, ALGO_NAME, MESH_IFINDEX = 1, 2, 3
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENL)
def ask(family, command, number, payload):
    attribute = struct.pack('=HH', 4 + len(payload), number) + payload + bytes(-len(payload) % 4)
    body = struct.pack('=BBH', command, 1, 0) + attribute
    netlink.send(struct.pack('=IHHII', 16 + len(body), family, 1, 1, 0) + body)
    data, found = netlink.recv(1 << 16)[20:], {}
    while len(data) >= 4:
        length, number = struct.unpack_from('=HH', data)
        found[number & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found
family, = struct.unpack('=H', ask(GENL, GETFAMILY, FAMILY_NAME, b'batadv\\0')[FAMILY_ID])
index = struct.pack('=I', socket.if_nametoindex(sys.argv[1]))
print(ask(family, GET_MESH, MESH_IFINDEX, index)[ALGO_NAME].rstrip(b'\\0').decode())
`

describe('a batadv', () => {
  const lack = lackOf('batadv')
  if (lack !== undefined) return it('is a switch across nodes', context => context.skip(lack))

  let near: NamedNetns
  let far: NamedNetns

  beforeAll(async () => {
    near = await createNamespace()
    far = await createNamespace()
    await near.links.add({ kind: 'veth', name: 'port0', mtu: 1532, veth: { peer: { name: 'port0', mtu: 1532, netns: far } } })
    for (const [n, node] of [near, far].entries()) {
      await Promise.all([
        node.links.add({ kind: 'batadv', name: 'bat0', up: true }),
        node.links.set('port0', { master: 'bat0', up: true }),
        node.addresses.add({ link: 'bat0', address: `192.0.2.${n + 1}/24` }),
      ])
    }
    // ARP would be dropped for half a minute.
    for (const [node, other, address] of [
      [near, far, '192.0.2.2'],
      [far, near, '192.0.2.1'],
    ] as const) {
      const { address: lladdr } = await other.links.get('bat0')
      ip('-n', node.name, 'neighbor', 'add', address, 'lladdr', lladdr as string, 'dev', 'bat0')
    }
  })

  it('has ports by master, says ip', () => {
    expect(shownLink(near.name, 'bat0').linkinfo.info_kind).toBe('batadv')
    expect(shownLink(near.name, 'port0')).toMatchObject({ master: 'bat0', linkinfo: { info_slave_kind: 'batadv' } })
  })

  it('carries an echo to the next node', async () => {
    await expect.poll(async () => (await near.ping('192.0.2.2', { timeout: 300 })).received).toBe(1)
    let received = 0
    const [port] = await crossed([[near, 'port0']], async () => {
      received = (await near.ping('192.0.2.2', ECHOES)).received
    })
    expect(received).toBe(ECHOES.count)
    expect(Math.min(port.rx, port.tx)).toBeGreaterThanOrEqual(BYTES)
  })

  it.each(['BATMAN_IV', 'BATMAN_V'])('has the algorithm %s, says generic netlink', async algorithm => {
    const name = algorithm.toLowerCase()
    await near.links.add({ kind: 'batadv', name, batadv: { algorithm } })
    expect(runInside(near.name, 'python3', '-c', ALGORITHM, name).trim()).toBe(algorithm)
  })

  it('has the algorithm of the module when none is given', () => {
    const parameter = runInside(near.name, 'cat', '/sys/module/batman_adv/parameters/routing_algo')
    expect(runInside(near.name, 'python3', '-c', ALGORITHM, 'bat0')).toBe(parameter)
  })

  it('is read when ip made it', async () => {
    ip('-n', near.name, 'link', 'add', 'name', 'theirs', 'type', 'batadv')
    expect((await near.links.get('theirs')).kind).toBe('batadv')
  })

  it('says what may be missing for an algorithm that the kernel refuses without a word', async () => {
    await expect(near.links.add({ kind: 'batadv', name: 'bat9', batadv: { algorithm: 'BATMAN_X' } })).rejects.toMatchObject({
      code: 'EINVAL',
      kernelMessage: undefined,
      message: expect.stringContaining('"batadv.algorithm" may be one that this kernel lacks'),
    })
  })
})
