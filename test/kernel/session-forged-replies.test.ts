import { afterAll, describe, expect, it } from 'vitest'
import { Rtnetlink } from '../../lib/index.ts'
import { closeNamespaces, createNamespace } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

/** Sends every netlink socket of its namespace refusals (EPERM) of the requests numbered 1 to 200, and prints how many it could send. */
const FORGER = `
import socket, struct
ports = {int(line.split()[2]) for line in open('/proc/net/netlink').readlines()[1:] if line.split()[1] == '0'} - {0}
forger = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
forger.bind((0, 0))
sent = 0
for port in ports - {forger.getsockname()[0]}:
    for sequence in range(1, 201):
        forger.sendto(struct.pack('=IHHIIiIHHII', 36, 2, 0, sequence, port, -1, 16, 18, 1, sequence, port), (port, 0))
        sent += 1
print(sent)
`

describe('a reply that does not come from the kernel', () => {
  it('is not believed', async () => {
    const ns = await createNamespace()
    await using session = await Rtnetlink.open({ netns: ns })
    await session.links.get('lo')
    const sent = ip('netns', 'exec', ns.name, 'python3', '-c', FORGER)
    expect(Number(sent)).toBeGreaterThanOrEqual(200)
    for (let i = 0; i < 20; i++) expect((await session.links.get('lo')).index).toBe(1)
  })
})
