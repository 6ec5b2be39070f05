import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
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
  const root = moduleRoot()
  const candidates = [
    ['build', 'Release', 'rtnetlink.node'],
    ['build', 'Debug', 'rtnetlink.node'],
    ['prebuilds', `linux-${process.arch}`, `rtnetlink.${libc()}.node`],
  ]
  try {
    // Required here, not imported above: `bindings` must cost nothing to those who only import types and errors.
    const bindings = createRequire(import.meta.url)('bindings')
    return bindings({ bindings: 'rtnetlink', module_root: root, try: candidates.map(parts => ['module_root', ...parts]) })
  } catch (cause) {
    throw new AddonLoadError(
      candidates.map(parts => join(root, ...parts)),
      cause,
    )
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

/** This file runs from lib/native and from dist/native; both stand beside the same package.json. */
function moduleRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new AddonLoadError([], new Error('no package.json above rtnetlink/native/load'))
    folder = parent
  }
  return folder
}

/** The tag that prebuildify writes, found in the same way as prebuildify finds it. */
function libc(): 'musl' | 'glibc' {
  return existsSync('/etc/alpine-release') ? 'musl' : 'glibc'
}
