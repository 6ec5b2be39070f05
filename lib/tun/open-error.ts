import { withCallersStack } from '../callers-stack.ts'
import { SystemError } from '../errors.ts'
import type { Link } from '../links/link.ts'
import type { Failure } from '../protocol/failure.ts'
import {
  REQUEST_MASK,
  TUNSETGROUP,
  TUNSETIFF,
  TUNSETIFINDEX,
  TUNSETOFFLOAD,
  TUNSETOWNER,
  TUNSETPERSIST,
  TUNSETQUEUE,
  TUNSETVNETHDRSZ,
} from './flags.ts'

/** The option that each ioctl is about. */
const OPTION_OF: Readonly<Record<number, string>> = {
  [TUNSETIFF]: 'name',
  [TUNSETIFINDEX]: 'index',
  [TUNSETPERSIST]: 'persist',
  [TUNSETOWNER]: 'owner',
  [TUNSETGROUP]: 'group',
  [TUNSETOFFLOAD]: 'offloads',
  [TUNSETVNETHDRSZ]: 'vnetHeaderSize',
  [TUNSETQUEUE]: 'queue',
}

const EPERM = 1
const ENOENT = 2
const ENXIO = 6
const EACCES = 13
const EBUSY = 16
const ENODEV = 19
const EINVAL = 22
const EBADFD = 77

const CAPABILITY = 'CAP_NET_ADMIN in the user namespace that owns this network namespace'
export const DEVICE = '/dev/net/tun'

/** What was asked for, and the link that is there, where one is. */
export interface OpenContext {
  readonly type: 'tun' | 'tap'
  readonly name: string
  readonly multiQueue: boolean
  readonly link: Link | undefined
}

/** Why a tun or tap could not be opened. */
export function openError(failure: Failure, context: OpenContext): SystemError {
  if (failure.syscall === 'open')
    return withCallersStack(() => failure.systemError({ path: DEVICE, hint: deviceHint(failure.errno) }))
  if (failure.syscall !== 'ioctl') return failure.toError() as SystemError
  const request = (failure.subject ?? 0) & REQUEST_MASK
  const option = OPTION_OF[request]
  return withCallersStack(() => failure.systemError({ option, hint: requestHint(request, failure.errno, context) }))
}

function deviceHint(errno: number): string | undefined {
  switch (errno) {
    case ENOENT:
      return 'this kernel may lack CONFIG_TUN (try: modprobe tun), or the node was not made (mkdir -p /dev/net; mknod /dev/net/tun c 10 200)'
    case ENXIO:
    case ENODEV:
      return 'this kernel lacks CONFIG_TUN (try: modprobe tun)'
    case EACCES:
      return 'its permissions do not let this user read and write it'
    case EPERM:
      return 'the container that this process is in may not use the device'
    default:
      return undefined
  }
}

function requestHint(request: number, errno: number, context: OpenContext): string | undefined {
  if (request === TUNSETIFF) return interfaceHint(errno, context)
  if (request === TUNSETIFINDEX && errno === EBUSY) return 'a link has that index'
  if (request === TUNSETOFFLOAD && errno === EINVAL) return 'this kernel lacks one of them ("uso" needs Linux 6.2)'
  if ((request === TUNSETOWNER || request === TUNSETGROUP) && errno === EINVAL)
    return 'there is no such id in the user namespace of this process'
  return undefined
}

function interfaceHint(errno: number, { type, name, multiQueue, link }: OpenContext): string | undefined {
  if (errno === EPERM)
    return link === undefined
      ? `to make a link takes ${CAPABILITY} (run as root, or have somebody make a persistent one with your user as "owner")`
      : `"${name}" belongs to another user: it takes ${CAPABILITY}`
  if (link === undefined) return undefined
  if (errno === EINVAL) return mismatch(type, name, multiQueue, link)
  if (errno !== EBUSY) return undefined
  const tun = link.kind === 'tun' ? link.tun : undefined
  if (tun?.multiQueue) return `a link "${name}" is there already`
  return `somebody has "${name}" open, or it is there already and exclusive: true is given; only a multi-queue link can be open twice`
}

function mismatch(type: 'tun' | 'tap', name: string, multiQueue: boolean, link: Link): string | undefined {
  if (link.kind !== 'tun') return `"${name}" is there already, and is no tun or tap`
  if (link.tun.type !== type) return `"${name}" is there already, and is a ${link.tun.type}`
  if (link.tun.multiQueue === multiQueue) return undefined
  return link.tun.multiQueue
    ? `"${name}" is a multi-queue link: give multiQueue: true`
    : `"${name}" is there already, and is no multi-queue link`
}

/** Somebody else has the link open, with packets of another form: the driver lets us in and leaves it at that. */
export function formError(
  operation: string,
  name: string,
  option: 'packetInformation' | 'vnetHeader',
  actual: boolean,
): SystemError {
  const text = `${operation}: option "${option}": somebody else has "${name}" open with ${option}: ${actual} (EBUSY); give the same`
  return withCallersStack(() => new SystemError(text, { operation, option, code: 'EBUSY', errno: EBUSY, syscall: 'ioctl' }))
}

/** Why the character device of a macvtap or ipvtap could not be opened. */
export function openTapLinkError(failure: Failure, link: Link): SystemError {
  const path = `/dev/tap${link.index}`
  const request = (failure.subject ?? 0) & REQUEST_MASK
  if (failure.syscall === 'ioctl') return withCallersStack(() => failure.systemError({ option: OPTION_OF[request] }))
  const about = failure.syscall === 'setns' ? {} : { path }
  return withCallersStack(() => failure.systemError({ ...about, option: 'link', hint: nodeHint(failure, link) }))
}

function nodeHint({ errno, syscall }: Failure, { name }: Link): string | undefined {
  const missing = `no node in /dev is the character device of "${name}"`
  if (syscall === 'setns')
    return `the device of "${name}" is looked for from inside, and belongs to root: it takes root, or a tap, which does not`
  if (syscall === 'unshare' || syscall === 'mount')
    return `${missing}, and to make one that only this process sees takes CAP_SYS_ADMIN and CAP_MKNOD`
  if (syscall === 'mknod') return `${missing}, and to make one takes CAP_MKNOD, in no user namespace of one's own`
  if (errno === ENODEV) return `"${name}" has no character device any more`
  if (errno === EBUSY) return `"${name}" has as many queues as it can have`
  if (errno === EPERM || errno === EACCES) return 'the permissions of the node, or the container, do not let this process use it'
  return undefined
}

const QUEUE_HINTS: Readonly<Record<number, string>> = {
  [EINVAL]: 'it is so already, or the link is no multi-queue link',
  [EBADFD]: 'the link was deleted',
}

/** Why a call on an open device failed. */
export function deviceFailure(failure: Failure): unknown {
  if (failure.syscall !== 'ioctl') return failure.toError()
  const request = (failure.subject ?? 0) & REQUEST_MASK
  const hint = request === TUNSETQUEUE || failure.errno === EBADFD ? QUEUE_HINTS[failure.errno] : undefined
  return withCallersStack(() => failure.systemError({ option: OPTION_OF[request], hint }))
}
