import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/veth-carrier.mjs'
import { linkInside, quietly } from '../support/inside.ts'

describe('S2: carrier and operational state of a veth pair', () => {
  const states = new Map<string, string[]>()
  const carriers = new Map<string, boolean[]>()

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ host }, step) => {
        const links = [linkInside(host, 'veth0'), linkInside(host, 'veth1')]
        states.set(
          step,
          links.map(link => link.operstate),
        )
        carriers.set(
          step,
          links.map(link => link.flags.includes('LOWER_UP')),
        )
      }),
    )
  })

  it.each([
    ['both down', ['DOWN', 'DOWN']],
    ['veth0 up', ['LOWERLAYERDOWN', 'DOWN']],
    ['both up', ['UP', 'UP']],
    ['veth0 down again', ['DOWN', 'LOWERLAYERDOWN']],
  ])('%s: ip shows %j', (step, expected) => {
    expect(states.get(step)).toEqual(expected)
  })

  it('gives carrier to both ends once both are up', () => {
    expect(carriers.get('both up')).toEqual([true, true])
  })

  it('takes carrier from the other end when one goes down', () => {
    expect(carriers.get('veth0 down again')?.[1]).toBe(false)
  })
})
