import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findKernel } from '../../../scripts/full-kernel/find.mjs'

let folder: string
let kernel: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtnetlink-find-'))
  kernel = join(folder, 'linux.uml')
  writeFileSync(kernel, '')
  chmodSync(kernel, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

const nowhere = '/nonexistent/linux.uml'

describe('findKernel', () => {
  it('takes what RTNETLINK_KERNEL names', () => {
    expect(findKernel(kernel, nowhere)).toEqual({ kernel })
  })

  it('takes the one in the cache folder when RTNETLINK_KERNEL names none', () => {
    expect(findKernel('', kernel)).toEqual({ kernel })
  })

  it('says in one line how to get one when there is none', () => {
    expect(findKernel('', nowhere)).toEqual({
      reason: expect.stringMatching(/^no full kernel here; .*build\.mjs.*RTNETLINK_KERNEL.*$/),
    })
  })

  it('takes none, though there is one, for RTNETLINK_KERNEL=none', () => {
    expect(findKernel('none', kernel)).toEqual({ reason: 'RTNETLINK_KERNEL=none' })
  })

  it.each([
    ['is not there', () => nowhere],
    ['is a folder', () => folder],
    ['may not be executed', () => import.meta.filename],
  ])('does not go on silently when what RTNETLINK_KERNEL names %s', (_, named) => {
    expect(() => findKernel(named(), kernel)).toThrow('no such executable file')
  })
})
