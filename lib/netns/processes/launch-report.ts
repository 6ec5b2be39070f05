import type { ChildProcess } from 'node:child_process'
import { SystemError } from '../../errors.ts'
import { LaunchStep } from '../../native/launch.ts'
import { errnoName, errnoText } from '../../values/errno.ts'

/** What the launcher tells of a step that went wrong. */
export interface LaunchReport {
  readonly step: number
  readonly errno: number
  readonly path: string | undefined
}

const HEADER = 12

/** The layout is in lib/native/launch.ts. What was cut off, because the launcher was killed, is not there. */
export function readReports(bytes: Uint8Array): LaunchReport[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reports: LaunchReport[] = []
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const [step, errno, length] = [0, 4, 8].map(offset => view.getUint32(at + offset, LITTLE_ENDIAN))
    const path = new TextDecoder().decode(bytes.subarray(at + HEADER, at + HEADER + length))
    reports.push({ step, errno, path: path === '' ? undefined : path })
    at += HEADER + length
  }
  return reports
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Whether the launcher went on. */
export function isWarning({ step }: LaunchReport): boolean {
  return step === LaunchStep.mountFile
}

export function warningText({ errno, path }: LaunchReport): string {
  const target = path?.replace(/^\/etc\/netns\/[^/]*/, '/etc')
  return `rtnetlink: ${path} could not be mounted over ${target}: ${errnoText(errno)} (${errnoName(errno)}); the program was started without it`
}

/** What Node emits when a program cannot be started; undefined when it was not the program's fault. */
export function executionFailed({ step, errno }: LaunchReport, child: ChildProcess): Error | undefined {
  if (step !== LaunchStep.execute && step !== LaunchStep.changeUser) return undefined
  const code = errnoName(errno)
  const syscall = `spawn ${child.spawnfile}`
  return Object.assign(new Error(`${syscall} ${code}`), {
    errno: -errno,
    code,
    syscall,
    path: child.spawnfile,
    spawnargs: child.spawnargs.slice(1),
  })
}

/** The namespace could not be entered, or not be furnished. */
export function launchFailed({ step, errno, path }: LaunchReport, operation: string): SystemError {
  const { syscall, hint } = STEPS[step] ?? { syscall: 'launch' }
  const code = errnoName(errno)
  const about = path === undefined ? syscall : `${syscall} ${path}`
  const next = hint?.(code)
  const text = `${operation}: ${about}: ${errnoText(errno)} (${code})${next === undefined ? '' : `; ${next}`}`
  return new SystemError(text, { operation, code, errno, syscall, path })
}

interface StepWords {
  readonly syscall: string
  readonly hint?: (code: string) => string | undefined
}

const CAPABILITY = 'it needs CAP_SYS_ADMIN (run as root, or give the process that capability)'
const WITHOUT_MOUNTS = '{ mounts: false } does without a /sys and an /etc of its own'
const capability = (code: string) => (code === 'EPERM' ? CAPABILITY : undefined)

const STEPS: Readonly<Record<number, StepWords>> = {
  [LaunchStep.enterUser]: { syscall: 'setns', hint: capability },
  [LaunchStep.enterNetwork]: { syscall: 'setns', hint: capability },
  [LaunchStep.unshareMounts]: { syscall: 'unshare', hint: () => WITHOUT_MOUNTS },
  [LaunchStep.mountSys]: { syscall: 'mount', hint: () => WITHOUT_MOUNTS },
  [LaunchStep.readFiles]: { syscall: 'open', hint: () => WITHOUT_MOUNTS },
}
