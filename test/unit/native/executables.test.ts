import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findExecutable } from '../../../lib/native/executables.ts'

describe('with another build of the addon, a program', () => {
  const before = process.env.RTNETLINK_ADDON
  const folder = mkdtempSync(join(tmpdir(), 'rtnetlink-build-'))

  beforeAll(() => {
    process.env.RTNETLINK_ADDON = join(folder, 'rtnetlink.node')
    const file = join(folder, 'rtnetlink-launch')
    writeFileSync(file, '#!/bin/sh\n')
    chmodSync(file, 0o755)
  })
  afterAll(() => {
    if (before === undefined) delete process.env.RTNETLINK_ADDON
    else process.env.RTNETLINK_ADDON = before
    rmSync(folder, { recursive: true })
  })

  it('is the one beside it', () => {
    expect(findExecutable('rtnetlink-launch')).toBe(join(folder, 'rtnetlink-launch'))
  })

  it('is that of the package where there is none beside it', () => {
    expect(dirname(findExecutable('rtnetlink-broker'))).not.toBe(folder)
  })
})
