import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/ping-across-the-wire.mjs'
import { BYTES, crossed, ECHOES, type Held, quietly, runInsideHeld } from '../support/inside.ts'

/** What one step of the example comes to, for ping(8) and for ip(8). */
interface Outcome {
  readonly lost: string
  readonly veth0: { rx: number; tx: number }
  readonly veth1: { rx: number; tx: number }
  readonly lo: { rx: number; tx: number }
}

async function outcomeOf(netns: Held): Promise<Outcome> {
  const { count, size } = ECHOES
  let text = ''
  const [veth0, veth1, lo] = await crossed(
    [
      [netns, 'veth0'],
      [netns, 'veth1'],
      [netns, 'lo'],
    ],
    async () => {
      // It ends as soon as it can tell: in vain, after a second without an answer.
      const words = `-I veth0 -c ${count} -i 0.002 -s ${size} -W 1 10.0.0.2`
      text = runInsideHeld(netns, 'sh', '-c', `ping ${words} 2>&1; true`)
    },
  )
  return { lost: /(\d+)% packet loss/.exec(text)![1]!, veth0: veth0!, veth1: veth1!, lo: lo! }
}

describe('S19: ping -I veth0 between two veths in one namespace', () => {
  const outcomes = new Map<string, Outcome>()
  const rules = new Map<string, string>()
  let lines: string[]

  beforeAll(async () => {
    lines = await quietly(() =>
      main(async (netns, step) => {
        outcomes.set(step, await outcomeOf(netns))
        rules.set(step, runInsideHeld(netns, 'ip', 'rule', 'show'))
      }),
    )
  })

  it('fails as it is built: nobody answers, and no echo crosses, say ping and ip', () => {
    const { lost, veth0, veth1 } = outcomes.get('as it is built')!
    expect(lost).toBe('100')
    // At most some questions who has the address.
    expect(veth0.tx).toBeLessThan(BYTES / 10)
    expect(veth1.tx).toBe(0)
  })

  it('is answered with accept_local, but only the requests cross the wire, says ip', () => {
    const { lost, veth0, veth1, lo } = outcomes.get('with accept_local')!
    expect(lost).toBe('0')
    expect(veth0.tx).toBeGreaterThanOrEqual(BYTES)
    expect(veth1.rx).toBeGreaterThanOrEqual(BYTES)
    expect(veth1.tx).toBeLessThan(BYTES / 10)
    expect(lo.rx).toBeGreaterThanOrEqual(BYTES - ECHOES.count * 14)
  })

  it('passes, and crosses both veths both ways, with rules as well, says ip', () => {
    const { lost, veth0, veth1, lo } = outcomes.get('with rules as well')!
    expect(lost).toBe('0')
    for (const bytes of [veth0.rx, veth0.tx, veth1.rx, veth1.tx]) expect(bytes).toBeGreaterThanOrEqual(BYTES)
    expect(lo.rx).toBe(0)
  })

  it('has the table of its own before `local`, says ip', () => {
    expect(rules.get('with rules as well')!.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^10:\s+from all iif lo lookup 1000/),
      expect.stringMatching(/^100:\s+from all lookup local/),
    ])
    expect(rules.get('with accept_local')).toMatch(/^0:\s+from all lookup local/)
  })

  it('tells what crossed, step by step', () => {
    expect(lines).toEqual([
      'as it is built: 0 of 3 echoes were answered',
      '  veth0 → veth1 ARP request',
      'with accept_local: 3 of 3 echoes were answered',
      '  veth0 → veth1 ARP request',
      '  veth1 → veth0 ARP reply',
      '  veth0 → veth1 echo request',
      '  lo             3 packets: the replies, on a short cut',
      'with rules as well: 3 of 3 echoes were answered',
      '  veth0 → veth1 ARP request',
      '  veth1 → veth0 ARP reply',
      '  veth0 → veth1 echo request',
      '  veth1 → veth0 echo reply',
    ])
  })
})
