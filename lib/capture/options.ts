import { invalidValue } from '../errors.ts'
import { CAPTURE_BLOCK, type CaptureOptions as NativeOptions } from '../native/binding.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { Program } from '../schema/program.ts'
import { linkNameOrIndex } from '../schema/references.ts'
import { optionalBoolean, optionalInteger } from '../schema/scalars.ts'
import { type BpfProgram, type CaptureDirection, captureFilter } from './filter.ts'

/** Options of `netns.capture`. */
export interface CaptureOptions {
  /**
   * Frames to capture, as a program of classic BPF that the kernel runs: what `tcpdump -dd` prints. It sees a frame without its outer VLAN tag,
   * where the kernel has taken that out. Default: all.
   */
  readonly filter?: BpfProgram | undefined
  /** Default `'both'`. */
  readonly direction?: CaptureDirection | undefined
  /** Bytes that are kept of a frame, 1–131072. Default 131072, which is all of it but for the largest jumbograms. */
  readonly snapLength?: number | undefined
  /** Also take in frames that are for others, as far as the link lets them in. Needs a link. Default false. */
  readonly promiscuous?: boolean | undefined
  /**
   * Bytes that the kernel keeps for frames that nobody has read, 524288–1073741824, rounded up to a multiple of 262144. Up to as much again is
   * kept in this process. When both are full the kernel drops frames, and counts them. Default 4194304.
   */
  readonly bufferSize?: number | undefined
  /** Milliseconds that a frame may wait for others that come with it, 1–10000. Default 10. */
  readonly delay?: number | undefined
  /** Closes the capture; whoever waits for a frame gets its reason. */
  readonly signal?: AbortSignal | undefined
}

const KEYS: readonly (keyof CaptureOptions)[] = [
  'filter',
  'direction',
  'snapLength',
  'promiscuous',
  'bufferSize',
  'delay',
  'signal',
]
const DIRECTIONS = ['in', 'out', 'both']
/** Half of a block: the kernel gives every frame a header of its own in there. */
export const LONGEST_FRAME = CAPTURE_BLOCK / 2
const DEFAULT_BUFFER = 4 * 1024 * 1024
const LARGEST_BUFFER = 1024 * 1024 * 1024

/** Says where in the options a mistake is. */
const place: Program = new Program()

type Given = Readonly<Record<string, unknown>>

/** The options, checked; without the link. */
export type CheckedOptions = Omit<NativeOptions, 'namespace' | 'link' | 'index'>

export function checkOptions(operation: string, options: CaptureOptions, hasLink: boolean): CheckedOptions {
  const given = checkObject(operation, options) as Given
  checkKeys(operation, given, KEYS)
  place.begin(operation, 0)
  const snapLength = optionalInteger(place, given, 'snapLength', 1, LONGEST_FRAME) ?? LONGEST_FRAME
  const promiscuous = optionalBoolean(place, given, 'promiscuous') ?? false
  if (promiscuous && !hasLink) throw invalidValue(operation, 'promiscuous', 'goes only with a link')
  return {
    filter: captureFilter(operation, given.filter, checkDirection(given), snapLength),
    promiscuous,
    blocks: Math.ceil(
      (optionalInteger(place, given, 'bufferSize', 2 * CAPTURE_BLOCK, LARGEST_BUFFER) ?? DEFAULT_BUFFER) / CAPTURE_BLOCK,
    ),
    delay: optionalInteger(place, given, 'delay', 1, 10_000) ?? 10,
    snapLength,
  }
}

/** The name or index of a link, checked; undefined for every link. */
export function checkLink(operation: string, link: unknown): string | number | undefined {
  if (link === undefined) return undefined
  place.begin(operation, 0)
  place.at('link')
  return linkNameOrIndex(place, link)
}

function checkDirection({ direction = 'both' }: Given): CaptureDirection {
  place.at('direction')
  if (typeof direction !== 'string') place.expected(`one of ${DIRECTIONS.join(', ')}`, direction)
  if (!DIRECTIONS.includes(direction))
    throw invalidValue(place.operation, 'direction', `"${direction}" is none of ${DIRECTIONS.join(', ')}`)
  return direction as CaptureDirection
}
