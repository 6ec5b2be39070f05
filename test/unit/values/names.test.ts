import { describe, expect, it } from 'vitest'
import { errnoName, errnoText } from '../../../lib/values/errno.ts'
import { LONGEST_ALTNAME, LONGEST_NAME, linkNameFault } from '../../../lib/values/link-name.ts'
import { namespaceNameFault } from '../../../lib/values/namespace-name.ts'

describe('the name of a link', () => {
  it.each(['lo', 'eth0', 'eth0.100', 'veth%d', 'a-b_c', '...', 'ü', 'a\u2028b', 'x'.repeat(15)])('may be %j', name => {
    expect(linkNameFault(name, LONGEST_NAME)).toBeUndefined()
  })

  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a:b',
    'a b',
    'a\tb',
    'a\nb',
    'a\vb',
    'a\0b',
    'a\fb',
    'à',
    '\u00a0',
    'x'.repeat(16),
    `${'x'.repeat(14)}ü`,
  ])('may not be %j', name => {
    expect(linkNameFault(name, LONGEST_NAME)).toBeTypeOf('string')
  })

  it('may have 127 bytes when it is an alternative one, and not 128', () => {
    expect(linkNameFault('x'.repeat(127), LONGEST_ALTNAME)).toBeUndefined()
    expect(linkNameFault('x'.repeat(128), LONGEST_ALTNAME)).toMatch(/128 bytes.*127/)
  })
})

describe('the name of a namespace', () => {
  it.each(['red', 'a b', 'ü', '...', 'x'.repeat(255)])('may be %j', name => {
    expect(namespaceNameFault(name)).toBeUndefined()
  })

  it.each(['', '.', '..', 'a/b', '../red', 'a\0b', 'x'.repeat(256)])('may not be %j', name => {
    expect(namespaceNameFault(name)).toBeTypeOf('string')
  })
})

describe('the name of an errno', () => {
  it.each([
    [1, 'EPERM'],
    [11, 'EAGAIN'],
    [17, 'EEXIST'],
    [54, 'EXFULL'],
    [95, 'EOPNOTSUPP'],
    [105, 'ENOBUFS'],
    [9999, 'errno 9999'],
  ])('of %i is %s', (errno, name) => {
    expect(errnoName(errno)).toBe(name)
    expect(errnoText(errno)).toBeTypeOf('string')
  })
})
