import { invalidType, outOfRange } from '../../errors.ts'
import { checkKeys, checkObject } from '../../schema/check-options.ts'
import { sourceOf } from '../frame-source.ts'
import { checkFrame, type PcapngFrame } from './pcapng-frame.ts'
import { type PcapngOptions, Section } from './section.ts'

const OPERATION = 'pcapng'
/** What the length of an option holds. */
const LONGEST_TEXT = 65_535
const KEYS: readonly (keyof PcapngOptions)[] = ['comment', 'application', 'snapLength', 'signal']
/** Readers of files take no more from one. */
const LARGEST_SNAP_LENGTH = 262_144

/**
 * Turns frames into the bytes of a pcap-ng file, which Wireshark and tcpdump open: `for await (const bytes of pcapng(frames))`, or as a step of a pipeline,
 * `pipeline(capture, pcapng, createWriteStream('trace.pcapng'))`. Whatever ends the frames, the file is whole; when it was an error, that is thrown
 * behind the last bytes. Leaving early closes the capture.
 *
 * Each link is an interface with a link type of its own. tcpdump reads only files whose interfaces are all of one type.
 * @param frames a capture, or frames from anywhere, of which `bytes` is enough
 */
export async function* pcapng(
  frames: AsyncIterable<PcapngFrame> | Iterable<PcapngFrame>,
  options: PcapngOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  checkOptions(options)
  const source = sourceOf(frames)
  const section = new Section(source?.snapLength ?? options.snapLength ?? LARGEST_SNAP_LENGTH)
  const batches = source === undefined ? oneByOne(frames, options.signal) : source.batches()
  const stop = () => void source?.stop()
  options.signal?.addEventListener('abort', stop, { once: true })
  let failure: { error: unknown } | undefined
  try {
    yield section.header(options)
    if (source?.link !== undefined) yield section.describe(source.link)
    try {
      for await (const batch of batches) yield section.frames(batch)
    } catch (error) {
      failure = { error }
    }
    yield section.end(source?.statistics())
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await source?.stop()
  }
  if (failure !== undefined) throw failure.error
}

async function* oneByOne(frames: unknown, signal: AbortSignal | undefined): AsyncGenerator<readonly PcapngFrame[], void, void> {
  if (!isIterable(frames)) throw invalidType(OPERATION, 'frames', 'a capture, or an iterable of frames', frames)
  for await (const frame of frames) {
    signal?.throwIfAborted()
    yield [checkFrame(OPERATION, frame)]
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
}

function checkOptions(options: PcapngOptions): void {
  checkKeys(OPERATION, checkObject(OPERATION, options), KEYS)
  for (const key of ['comment', 'application'] as const) {
    const value: unknown = options[key]
    if (value !== undefined && typeof value !== 'string') throw invalidType(OPERATION, key, 'text', value)
    if (value !== undefined && Buffer.byteLength(value) > LONGEST_TEXT)
      throw outOfRange(OPERATION, key, `at most ${LONGEST_TEXT} bytes`, `${Buffer.byteLength(value)}`)
  }
  const { snapLength = 1 } = options
  if (typeof snapLength !== 'number') throw invalidType(OPERATION, 'snapLength', 'a whole number', snapLength)
  if (!Number.isInteger(snapLength) || snapLength < 1 || snapLength > LARGEST_SNAP_LENGTH)
    throw outOfRange(OPERATION, 'snapLength', `a whole number from 1 to ${LARGEST_SNAP_LENGTH}`, snapLength)
}
