import { release } from 'node:os'

/** Linux 6.2 was the first: "rtnetlink: Honour NLM_F_ECHO flag in rtnl_newlink_create". */
const SINCE = [6, 2] as const

/**
 * Whether a kernel of that release says what it has made to whoever makes a link with NLM_F_ECHO. By the number alone: an older one to which
 * somebody has added it is asked once more than need be.
 */
export function echoesNewLinks(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number.parseFloat)
  return major > SINCE[0] || (major === SINCE[0] && minor >= SINCE[1])
}

let here: boolean | undefined

/** The same of the kernel that this process runs on. It is asked late: most programs that only look never make a link. */
export function kernelEchoesNewLinks(): boolean {
  here ??= echoesNewLinks(release())
  return here
}
