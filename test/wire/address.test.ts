import { describe, expect, it } from 'vitest'
import { decodeAddress } from '../../lib/addresses/address-table.ts'
import { lowerAddress, lowerIdentity } from '../../lib/addresses/lower.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'

function sent(options: object): string[] {
  const program = begin('address')
  lowerAddress(program, options)
  return encodedLines('newAddress', program)
}

function sentToDelete(options: object): string[] {
  const program = begin('address')
  lowerIdentity(program, options)
  return encodedLines('deleteAddress', program)
}

const OFF = {
  noDad: false,
  optimistic: false,
  home: false,
  manageTemporary: false,
  noPrefixRoute: false,
  autoJoin: false,
  secondary: false,
  temporary: false,
  tentative: false,
  dadFailed: false,
  deprecated: false,
  permanent: false,
  stablePrivacy: false,
}

describe('an IPv4 address on the wire', () => {
  const bytes = `
    02 18 00 00  07 00 00 00   # AF_INET, prefix length 24, no flags, global scope, link 7
    08 00 02 00  c0 a8 01 0a   # IFA_LOCAL = 192.168.1.10
    08 00 01 00  c0 a8 01 0a   # IFA_ADDRESS = 192.168.1.10
    08 00 04 00  c0 a8 01 ff   # IFA_BROADCAST = 192.168.1.255
    0a 00 03 00  69 66 30 3a 31 00 00 00   # IFA_LABEL = "if0:1"
    08 00 09 00  64 00 00 00   # IFA_RT_PRIORITY = 100
    05 00 0b 00  63 00 00 00   # IFA_PROTO = 99
  `
  const address = { link: 7, address: '192.168.1.10/24', broadcast: '192.168.1.255', label: 'if0:1', metric: 100, protocol: 99 }

  it('is sent', () => {
    expect(sent(address)).toEqual(hexLines(bytes))
  })

  it('is read', () => {
    const derived = { family: 'inet', local: '192.168.1.10', prefixLength: 24, scope: 'global', flags: [] }
    expect(decoded(decodeAddress, bytes)).toEqual({ ...OFF, ...derived, ...address })
  })

  it.each([
    ['+', '192.168.1.10/24', 'c0 a8 01 ff'],
    ['-', '192.168.1.10/24', 'c0 a8 01 00'],
    ['+', '10.1.2.3/11', '0a 1f ff ff'],
    ['-', '10.1.2.3/11', '0a 00 00 00'],
    ['+', '10.1.2.3/30', '0a 01 02 03'],
    ['+', '10.1.2.3/0', 'ff ff ff ff'],
  ])('has broadcast "%s" of %s as %s', (broadcast, text, expected) => {
    expect(sent({ link: 7, address: text, broadcast }).slice(-2)).toEqual(hexLines(`08 00 04 00 ${expected}`))
  })

  it.each(['10.1.2.3/31', '10.1.2.3/32', '10.1.2.3', 'fd00::1/64'])('has no broadcast "+" for %s', address => {
    expect(sent({ link: 7, address, broadcast: '+' })).toEqual(sent({ link: 7, address }))
  })

  it('has the broadcast of the peer’s network', () => {
    const options = { link: 7, address: '10.0.0.1', peer: '10.9.0.2/16', broadcast: '+' }
    expect(sent(options).slice(-2)).toEqual(hexLines('08 00 04 00  0a 09 ff ff'))
  })

  it('is /32 without a prefix length', () => {
    expect(sent({ link: 7, address: '10.0.0.10' })[0]).toBe('02 20 00 00')
  })

  it('has host scope when it is a loopback address, unless told otherwise', () => {
    expect(sent({ link: 7, address: '127.0.0.2/8' })[0]).toBe('02 08 00 fe')
    expect(sent({ link: 7, address: '127.0.0.2/8', scope: 'link' })[0]).toBe('02 08 00 fd')
  })

  it.each([
    [{ address: '10.0.0.1', peer: '10.0.0.2/24' }],
    [{ address: '10.0.0.1/24', peer: '10.0.0.2' }],
    [{ address: '10.0.0.1/24', peer: '10.0.0.2/24' }],
  ])('has a peer: %j', options => {
    const bytes = `
      02 18 00 00  07 00 00 00   # AF_INET, prefix length 24, link 7
      08 00 02 00  0a 00 00 01   # IFA_LOCAL = 10.0.0.1
      08 00 01 00  0a 00 00 02   # IFA_ADDRESS = 10.0.0.2
    `
    expect(sent({ link: 7, ...options })).toEqual(hexLines(bytes))
    expect(decoded(decodeAddress, bytes)).toMatchObject({ address: '10.0.0.1/24', peer: '10.0.0.2/24', local: '10.0.0.1' })
  })
})

