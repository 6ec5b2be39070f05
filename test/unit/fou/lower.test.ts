import { describe, expect, it } from 'vitest'
import { fouFamily } from '../../../lib/fou/fou-table.ts'
import { lowerIdentity, lowerPort } from '../../../lib/fou/lower.ts'
import { command } from '../../support/generic.ts'

const gre = { port: 5555, ipProtocol: 'gre' } as const

function refusal(lower: () => void): unknown {
  try {
    lower()
  } catch (error) {
    const { name, option, message } = error as Error & { option: string }
    return [name, option, message]
  }
  return undefined
}

describe('fou.add refuses', () => {
  it.each<[string, object, string, string, string]>([
    ['a port without a number', { ipProtocol: 'gre' }, 'TypeError', 'port', 'is required'],
    ['port 0, which would be one of the kernel’s choice', { ...gre, port: 0 }, 'RangeError', 'port', '1 to 65535'],
    ['a port beyond 16 bits', { ...gre, port: 65_536 }, 'RangeError', 'port', 'got 65536'],
    ['nothing about what arrives', { port: 1 }, 'TypeError', 'ipProtocol', 'is required, unless type is "gue"'],
    ['a protocol along with GUE', { ...gre, type: 'gue' }, 'TypeError', 'ipProtocol', 'goes only with type: "direct"'],
    ['protocol 0', { port: 1, ipProtocol: 0 }, 'RangeError', 'ipProtocol', '1 to 255'],
    ['a protocol that has no name here', { port: 1, ipProtocol: 'gree' }, 'TypeError', 'ipProtocol', 'did you mean "gre"?'],
    ['a misspelt option', { ...gre, locale: '::1' }, 'TypeError', 'locale', 'did you mean "local"?'],
    ['a misspelt port, which is then not missing', { prot: 1, ipProtocol: 4 }, 'TypeError', 'prot', 'did you mean "port"?'],
    ['a peer without its port', { ...gre, peer: '10.0.0.1' }, 'TypeError', 'peerPort', 'is required with "peer"'],
    ['a peer’s port without the peer', { ...gre, peerPort: 7 }, 'TypeError', 'peer', 'is required with "peerPort"'],
    ['a link without an address', { ...gre, link: 'eth0' }, 'TypeError', 'local', 'is required with "link"'],
    ['an address of another family', { ...gre, family: 'inet', local: '::1' }, 'TypeError', 'local', 'of family "inet"'],
    [
      'addresses of two families',
      { ...gre, local: '::1', peer: '1.2.3.4', peerPort: 1 },
      'TypeError',
      'peer',
      'of family "inet6"',
    ],
    ['what is no address', { ...gre, local: 'host' }, 'TypeError', 'local', 'expected an IP address'],
  ])('%s', (_, options, name, option, message) => {
    const lower = () => lowerPort(command(fouFamily, 'add', 'fou.add'), options as never)
    expect(refusal(lower)).toEqual([name, option, expect.stringContaining(message)])
  })
})

describe('fou.delete refuses', () => {
  it.each([
    ['a port without a number', {}, 'port', 'is required'],
    ['a misspelt option', { port: 1, peerport: 1 }, 'peerport', 'did you mean "peerPort"?'],
  ])('%s', (_, identity, option, message) => {
    const lower = () => lowerIdentity(command(fouFamily, 'delete', 'fou.delete'), identity as never)
    expect(refusal(lower)).toEqual(['TypeError', option, expect.stringContaining(message)])
  })
})
