/**
 * The contract with `rtnetlink-launch` (native/programs/launch), the program that goes into a namespace and there becomes another one. It is
 * started with the descriptors of the namespace behind those of the user's stdio, and with these arguments:
 *
 *     [status=FD] net=FD [user=FD] [mounts] [etc=NAME] [uid=N] [gid=N] -- FILE ARGV0 ARGUMENT…
 *
 *     status   where it reports; closed when FILE was executed
 *     net      the network namespace
 *     user     the user namespace that owns it, entered first: for who has no rights in the initial one
 *     mounts   a mount namespace of its own, with a /sys that shows the network namespace
 *     etc      with `mounts`: files of /etc/netns/NAME are mounted over those of /etc
 *     uid, gid taken on last; the supplementary groups are dropped then, as libuv does it
 *
 * No descriptor of these stays open in FILE. FILE is looked up along PATH, as execvp(3) does it.
 */
export interface LaunchPlan {
  status: number
  net: number
  user?: number | undefined
  mounts: boolean
  etc?: string | undefined
  uid?: number | undefined
  gid?: number | undefined
}

/** The arguments for the launcher, before those of FILE. */
export function launchArguments({ status, net, user, mounts, etc, uid, gid }: LaunchPlan): string[] {
  const numbers = Object.entries({ status, net, user, uid, gid }).filter(([, value]) => value !== undefined)
  const words = numbers.map(([key, value]) => `${key}=${value}`)
  if (mounts) words.push('mounts')
  if (mounts && etc !== undefined) words.push(`etc=${etc}`)
  return [...words, '--']
}

/** What the launcher was at. A report is `LaunchStep`, errno and the length of a path, a u32 each in host order, then the path. */
export const LaunchStep = {
  /** setns(2) with the user namespace. */
  enterUser: 1,
  /** setns(2) with the network namespace. */
  enterNetwork: 2,
  /** unshare(2) of the mounts, or keeping them apart. */
  unshareMounts: 3,
  /** mount(2) of /sys. */
  mountSys: 4,
  /** Reading the directory with the namespace's files; the path is it. */
  readFiles: 5,
  /** One of these files could not be mounted over the one in /etc; the path is it. A warning: as with `ip netns exec` it goes on. */
  mountFile: 6,
  /** setgid(2) or setuid(2). */
  changeUser: 7,
  /** execvp(3). */
  execute: 8,
} as const

/** How it exits when it did not get to executing FILE; what FILE does is never mixed up with it, since then a report was written. */
export const LAUNCH_FAILED = 127
