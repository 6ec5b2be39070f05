import { describe, expect, it } from 'vitest'
import type { NetlinkError } from '../../../lib/errors.ts'
import { linkHint } from '../../../lib/links/link-hint.ts'
import { newLinkLocator, targetLocator } from '../../../lib/links/target.ts'
import { CompletionCode } from '../../../lib/native/binding.ts'
import { Failure } from '../../../lib/protocol/failure.ts'
import { encodeLink, hex } from '../../support/wire.ts'

const EBUSY = 16
const EINVAL = 22
const ERANGE = 34
const EOPNOTSUPP = 95
const NLMSGHDR = 16

const options = {
  kind: 'veth',
  name: 'v0',
  mtu: 1400,
  veth: { peer: { name: 'v1', txQueueLength: 5, families: {} } },
}

/** The error of a request that the kernel refused with these extended-ack attributes. */
function refused(errno: number, ack: Uint8Array, given: object = options, request = encodeLink(given)): NetlinkError {
  const failure = new Failure('links.add', CompletionCode.refused, errno, ack.length, Buffer.concat([ack, request]))
  return failure.toError(newLinkLocator, given, linkHint(given)) as NetlinkError
}

/** NLMSGERR_ATTR_OFFS, pointing at the first attribute whose header has these bytes. */
function offsetOf(header: string, given: object = options): Uint8Array {
  const at = Buffer.from(encodeLink(given)).indexOf(hex(header), NLMSGHDR)
  const ack = Buffer.from(hex('08 00 02 00  00 00 00 00'))
  ack.writeUInt32LE(at, 4)
  return new Uint8Array(ack)
}

describe('the offset that the kernel sends', () => {
  it.each([
    ['an attribute', '08 00 04 00', 'mtu'],
    ['an attribute inside two nests', '08 00 0d 00', 'veth.peer.txQueueLength'],
    ['the nest of the peer', '24 00 01 80', 'veth.peer'],
  ])('of %s becomes the path of the option', (_, header, option) => {
    expect(refused(EINVAL, offsetOf(header)).option).toBe(option)
  })

  it('of the kind becomes kind', () => {
    expect(refused(EINVAL, offsetOf('09 00 01 00')).option).toBe('kind')
  })

  it('behind the message means nothing', () => {
    expect(refused(1, hex('08 00 02 00  ff ff 00 00')).option).toBeUndefined()
  })
})

describe('what else the kernel sends', () => {
  it('names the attribute that is missing', () => {
    const error = refused(EINVAL, hex('08 00 05 00  04 00 00 00    # NLMSGERR_ATTR_MISS_TYPE = IFLA_MTU'))
    expect(error.missing).toBe('mtu')
    expect(error.message).toContain('"mtu" is missing')
  })

  it('names the nest in which an attribute is missing', () => {
    const peer = offsetOf('24 00 01 80')
    peer[2] = 6 // NLMSGERR_ATTR_MISS_NEST
    const error = refused(EINVAL, Buffer.concat([hex('08 00 05 00  04 00 00 00'), peer]))
    expect(error.missing).toBe('veth.peer: attribute 4')
  })

  it('gives the range that its policy allows', () => {
    const policy = hex(`
      1c 00 04 80    # NLMSGERR_ATTR_POLICY
      0c 00 04 00  05 00 00 00 00 00 00 00    # NL_POLICY_TYPE_ATTR_MIN_VALUE_U = 5
      0c 00 05 00  09 00 00 00 00 00 00 00    # NL_POLICY_TYPE_ATTR_MAX_VALUE_U = 9
    `)
    const error = refused(ERANGE, Buffer.concat([offsetOf('08 00 04 00'), policy]))
    expect(error).toMatchObject({ option: 'mtu', allowed: { min: 5, max: 9 } })
    expect(error.message).toContain('allowed is 5 to 9')
  })

  it('keeps numbers beyond 2^53 exact', () => {
    const policy = hex('10 00 04 80  0c 00 05 00  ff ff ff ff ff ff ff ff')
    expect(refused(ERANGE, policy).allowed).toEqual({ max: 0xffff_ffff_ffff_ffffn })
  })

  it('gives a signed range', () => {
    const policy = hex('1c 00 04 80  0c 00 02 00  ff ff ff ff ff ff ff ff  0c 00 03 00  07 00 00 00 00 00 00 00')
    expect(refused(ERANGE, policy).allowed).toEqual({ min: -1, max: 7 })
  })

  it('may be cut off without harm', () => {
    expect(refused(EINVAL, hex('ff 00 01 00  61 62')).code).toBe('EINVAL')
  })
})

