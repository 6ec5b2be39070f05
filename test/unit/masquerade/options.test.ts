import { describe, expect, it } from 'vitest'
import type { MasqueradeOptions } from '../../../lib/index.ts'
import { readOptions } from '../../../lib/masquerade/options.ts'

const read = (options: unknown) => readOptions('netns.masquerade', options as MasqueradeOptions)

describe('options of a masquerade', () => {
  it.each([
    ['nothing to tell packets by', {}, 'out', /required, unless "source" is given/],
    ['a misspelt option', { sorce: '10.0.0.0/8' }, 'sorce', /did you mean "source"/],
    ['a source that is no network', { source: '10.0.0' }, 'source', /expected a network/],
    ['a source that is no text', { source: [1] }, 'source.0', /expected a network/],
    [
      'a source of another family than "to"',
      { source: ['10.0.0.0/8', 'fd00::/8'], to: '10.0.0.1' },
      'source.1',
      /family of "to"/,
    ],
    ['a name that no link can have', { out: 'a/b' }, 'out', /holds "\/"/],
    ['a name of more than 15 bytes', { out: ['eth0', 'a-name-of-26-bytes-in-all.'] }, 'out.1', /do not know alternative names/],
    ['a wildcard alone', { out: '*' }, 'out', /leave it out/],
    ['an index that is none', { out: 0 }, 'out', /from 1 to/],
    ['a link that is none', { out: {} }, 'out', /expected a link/],
    ['an address that is none', { out: 'eth0', to: 'eth0' }, 'to', /expected an address/],
    ['a range of three', { out: 'eth0', to: '10.0.0.1-10.0.0.2-10.0.0.3' }, 'to', /expected an address/],
    ['a range of two families', { out: 'eth0', to: '10.0.0.1-fd00::1' }, 'to', /different families/],
    ['a range that ends before it begins', { out: 'eth0', to: '10.0.0.9-10.0.0.1' }, 'to', /ends before it begins/],
    ['one port', { out: 'eth0', ports: [1] }, 'ports', /two ports/],
    ['a port that is none', { out: 'eth0', ports: [0, 1] }, 'ports.0', /from 1 to 65535/],
    ['ports the wrong way round', { out: 'eth0', ports: [2, 1] }, 'ports', /ends before it begins/],
    ['a switch that is no boolean', { out: 'eth0', keep: 1 }, 'keep', /true or false/],
    ['no object', 'eth0', '', /object of options/],
  ])('refuse %s', (_, options, option, message) => {
    const call = () => read(options)
    expect(call).toThrow(message)
    expect(call).toThrow(expect.objectContaining({ operation: 'netns.masquerade', option }))
  })

  it('take a host, a network and a network with bits of a host', () => {
    const plan = read({ source: ['192.168.1.7', '192.168.1.10/24', 'fd00::1/8'] })
    const told = plan.sources.map(({ option, value }) => [option, Buffer.from(value.bytes).toString('hex'), value.prefix])
    expect(told).toEqual([
      ['source.0', 'c0a80107', 32],
      ['source.1', 'c0a80100', 24],
      ['source.2', `fd${'0'.repeat(30)}`, 8],
    ])
  })

  it('mean all of IPv4 without a source, or all of the family of "to"', () => {
    expect(read({ out: 'eth0' }).sources.map(({ value }) => [value.bytes.length, value.prefix])).toEqual([[4, 0]])
    expect(read({ out: 'eth0', to: 'fd00::1' }).sources.map(({ value }) => [value.bytes.length, value.prefix])).toEqual([[16, 0]])
  })

  it('know a link by its name, the start of its name, its index, and as a Link', () => {
    const plan = read({ out: ['eth0', 'eth*', 3, { index: 4 }] })
    expect(plan.out.map(({ value }) => value)).toEqual([
      { name: 'eth0', wildcard: false },
      { name: 'eth', wildcard: true },
      { index: 3 },
      { index: 4 },
    ])
  })

  it('become the bits of <linux/netfilter/nf_nat.h>', () => {
    expect(read({ out: 'eth0', ports: [1, 2], random: true, fullyRandom: true, persistent: true }).flags).toBe(2 + 4 + 8 + 16)
    expect(read({ out: 'eth0' }).flags).toBe(0)
  })
})
