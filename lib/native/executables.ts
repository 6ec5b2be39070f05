import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { binaryFiles } from './binary-files.ts'
import { ExecutableError } from './load-errors.ts'

/** The programs of this package: each is a target in binding.gyp, with its sources in native/programs. Without arguments they only print what they are for. */
export const EXECUTABLES = ['rtnetlink-launch', 'rtnetlink-broker'] as const
export type ExecutableName = (typeof EXECUTABLES)[number]

/** How they exit without arguments: EX_USAGE of <sysexits.h>. */
export const USAGE = 64

/** Where a program may be: compiled, compiled for debugging, prebuilt. */
export function executableFiles(name: ExecutableName): string[] {
  return binaryFiles(name, '')
}

/** RTNETLINK_ADDON names another build of the addon: its programs were built with it. */
function filesBesideAddon(name: ExecutableName): string[] {
  const addon = process.env.RTNETLINK_ADDON
  return addon ? [join(dirname(resolve(addon)), name)] : []
}

const found = new Map<ExecutableName, string>()

/**
 * The absolute path of a program, looked for on the first call and kept.
 * @throws {ExecutableError} when it is not there, or may not be executed; says what was tried and what to do.
 */
export function findExecutable(name: ExecutableName): string {
  const known = found.get(name)
  if (known !== undefined) return known
  const files = [...filesBesideAddon(name), ...executableFiles(name)]
  const file = files.find(file => existsSync(file))
  if (file === undefined) throw new ExecutableError(name, files)
  try {
    accessSync(file, constants.X_OK)
  } catch (cause) {
    throw new ExecutableError(name, [file], cause)
  }
  found.set(name, file)
  return file
}
