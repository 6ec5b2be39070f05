import { describe, expect, it } from 'vitest'
import { lowerAddress, lowerIdentity } from '../../../lib/addresses/lower.ts'
import { begin } from '../../support/encode.ts'

function refusal(options: object, lower: typeof lowerAddress = lowerAddress): unknown {
  try {
    lower(begin('address', 'addresses.add'), options)
  } catch (error) {
    const { name, option } = error as Error & { option: string }
    return { name, option }
  }
  return undefined
}

const link = 1

describe('an address that cannot be meant', () => {
  it.each([
    [{ link }, 'TypeError', 'address'],
    [{ address: '10.0.0.1/8' }, 'TypeError', 'link'],
    [{ link, address: 10 }, 'TypeError', 'address'],
    [{ link, address: '10.0.0/8' }, 'TypeError', 'address'],
    [{ link, address: 'default' }, 'TypeError', 'address'],
    [{ link, address: '10.0.0.1/33' }, 'RangeError', 'address'],
    [{ link, address: 'fd00::1/129' }, 'RangeError', 'address'],
    [{ link, address: '10.0.0.1/8', peer: 'fd00::1' }, 'TypeError', 'peer'],
    [{ link, address: '10.0.0.1/24', peer: '10.0.0.2/16' }, 'TypeError', 'peer'],
    [{ link, address: '10.0.0.1/24', peer: '10.0.0.2/99' }, 'RangeError', 'peer'],
    [{ link, address: '10.0.0.1/8', broadcast: '*' }, 'TypeError', 'broadcast'],
    [{ link, address: '10.0.0.1/8', broadcast: 'ff02::1' }, 'TypeError', 'broadcast'],
    [{ link, address: 'fd00::1/64', broadcast: '10.255.255.255' }, 'TypeError', 'broadcast'],
    [{ link, address: '10.0.0.1/8', adress: '10.0.0.1/8' }, 'TypeError', 'adress'],
    [{ link, address: '10.0.0.1/8', label: 'x'.repeat(16) }, 'RangeError', 'label'],
    [{ link, address: '10.0.0.1/8', scope: 'gobal' }, 'TypeError', 'scope'],
    [{ link, address: '10.0.0.1/8', scope: 256 }, 'RangeError', 'scope'],
    [{ link, address: '10.0.0.1/8', validLifetime: -1 }, 'RangeError', 'validLifetime'],
    [{ link, address: '10.0.0.1/8', validLifetime: 0 }, 'TypeError', 'validLifetime'],
    [{ link, address: '10.0.0.1/8', validLifetime: 'ever' }, 'TypeError', 'validLifetime'],
    [{ link, address: '10.0.0.1/8', validLifetime: 10, preferredLifetime: 11 }, 'TypeError', 'preferredLifetime'],
    [{ link, address: '10.0.0.1/8', validLifetime: 10, preferredLifetime: 'forever' }, 'TypeError', 'preferredLifetime'],
    [{ link, address: '10.0.0.1/8', noDad: 'yes' }, 'TypeError', 'noDad'],
    [{ link, address: '10.0.0.1/8', protocol: 256 }, 'RangeError', 'protocol'],
    [{ link, address: '10.0.0.1/8', metric: 2 ** 32 }, 'RangeError', 'metric'],
    [{ link: 'a b', address: '10.0.0.1/8' }, 'TypeError', 'link'],
    [{ link: 0, address: '10.0.0.1/8' }, 'RangeError', 'link'],
    [{ link: null, address: '10.0.0.1/8' }, 'TypeError', 'link'],
  ])('%j is a %s about "%s"', (options, name, option) => {
    expect(refusal(options)).toEqual({ name, option })
  })
})

describe('a deletion that cannot be meant', () => {
  it.each([
    [{ link }, 'TypeError', 'address'],
    [{ address: '10.0.0.1/8' }, 'TypeError', 'link'],
    [{ link, address: '10.0.0.1/8', lable: 'x' }, 'TypeError', 'lable'],
  ])('%j is a %s about "%s"', (options, name, option) => {
    expect(refusal(options, lowerIdentity)).toEqual({ name, option })
  })

  it('is not what a listed address says beside its identity', () => {
    expect(refusal({ link, address: '10.0.0.1/8', created: 7, flags: ['permanent'], unknown: [] }, lowerIdentity)).toBeUndefined()
  })
})
