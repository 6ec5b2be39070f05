import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../lib/errors.ts'

const known = ['id', 'mtu', 'link', 'address', 'txQueueLength']

describe('didYouMean', () => {
  it.each([
    ['adress', 'address'],
    ['txqueuelen', 'txQueueLength'],
    ['lnik', 'link'],
    ['mut', 'mtu'],
    ['if', 'id'],
    ['ID', 'id'],
  ])('takes "%s" for "%s"', (word, right) => {
    expect(didYouMean(word, known)).toBe(` (did you mean "${right}"?)`)
  })

  it.each(['x', 'i', 'to', 'via', 'vlan', ''])('has no idea what "%s" is to be', word => {
    expect(didYouMean(word, known)).toBe('')
  })
})
