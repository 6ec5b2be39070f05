import { invalidValue } from '../errors.ts'
import type { Link } from '../links/link.ts'
import { Links } from '../links/links.ts'
import type { NativePacketDevice } from '../native/binding.ts'
import { addToMessage } from '../protocol/add-to-message.ts'
import { completions } from '../protocol/completions.ts'
import { Failure } from '../protocol/failure.ts'
import { Request } from '../protocol/request.ts'
import { runCall, runSilentCall } from '../protocol/run-call.ts'
import type { Message } from '../schema/message.ts'
import { type CheckedFormat, type CheckedTun, checkTapLink, checkTun } from './check.ts'
import { type DeviceParts, TunDevice } from './device.ts'
import { IFF_MULTI_QUEUE } from './flags.ts'
import { LinkSettings } from './link-settings.ts'
import { DEVICE, deviceFailure, formError, type OpenContext, openError, openTapLinkError } from './open-error.ts'
import type { TapLinkOptions, TapOptions } from './options.ts'
import { openPlace, type Place } from './place.ts'

/** Opens a link of its own for the caller. */
export async function openOwn(operation: string, type: 'tun' | 'tap', options: TapOptions): Promise<TunDevice> {
  const checked = checkTun(operation, type, options)
  return await openIn(operation, options, async (place, settings) => {
    const native = new (completions().addon.PacketDevice)()
    const outcome = await openTunDevice(operation, native, place, checked)
    if (outcome instanceof Failure) throw openError(outcome, await contextOf(type, checked, place))
    return await finish(
      operation,
      { native, place, type, format: checked.format, borrowed: false },
      settings,
      options,
      outcome,
      checked.persist,
    )
  })
}

function openTunDevice(
  operation: string,
  native: NativePacketDevice,
  place: Place,
  checked: CheckedTun,
): Promise<string | Failure> {
  const { name, index, owner, group, format } = checked
  const asked = { ...format.native, namespace: place.namespace, path: DEVICE, name, index, owner, group }
  return runCall(new OpenRequest(operation), id => native.openTun(id, asked))
}

/** What there is, for the words of an error. */
async function contextOf(type: 'tun' | 'tap', { name, format }: CheckedTun, place: Place): Promise<OpenContext> {
  const link = name.includes('%') ? undefined : await new Links(place.session).get(name).catch(() => undefined)
  return { type, name, multiQueue: (format.native.flags & IFF_MULTI_QUEUE) !== 0, link }
}

/** Opens the character device of a macvtap or ipvtap. */
export async function openLink(operation: string, options: TapLinkOptions): Promise<TunDevice> {
  const format = checkTapLink(operation, options)
  return await openIn(operation, options, async (place, settings) => {
    const link = await new Links(place.session).get(options.link)
    if (link.kind !== 'macvtap' && link.kind !== 'ipvtap')
      throw invalidValue(operation, 'link', `"${link.name}" is no macvtap or ipvtap: only those have a character device`)
    const native = new (completions().addon.PacketDevice)()
    const asked = { ...format.native, namespace: place.namespace, name: link.name, index: link.index }
    const outcome = await runCall(new OpenRequest(operation), id => native.openTapLink(id, asked))
    if (outcome instanceof Failure) throw openTapLinkError(outcome, link)
    return await finish(operation, { native, place, type: 'tap', format, borrowed: true }, settings, options, outcome, undefined)
  })
}

/** Opens something in a namespace, which is let go again when that fails. */
async function openIn(
  operation: string,
  options: TapOptions | TapLinkOptions,
  open: (place: Place, settings: LinkSettings) => Promise<TunDevice>,
): Promise<TunDevice> {
  const settings = new LinkSettings(operation, options)
  options.signal?.throwIfAborted()
  const place = await openPlace(operation, options.netns)
  try {
    settings.check(place.session)
    return await open(place, settings)
  } catch (error) {
    place.release()
    throw error
  }
}

/** Sets the link as asked; a device whose link cannot be is closed again. */
async function finish(
  operation: string,
  parts: Omit<DeviceParts, 'link'>,
  settings: LinkSettings,
  { signal }: { signal?: AbortSignal | undefined },
  name: string,
  persist: boolean | undefined,
): Promise<TunDevice> {
  const { native, place } = parts
  try {
    signal?.throwIfAborted()
    const link = await new Links(place.session).get(name)
    checkForm(operation, parts.format, link)
    await settings.apply(place.session, link.index)
    signal?.throwIfAborted()
    if (persist !== undefined) {
      const outcome = await runSilentCall(operation, id => native.setPersist(id, persist))
      if (outcome instanceof Failure) throw deviceFailure(outcome)
    }
    return new TunDevice({ ...parts, link })
  } catch (error) {
    await runSilentCall(operation, id => native.close(id))
    if (error instanceof Error && error !== signal?.reason) addToMessage(error, 'the device was closed again')
    throw error
  }
}

/** Those who have a multi-queue link open share one form of packets: that of the first. */
function checkForm(operation: string, { packetInformation, vnetHeaderSize }: CheckedFormat, link: Link): void {
  if (link.kind !== 'tun') return
  const asked = { packetInformation, vnetHeader: vnetHeaderSize > 0 }
  for (const option of ['packetInformation', 'vnetHeader'] as const) {
    const actual = link.tun[option]
    if (actual !== undefined && actual !== asked[option]) throw formError(operation, link.name, option, actual)
  }
}

/** Answers the link's name. */
class OpenRequest extends Request<string> {
  protected override finish(_code: number, _detail: number, message: Message, start: number, end: number): string {
    return message.string(start, end - start)
  }
}
