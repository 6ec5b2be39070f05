import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { binaryFiles, moduleRoot } from './binary-files.ts'
import type { Addon } from './binding.ts'
import { AddonLoadError, UnsupportedPlatformError } from './load-errors.ts'

let addon: Addon | undefined

/**
 * The native addon, loaded on the first call and kept.
 * @throws {UnsupportedPlatformError} anywhere but on Linux.
 * @throws {AddonLoadError} when no binary is there or none loads; says what was tried and how to build it.
 */
export function loadAddon(): Addon {
  addon ??= load()
  return addon
}

function load(): Addon {
  if (process.platform !== 'linux') throw new UnsupportedPlatformError(process.platform)
  const other = process.env.RTNETLINK_ADDON
  if (other) return loadFile(resolve(other))
  const files = binaryFiles('rtnetlink', '.node')
  try {
    // Required here, not imported above: `bindings` must cost nothing to those who only import types and errors.
    const bindings = createRequire(import.meta.url)('bindings')
    return bindings({ bindings: 'rtnetlink', module_root: moduleRoot(), try: files.map(file => [file]) })
  } catch (cause) {
    throw new AddonLoadError(files, cause)
  }
}

/** RTNETLINK_ADDON names another build of the addon: the tests' own, with sanitizers. */
function loadFile(file: string): Addon {
  try {
    return createRequire(import.meta.url)(file)
  } catch (cause) {
    throw new AddonLoadError([file], cause)
  }
}
