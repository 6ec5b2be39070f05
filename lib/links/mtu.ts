import type { Program } from '../schema/program.ts'
import { checkInteger } from '../schema/scalars.ts'

export interface MtuRange {
  readonly min: number
  readonly max: number
}

/** The MTUs that a kind takes. */
export type MtuRanges = MtuRange | readonly MtuRange[]

/** Refuses an MTU outside of the ranges that a kind names, if it does and one is given. */
export function checkMtu(program: Program, ranges: MtuRanges | undefined, mtu: unknown): void {
  if (ranges === undefined || mtu === undefined) return
  program.at('mtu')
  if ('length' in ranges) checkRanges(program, mtu, ranges)
  else checkInteger(program, mtu, ranges.min, ranges.max)
}

function checkRanges(program: Program, mtu: unknown, ranges: readonly MtuRange[]): void {
  checkInteger(program, mtu, 0, 0xffff_ffff)
  if (!ranges.some(({ min, max }) => mtu >= min && mtu <= max)) program.outOfRange(ranges.map(showRange).join(', '), mtu)
}

function showRange({ min, max }: MtuRange): string {
  return min === max ? String(min) : `${min} to ${max}`
}
