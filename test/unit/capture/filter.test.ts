import { describe, expect, it } from 'vitest'
import { type BpfInstruction, type CaptureDirection, captureFilter } from '../../../lib/capture/filter.ts'

/** As `tcpdump -ddd` prints it, without its first line. */
type Step = readonly [code: number, jt: number, jf: number, k: number]

const [LD_IMM, LD_ABS, LDH_ABS, JA, JEQ, JGT, RET_K, RET_A] = [0x00, 0x20, 0x28, 0x05, 0x15, 0x25, 0x06, 0x16]
const [ABOUT_PACKET_TYPE, ABOUT_HARDWARE_TYPE] = [0xffff_f004, 0xffff_f01c]
const [PACKET_OUTGOING, ARPHRD_LOOPBACK] = [4, 772]

const ARP: readonly Step[] = [
  [LDH_ABS, 0, 0, 12],
  [JEQ, 0, 1, 0x0806],
  [RET_K, 0, 0, 262_144],
  [RET_K, 0, 0, 0],
]
const NOT_LOOPED: readonly Step[] = [
  [LD_ABS, 0, 0, ABOUT_HARDWARE_TYPE],
  [JEQ, 0, 3, ARPHRD_LOOPBACK],
  [LD_ABS, 0, 0, ABOUT_PACKET_TYPE],
  [JEQ, 0, 1, PACKET_OUTGOING],
  [RET_K, 0, 0, 0],
]

function instructions(steps: readonly Step[]): BpfInstruction[] {
  return steps.map(([code, jt, jf, k]) => ({ code, jt, jf, k }))
}

/** struct sock_filter, in the order of this machine. */
function bytesOf(steps: readonly Step[]): Uint8Array {
  const bytes = new Uint8Array(steps.length * 8)
  steps.forEach(([code, jt, jf, k], i) => {
    new Uint16Array(bytes.buffer, i * 8, 1)[0] = code
    bytes.set([jt, jf], i * 8 + 2)
    new Uint32Array(bytes.buffer, i * 8 + 4, 1)[0] = k
  })
  return bytes
}

function stepsOf(bytes: Uint8Array): Step[] {
  return Array.from({ length: bytes.length / 8 }, (_, i) => {
    const at = bytes.slice(i * 8, i * 8 + 8)
    return [new Uint16Array(at.buffer)[0]!, at[2]!, at[3]!, new Uint32Array(at.buffer)[1]!]
  })
}

function compose(given: unknown, direction: CaptureDirection = 'both', snapLength = 65_535): Step[] {
  return stepsOf(captureFilter('netns.capture', given, direction, snapLength))
}

describe('the filter of a capture', () => {
  it('without a program takes everything up to the snap length, of loopback once', () => {
    expect(compose(undefined, 'both', 96)).toEqual([...NOT_LOOPED, [RET_K, 0, 0, 96]])
  })

  it.each<[CaptureDirection, Step]>([
    ['in', [JEQ, 0, 1, PACKET_OUTGOING]],
    ['out', [JEQ, 1, 0, PACKET_OUTGOING]],
  ])('%s: refuses the others first', (direction, comparison) => {
    const before = [[LD_ABS, 0, 0, ABOUT_PACKET_TYPE], comparison, [RET_K, 0, 0, 0]]
    expect(compose(undefined, direction, 96)).toEqual([...before, [RET_K, 0, 0, 96]])
  })

  it('runs the program behind that, from an accumulator of zero, and cuts what it returns', () => {
    expect(compose(instructions(ARP), 'both', 96)).toEqual([
      ...NOT_LOOPED,
      [LD_IMM, 0, 0, 0],
      [LDH_ABS, 0, 0, 12],
      [JEQ, 0, 1, 0x0806],
      [RET_K, 0, 0, 96],
      [RET_K, 0, 0, 0],
      [JGT, 0, 1, 96],
      [RET_K, 0, 0, 96],
      [RET_A, 0, 0, 0],
    ])
  })

  it('leaves what returns less than the snap length', () => {
    expect(compose(instructions([[RET_K, 0, 0, 60]]), 'both', 96)).toContainEqual([RET_K, 0, 0, 60])
  })

  it('cuts what a program returns out of the accumulator', () => {
    const program = instructions([
      [LD_ABS, 0, 0, 0],
      [JEQ, 0, 1, 7],
      [RET_A, 0, 0, 0],
      [RET_A, 0, 0, 0],
    ])
    expect(compose(program, 'both', 96).slice(NOT_LOOPED.length + 1)).toEqual([
      [LD_ABS, 0, 0, 0],
      [JEQ, 0, 1, 7],
      [JA, 0, 0, 1],
      [JA, 0, 0, 0],
      [JGT, 0, 1, 96],
      [RET_K, 0, 0, 96],
      [RET_A, 0, 0, 0],
    ])
  })

  it('takes the same program as bytes, wherever they lie', () => {
    const bytes = new Uint8Array(bytesOf(ARP).length + 3)
    bytes.set(bytesOf(ARP), 3)
    expect(compose(bytes.subarray(3))).toEqual(compose(instructions(ARP)))
  })

  const last = [RET_K, 0, 0, 1] as const

  it.each<[string, unknown, object]>([
    ['text', 'arp', { name: 'TypeError', option: 'filter' }],
    ['no instructions', [], { name: 'RangeError', option: 'filter' }],
    ['too many', instructions(Array<Step>(4081).fill(last)), { name: 'RangeError', option: 'filter' }],
    ['bytes that are no whole instructions', new Uint8Array(12), { name: 'TypeError', option: 'filter' }],
    ['something else among them', [1], { name: 'TypeError', option: 'filter[0]' }],
    ['a jump of 256', [{ code: JEQ, jt: 256, jf: 0, k: 0 }], { name: 'RangeError', option: 'filter[0].jt' }],
    ['a missing field', [{ code: RET_K, jt: 0, jf: 0 }], { name: 'TypeError', option: 'filter[0].k' }],
    ['no return at the end', instructions([[LD_ABS, 0, 0, 0]]), { name: 'TypeError', option: 'filter[0]' }],
    ['a jump behind the end', instructions([[JEQ, 0, 1, 0], last]), { name: 'TypeError', option: 'filter[0]' }],
    ['a far jump behind the end', instructions([[JA, 0, 0, 1], last]), { name: 'TypeError', option: 'filter[0]' }],
  ])('refuses %s', (_, given, error) => {
    expect(() => compose(given)).toThrow(expect.objectContaining(error))
  })

  it('takes the longest program', () => {
    expect(compose(instructions(Array<Step>(4080).fill(last))).length).toBeLessThanOrEqual(4096)
  })
})