describe('the kernel’s words', () => {
  const words = (text: string) => {
    const payload = Buffer.from(`${text}\0`)
    const padded = Buffer.alloc((payload.length + 7) & ~3)
    padded.writeUInt16LE(payload.length + 4, 0)
    padded.writeUInt16LE(1, 2)
    payload.copy(padded, 4)
    return new Uint8Array(padded)
  }

  it.each([
    ['mtu greater than device maximum', { kind: 'ifb', mtu: 9, group: 2 }, 'mtu'],
    ['too big gso_max_size', { kind: 'ifb', gsoMaxSize: 9, gsoMaxSegments: 2 }, 'gsoMaxSize'],
    ['A VXLAN device with the specified VNI already exists', { kind: 'vxlan', mtu: 9, vxlan: { vni: 2, df: 1 } }, 'vxlan.vni'],
    ['something else altogether', { kind: 'ifb', mtu: 9, group: 2 }, undefined],
  ])('"%s" are about an option that was given', (text, given, option) => {
    expect(refused(EINVAL, words(text), given).option).toBe(option)
  })

  it('are in the message and by themselves', () => {
    const error = refused(EINVAL, words('mtu greater than device maximum'))
    expect(error.kernelMessage).toBe('mtu greater than device maximum')
    expect(error.message).toBe('links.add: option "mtu": mtu greater than device maximum (EINVAL)')
  })

  it('"Unknown device type" mean that the kernel lacks the kind', () => {
    expect(refused(EOPNOTSUPP, words('Unknown device type'), { kind: 'bridge', name: 'x' }).message).toContain(
      'this kernel may lack "bridge" links: they need CONFIG_BRIDGE (try: modprobe bridge)',
    )
  })

  it.each([
    ['kind', { kind: 'ifb', name: 'x', up: true }],
    ['kind', { kind: 'ifb', name: 'x', mtu: 1400 }],
    ['kernelKind', { kind: 'other', kernelKind: 'nosuchkind', name: 'x' }],
  ])('"Unknown device type" are about "%s", whatever else was given', (option, given) => {
    expect(refused(EOPNOTSUPP, words('Unknown device type'), given).option).toBe(option)
  })

  it.each([
    [{ vlanFiltering: true }, 'CONFIG_BRIDGE_VLAN_FILTERING'],
    [{ switches: { mstEnabled: true } }, 'CONFIG_BRIDGE_VLAN_FILTERING'],
    [{ switches: { multicastVlanSnooping: true } }, 'CONFIG_BRIDGE_IGMP_SNOOPING'],
  ])('that are missing leave open what of bridges this kernel lacks: %o', (bridge, config) => {
    const given = { kind: 'bridge', name: 'x', bridge }
    expect(refused(EOPNOTSUPP, new Uint8Array(), given).message).toContain(config)
  })

  it('that are missing leave open whether it is the kind or an option', () => {
    const given = { kind: 'bridge', name: 'x', bridge: { ageingTime: 100 } }
    expect(refused(EOPNOTSUPP, new Uint8Array(), given)).toMatchObject({
      option: 'bridge.ageingTime',
      message: expect.stringContaining('this kernel may lack "bridge" links or one of the options given'),
    })
  })
})

describe('an errno without a word', () => {
  const none = new Uint8Array()
  const geneve = { kind: 'geneve', name: 'gn0', geneve: { vni: 2, remote: '192.0.2.1' } }

  it('has the meaning that the kind gives it', () => {
    expect(refused(EBUSY, none, geneve).message).toMatch(/; there is a geneve with the same vni, port and remote already$/)
  })

  it('has another meaning for a change', () => {
    const change = { link: 'gn0', geneve: { ttl: 3 } }
    const failure = new Failure('links.set', CompletionCode.refused, EBUSY, 0, encodeLink({ geneve: { ttl: 3 } }, 'change'))
    const error = failure.toError(targetLocator, change, linkHint(change, 'set')) as NetlinkError
    expect(error.message).toMatch(/; some options can only be changed while the link is down$/)
  })
})
