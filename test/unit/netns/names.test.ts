import { describe, expect, it } from 'vitest'
import { addressesInHosts } from '../../../lib/netns/names/hosts-file.ts'
import { candidates, parseResolverConfiguration } from '../../../lib/netns/names/resolver-configuration.ts'

describe('addressesInHosts', () => {
  const text = `
    # 192.0.2.1 commented
    127.0.0.1\tlocalhost  loopback
    ::1 localhost # ip6-only
    fe80::1%eth0 router
    nonsense localhost
    192.0.2.7 Web.Example www`

  it.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['LOOPBACK', ['127.0.0.1']],
    ['www', ['192.0.2.7']],
    ['web.example', ['192.0.2.7']],
    ['router', ['fe80::1%eth0']],
    ['commented', []],
    ['ip6-only', []],
    ['127.0.0.1', []],
  ])('has of %s the addresses %j', (name, addresses) => {
    expect(addressesInHosts(text, name)).toEqual(addresses)
  })
})

describe('parseResolverConfiguration', () => {
  it('has the defaults of resolv.conf(5)', () => {
    expect(parseResolverConfiguration('')).toEqual({ servers: [], search: [], ndots: 1, timeout: 5000, attempts: 2 })
  })

  it('reads what is there', () => {
    const text = `
      # comment
      ; comment
      nameserver 192.0.2.1 # near
      nameserver 2001:db8::1
      nameserver here
      nameserver fe80::1%eth0
      nameserver 192.0.2.4
      domain first.test
      search A.test b.test. .
      options ndots:3 timeout:2 rotate
      options attempts:9 unknown:x`
    expect(parseResolverConfiguration(text)).toEqual({
      servers: ['192.0.2.1', '2001:db8::1', 'fe80::1%eth0'],
      search: ['a.test', 'b.test'],
      ndots: 3,
      timeout: 2000,
      attempts: 5,
    })
  })

  it('takes what makes no sense for the default', () => {
    expect(parseResolverConfiguration('options ndots:x timeout: attempts:0')).toMatchObject({
      ndots: 1,
      timeout: 1000,
      attempts: 1,
    })
  })
})

describe('candidates', () => {
  const configuration = { ...parseResolverConfiguration('search a.test b.test'), ndots: 1 }

  it.each([
    ['web', ['web.a.test', 'web.b.test', 'web']],
    ['web.test', ['web.test', 'web.test.a.test', 'web.test.b.test']],
    ['web.', ['web']],
  ])('of %s are %j', (name, list) => {
    expect(candidates(name, configuration)).toEqual(list)
  })
})
