import { readFile } from 'node:fs/promises'
import { withCallersStack } from '../callers-stack.ts'
import { UserNamespaceError, type UserNamespaceRestriction } from '../errors.ts'
import { SystemCall } from '../native/binding.ts'
import type { Failure } from '../protocol/failure.ts'
import { errnoName } from '../values/errno.ts'

const EPERM = 1
const EACCES = 13
const EINVAL = 22
const ENOSPC = 28
const ENOSYS = 38
const EUSERS = 87

/** Whether a failure is about user namespaces, when one was to be made: else it may have any reason. */
export function isAboutUserNamespaces({ detail, errno }: Failure): boolean {
  if (detail === SystemCall.unshareUser) return true
  return detail === SystemCall.unshare && [EPERM, EACCES, ENOSPC].includes(errno)
}

/** Names what refuses them, and what to do. `byItself`: nobody asked for one. */
export async function userNamespaceError(failure: Failure, program: string, byItself: boolean): Promise<UserNamespaceError> {
  const found = await findRestriction(failure)
  const wanted = byItself ? 'this process has no CAP_SYS_ADMIN and CAP_NET_ADMIN, so it takes a user namespace, and ' : ''
  const { restriction, reason, remedy } = found ?? UNKNOWN
  const code = errnoName(failure.errno)
  const next = remedy.replaceAll('PROGRAM', program)
  const { operation } = failure
  return withCallersStack(
    () =>
      new UserNamespaceError(`${operation}: ${wanted}${reason} (${code}); ${next}, or run it as root`, {
        operation,
        code,
        restriction,
        cause: failure.toError(),
      }),
  )
}

interface Finding {
  readonly restriction: UserNamespaceRestriction | undefined
  readonly reason: string
  readonly remedy: string
}

const UNKNOWN: Finding = {
  restriction: undefined,
  reason: 'this system refuses user namespaces: by a security module, or because the process is in a chroot',
  remedy: 'let processes of this user make them',
}

const KERNEL: Finding = {
  restriction: 'no kernel support',
  reason: 'this kernel has no user namespaces',
  remedy: 'use one with CONFIG_USER_NS',
}

const DEBIAN: Finding = {
  restriction: 'unprivileged_userns_clone',
  reason: 'this system keeps user namespaces to root: kernel.unprivileged_userns_clone is 0, as in older Debian',
  remedy: 'set it as root: sysctl -w kernel.unprivileged_userns_clone=1',
}

const APPARMOR: Finding = {
  restriction: 'apparmor',
  reason:
    'AppArmor keeps user namespaces to programs with a profile: kernel.apparmor_restrict_unprivileged_userns is 1, as in Ubuntu since 23.10',
  remedy:
    'give PROGRAM a profile with "userns," (docs/without-root.md has one), or as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
}

const SECCOMP: Finding = {
  restriction: 'seccomp',
  reason: 'a seccomp filter refuses user namespaces, as those of containers do',
  remedy:
    'run the container with a seccomp profile that allows unshare(2) (docker run --security-opt seccomp=FILE|unconfined), or with --cap-add=SYS_ADMIN --cap-add=NET_ADMIN',
}

async function findRestriction({ detail, errno }: Failure): Promise<Finding | undefined> {
  if (errno === ENOSPC || errno === EUSERS)
    return await limit(detail === SystemCall.unshareUser ? 'max_user_namespaces' : 'max_net_namespaces')
  if (errno === EINVAL) return KERNEL
  if (errno !== EPERM && errno !== EACCES && errno !== ENOSYS) return undefined
  if ((await setting('kernel/unprivileged_userns_clone')) === '0') return DEBIAN
  if ((await setting('kernel/apparmor_restrict_unprivileged_userns')) === '1') return APPARMOR
  return (await isFiltered()) ? SECCOMP : undefined
}

/** The kernel says the same when as many are there as may be, and when they are nested 32 deep. */
async function limit(restriction: 'max_net_namespaces' | 'max_user_namespaces'): Promise<Finding> {
  const most = await setting(`user/${restriction}`)
  const what = restriction === 'max_user_namespaces' ? 'user' : 'network'
  if (most === '0')
    return {
      restriction,
      reason: `this system has no ${what} namespaces for anybody: user.${restriction} is 0`,
      remedy: `raise it as root: sysctl -w user.${restriction}=10000`,
    }
  return {
    restriction,
    reason: `this user has as many ${what} namespaces as may be, or they are nested too deeply: user.${restriction} is ${most ?? 'unknown'}`,
    remedy: `close some, or raise it as root: sysctl -w user.${restriction}=NUMBER`,
  }
}

async function setting(name: string): Promise<string | undefined> {
  return (await textOf(`/proc/sys/${name}`))?.trim()
}

async function isFiltered(): Promise<boolean> {
  return /^Seccomp:\s*2$/m.test((await textOf('/proc/self/status')) ?? '')
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}
