import type { HardwareType } from '../links/hardware-type.ts'
import type { Frame } from './frame.ts'

/** What a capture has counted since it was opened. */
export interface CaptureStatistics {
  /** Frames that passed the filter, those included that were dropped then. */
  readonly received: number
  /** Frames that the kernel dropped because its buffer was full. */
  readonly dropped: number
}

/** The link that frames are captured from. */
export interface CapturedLink {
  readonly index: number
  /** Name that it had when the capture was opened. */
  readonly name: string
  readonly hardwareType: HardwareType
}

/** Key under which a capture offers what is written into a file. */
export const frameSource = Symbol('rtnetlink.frameSource')

/** A capture, as far as files are concerned. */
export interface FrameSource {
  /** Undefined when it is of every link. */
  readonly link: CapturedLink | undefined
  readonly snapLength: number
  statistics(): CaptureStatistics
  batches(): AsyncIterable<readonly Frame[]>
  /** Nobody will take the rest. */
  stop(): Promise<void>
}

export function sourceOf(frames: unknown): FrameSource | undefined {
  if (typeof frames !== 'object' || frames === null || !(frameSource in frames)) return undefined
  return (frames as { [frameSource](): FrameSource })[frameSource]()
}
