import { withCallersStack } from '../callers-stack.ts'
import { CompletionCode, SystemCall } from '../native/binding.ts'
import { Failure } from '../protocol/failure.ts'

const ENOMEM = 12
const ENODEV = 19
const EINVAL = 22
const EAFNOSUPPORT = 97
const ENETDOWN = 100

/** Why a capture was not opened. */
export function openError(failure: Failure): unknown {
  if (failure.code !== CompletionCode.failed) return failure.toError()
  const about = ABOUT.get(`${failure.detail} ${failure.errno}`)
  return about === undefined ? failure.toError() : withCallersStack(() => failure.systemError(about))
}

/** What the system call was about, by its number and the errno. */
const ABOUT: ReadonlyMap<string, { option?: string; hint: string }> = new Map([
  [`${SystemCall.ioctl} ${ENODEV}`, { option: 'link', hint: 'there is no link of this name' }],
  [`${SystemCall.bind} ${ENODEV}`, { option: 'link', hint: 'there is no link with this index' }],
  [`${SystemCall.setsockopt} ${EINVAL}`, { option: 'filter', hint: 'the kernel refuses this program' }],
  [`${SystemCall.setsockopt} ${ENOMEM}`, { option: 'bufferSize', hint: 'the kernel has not that much memory' }],
  [`${SystemCall.socket} ${EAFNOSUPPORT}`, { hint: 'packet sockets need CONFIG_PACKET (try: modprobe af_packet)' }],
])

/** Why no more frames will come. */
export function endError(errno: number, link: string): Error {
  const failure = new Failure('capture', CompletionCode.failed, errno, SystemCall.poll, new Uint8Array())
  const hint = errno === ENETDOWN ? `the link "${link}" was deleted, or moved to another namespace` : undefined
  return withCallersStack(() => failure.systemError({ hint }))
}
