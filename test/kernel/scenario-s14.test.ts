import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/macsec-between-two-namespaces.mjs'
import { ethernet } from '../../lib/index.ts'
import { framesOn } from '../support/frames.ts'
import { quietly } from '../support/inside.ts'
import { lackOf } from '../support/kernel.ts'

describe('S14: MACsec between two namespaces', () => {
  const lack = lackOf('macsec')
  if (lack !== undefined) return it('carries an echo, encrypted', context => context.skip(lack))

  let received = 0
  let wire: Buffer[]
  let inside: Buffer[]

  beforeAll(async () => {
    await quietly(() =>
      main(async ({ left, right }) => {
        const echo = async () => {
          ;({ received } = await left.ping('10.0.14.2', { count: 5, interval: 1 }))
        }
        wire = await framesOn(right, 'eth0', echo)
        inside = await framesOn(right, 'macsec0', echo)
      }),
    )
  })

  it('answers the echo', () => {
    expect(received).toBe(5)
  })

  it('has nothing but EtherType 0x88e5 on the wire in between', () => {
    const types = wire.map(frame => ethernet.parse(frame).etherType)
    expect(types.filter(type => type === 'macsec').length).toBeGreaterThanOrEqual(10)
    expect(types.filter(type => type === 'ipv4')).toEqual([])
  })

  it('hands plain packets to the macsec link', () => {
    expect(inside.map(frame => ethernet.parse(frame).etherType)).toContain('ipv4')
  })
})
