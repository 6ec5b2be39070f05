import { type HardwareType, hardwareTypes } from '../links/hardware-type.ts'
import type { Links } from '../links/links.ts'
import type { NativeNamespace } from '../native/binding.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { Request } from '../protocol/request.ts'
import { runCall } from '../protocol/run-call.ts'
import type { Message } from '../schema/message.ts'
import type { LinkReference } from '../schema/references.ts'
import { LONGEST_NAME } from '../values/link-name.ts'
import { Capture, CaptureEvents, closeNative } from './capture.ts'
import { openError } from './capture-error.ts'
import type { CapturedLink } from './frame-source.ts'
import { type CaptureOptions, checkLink, checkOptions } from './options.ts'

const OPERATION = 'netns.capture'
const NAME_LENGTH = 16

/** Where a capture is opened. */
export interface CapturePlace {
  /** The namespace; undefined when it is the process's own. */
  readonly namespace: NativeNamespace | undefined
  /** Its links, to look up names that are too long for a packet socket. */
  readonly links: Links
}

class OpenRequest extends Request<CapturedLink | undefined> {
  #link: CapturedLink | undefined

  protected override more(_code: number, message: Message, start: number): void {
    const index = message.u32(start)
    if (index === 0) return
    const hardwareType: HardwareType = hardwareTypes.toName(message.u32(start + 4))
    this.#link = { index, hardwareType, name: message.string(start + 8, NAME_LENGTH) }
  }

  protected override finish(): CapturedLink | undefined {
    return this.#link
  }
}

/** Starts capturing. */
export async function openCapture(
  { namespace, links }: CapturePlace,
  link: LinkReference | undefined,
  options: CaptureOptions,
): Promise<Capture> {
  const { signal, ...checked } = { signal: options.signal, ...checkOptions(OPERATION, options, link !== undefined) }
  const asked = checkLink(OPERATION, link)
  signal?.throwIfAborted()
  const target = typeof asked === 'string' && Buffer.byteLength(asked) > LONGEST_NAME ? (await links.get(asked)).index : asked
  const native = new (completions().addon.Capture)()
  const events = new CaptureEvents()
  completions().expect(events)
  const location = locationOf(target)
  const opened = await runCall(new OpenRequest(OPERATION), id =>
    native.open(id, events.id, { namespace, ...location, ...checked }),
  )
  if (opened instanceof Failure) {
    completions().forget(events.id)
    throw openError(opened)
  }
  if (signal?.aborted) {
    await closeNative(native, false)
    completions().forget(events.id)
    signal.throwIfAborted()
  }
  return new Capture({ native, events, link: opened, snapLength: checked.snapLength, signal })
}

function locationOf(target: string | number | undefined): { link: string; index: number } {
  return typeof target === 'string' ? { link: target, index: 0 } : { link: '', index: target ?? 0 }
}