describe('an IPv6 address on the wire', () => {
  const ours = 'fd 00 00 00  00 00 00 00  00 00 00 00  00 00 00 01'

  it('is sent with lifetimes, and flags beyond eight bits in their attribute', () => {
    const options = {
      link: 7,
      address: 'fd00::1/64',
      validLifetime: 600,
      preferredLifetime: 300,
      noDad: true,
      optimistic: false,
      manageTemporary: true,
      noPrefixRoute: true,
    }
    expect(sent(options)).toEqual(
      hexLines(`
        0a 40 00 00  07 00 00 00   # AF_INET6, prefix length 64, link 7
        14 00 02 00  ${ours}   # IFA_LOCAL
        14 00 01 00  ${ours}   # IFA_ADDRESS
        14 00 06 00  2c 01 00 00  58 02 00 00  00 00 00 00  00 00 00 00   # IFA_CACHEINFO: preferred 300, valid 600
        08 00 08 00  02 03 00 00   # IFA_FLAGS = NODAD | MANAGETEMPADDR | NOPREFIXROUTE
      `),
    )
  })

  it('has up to eight flags in the header', () => {
    expect(sent({ link: 7, address: 'fd00::1/64', noDad: true, home: true })[0]).toBe('0a 40 12 00')
  })

  it('prefers the address as long as it is valid, unless told otherwise', () => {
    expect(sent({ link: 7, address: 'fd00::1/64', validLifetime: 600 })).toEqual(
      sent({ link: 7, address: 'fd00::1/64', validLifetime: 600, preferredLifetime: 600 }),
    )
    expect(sent({ link: 7, address: 'fd00::1/64', preferredLifetime: 5 }).slice(-4, -2)).toEqual(
      hexLines('05 00 00 00 ff ff ff ff'),
    )
  })

  it('is read as the kernel sends it', () => {
    const bytes = `
      0a 40 42 00  03 00 00 00   # AF_INET6, prefix length 64, eight of the flags, link 3
      14 00 01 00  ${ours}   # IFA_ADDRESS; no IFA_LOCAL without a peer
      14 00 06 00  2c 01 00 00  ff ff ff ff  64 00 00 00  c8 00 00 00   # preferred 300, valid for ever, created 1 s, updated 2 s
      08 00 08 00  42 08 00 00   # IFA_FLAGS = NODAD | TENTATIVE | STABLE_PRIVACY
      05 00 0b 00  02 00 00 00   # IFA_PROTO = IFAPROT_KERNEL_RA
    `
    expect(decoded(decodeAddress, bytes)).toEqual({
      ...OFF,
      link: 3,
      family: 'inet6',
      address: 'fd00::1/64',
      local: 'fd00::1',
      prefixLength: 64,
      scope: 'global',
      preferredLifetime: 300,
      validLifetime: 'forever',
      created: 1,
      updated: 2,
      protocol: 'kernel_ra',
      flags: ['nodad', 'tentative', 'stable-privacy'],
      noDad: true,
      tentative: true,
      stablePrivacy: true,
    })
  })

  it.each([
    ['02', 'c0 a8 01 0a', '08', 'secondary'],
    ['0a', ours, '14', 'temporary'],
  ])('calls the lowest flag of family %s by what it means there', (family, bytes, length, name) => {
    const address = decoded(decodeAddress, `${family} 20 01 00  03 00 00 00  ${length} 00 01 00  ${bytes}`)
    expect(address).toMatchObject({ ...OFF, flags: [name], [name]: true })
  })

  it('keeps flags without a name as a number', () => {
    const address = decoded(decodeAddress, `02 20 00 00  03 00 00 00  08 00 08 00  80 00 01 00`)
    expect(address).toMatchObject({ flags: ['permanent', '0x10000'] })
  })
})

describe('the deletion of an address on the wire', () => {
  it('has what the kernel knows the address by, whatever else was listed', () => {
    const listed = decoded(
      decodeAddress,
      `
      02 18 80 00  07 00 00 00
      08 00 01 00  0a 00 00 02
      08 00 02 00  0a 00 00 01
      08 00 04 00  0a 00 00 ff
      08 00 03 00  69 66 30 00
      14 00 06 00  ff ff ff ff  ff ff ff ff  64 00 00 00  c8 00 00 00
      06 00 63 00  01 02 00 00   # an attribute of tomorrow
    `,
    )
    expect(sentToDelete(listed as object)).toEqual(
      hexLines(`
        02 18 00 00  07 00 00 00   # AF_INET, prefix length 24, link 7
        08 00 02 00  0a 00 00 01   # IFA_LOCAL = 10.0.0.1
        08 00 01 00  0a 00 00 02   # IFA_ADDRESS = 10.0.0.2
        08 00 03 00  69 66 30 00   # IFA_LABEL = "if0"
      `),
    )
  })
})
