import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AddonLoadError } from './load-errors.ts'

/**
 * Where a binary of this package may be, in order: compiled here, or prebuilt with the tags of prebuildify. `extension` is `'.node'`, or
 * empty for a program.
 */
export function binaryFiles(name: string, extension: '.node' | ''): string[] {
  const folder = moduleRoot()
  return [
    join(folder, 'build', 'Release', `${name}${extension}`),
    join(folder, 'build', 'Debug', `${name}${extension}`),
    join(folder, 'prebuilds', `linux-${process.arch}`, `${name}.${libc()}${extension}`),
  ]
}

let root: string | undefined

/** This file runs from lib/native and from dist; all stand beside the same package.json. */
export function moduleRoot(): string {
  root ??= findRoot()
  return root
}

function findRoot(): string {
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
