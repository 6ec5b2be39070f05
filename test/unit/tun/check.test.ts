import { describe, expect, it } from 'vitest'
import { checkTapLink, checkTun } from '../../../lib/tun/check.ts'

const tun = (options: object) => checkTun('openTun', 'tun', options)
const tap = (options: object) => checkTun('openTap', 'tap', options)

describe('the flags of TUNSETIFF', () => {
  it.each<[string, () => number, number]>([
    ['a tun', () => tun({}).format.native.flags, 0x1001],
    ['a tap', () => tap({}).format.native.flags, 0x1002],
    ['a tun with packet information', () => tun({ packetInformation: true }).format.native.flags, 0x0001],
    ['a tun with a virtio header', () => tun({ vnetHeader: true }).format.native.flags, 0x5001],
    ['a tap with several queues', () => tap({ queues: 2 }).format.native.flags, 0x1102],
    ['a tap that can have several', () => tap({ multiQueue: true }).format.native.flags, 0x1102],
    ['a tun that must be new', () => tun({ exclusive: true }).format.native.flags, 0x9001],
    ['a macvtap', () => checkTapLink('openTap', { link: 'x' }).native.flags, 0x1002],
    ['a macvtap with everything', () => checkTapLink('openTap', { link: 'x', vnetHeader: true, queues: 2 }).native.flags, 0x5102],
  ])('of %s', (_, flags, expected) => {
    expect(flags()).toBe(expected)
  })
})

describe('the bits of TUNSETOFFLOAD', () => {
  it.each([
    [[], 0],
    [['checksum'], 1],
    [['checksum', 'tso4', 'tso6'], 7],
    [['checksum', 'tso4', 'tsoEcn'], 11],
    [['checksum', 'ufo'], 17],
    [['checksum', 'uso'], 0x61],
  ])('of %j', (offloads, bits) => {
    expect(tun({ vnetHeader: true, offloads }).format.native.offloads).toBe(bits)
  })

  it('of nothing are none, so that the last program’s do not stay', () => {
    expect(tun({}).format.native.offloads).toBe(0)
  })
})

describe('the smallest packet', () => {
  it.each([
    ['tun', {}, 1],
    ['tap', {}, 14],
    ['tun', { packetInformation: true }, 5],
    ['tap', { vnetHeader: true }, 24],
    ['tap', { vnetHeader: true, vnetHeaderSize: 12, packetInformation: true }, 30],
  ] as const)('of a %s with %j is %d bytes', (type, options, bytes) => {
    expect(checkTun('open', type, options).format.smallestPacket).toBe(bytes)
  })
})

describe('defaults', () => {
  it('are a name that the kernel completes, one queue, and nothing else', () => {
    expect(tun({})).toEqual({
      format: {
        native: { flags: 0x1001, queues: 1, vnetHeaderSize: 0, offloads: 0 },
        receiveMemory: 1024 * 1024,
        packetInformation: false,
        vnetHeaderSize: 0,
        smallestPacket: 1,
      },
      name: 'tun%d',
      index: undefined,
      persist: undefined,
      owner: undefined,
      group: undefined,
    })
    expect(tap({}).name).toBe('tap%d')
  })

  it('of the header are ten bytes', () => {
    expect(tun({ vnetHeader: true }).format.vnetHeaderSize).toBe(10)
  })

  it('undefined is the same as not given', () => {
    const keys = [
      'name',
      'index',
      'exclusive',
      'persist',
      'owner',
      'group',
      'queues',
      'multiQueue',
      'vnetHeader',
      'offloads',
      'receiveMemory',
    ]
    expect(tun(Object.fromEntries(keys.map(key => [key, undefined])))).toEqual(tun({}))
  })

  it('the memory is whole pages', () => {
    expect(tun({ receiveMemory: 300_000 }).format.receiveMemory).toBe(303_104)
  })
})

describe('mistakes', () => {
  it.each<[object, string, string]>([
    [{ nmae: 'x' }, 'ERR_UNKNOWN_OPTION', 'nmae'],
    [{ hardwareAddress: 'x' }, 'ERR_UNKNOWN_OPTION', 'hardwareAddress'],
    [{ link: 'x' }, 'ERR_UNKNOWN_OPTION', 'link'],
    [{ name: 5 }, 'ERR_INVALID_ARG_TYPE', 'name'],
    [{ name: '' }, 'ERR_INVALID_ARG_VALUE', 'name'],
    [{ name: 'a b' }, 'ERR_INVALID_ARG_VALUE', 'name'],
    [{ name: 'a%' }, 'ERR_INVALID_ARG_VALUE', 'name'],
    [{ queues: 1.5 }, 'ERR_OUT_OF_RANGE', 'queues'],
    [{ queues: '2' }, 'ERR_INVALID_ARG_TYPE', 'queues'],
    [{ vnetHeader: 1 }, 'ERR_INVALID_ARG_TYPE', 'vnetHeader'],
    [{ offloads: 'checksum' }, 'ERR_INVALID_ARG_TYPE', 'offloads'],
    [{ receiveMemory: 2 ** 31 }, 'ERR_OUT_OF_RANGE', 'receiveMemory'],
    [{ owner: -1 }, 'ERR_OUT_OF_RANGE', 'owner'],
    [{ group: 2 ** 32 - 1 }, 'ERR_OUT_OF_RANGE', 'group'],
  ])('%j', (options, code, option) => {
    expect(() => tun(options)).toThrow(expect.objectContaining({ code, option, operation: 'openTun' }))
  })

  it.each([undefined, null, 5, 'tun0'])('options that are %j', options => {
    expect(() => tun(options as never)).toThrow(TypeError)
  })
})
