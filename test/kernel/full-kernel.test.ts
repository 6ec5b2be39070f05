import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findKernel } from '../../scripts/full-kernel/find.mjs'
import { runGuest } from '../../scripts/full-kernel/guest.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtnetlink it’s a test-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const { kernel, reason } = findKernel()

async function guest(command: string, options: object = {}) {
  const [output, errors] = [new PassThrough(), new PassThrough()]
  const texts = [text(output), text(errors)]
  const ended = await runGuest({
    kernel: kernel ?? '',
    command: ['sh', '-c', command],
    timeLimit: 60,
    output,
    errors,
    ...options,
  })
  output.end()
  errors.end()
  return { ...ended, output: await texts[0], errors: await texts[1] }
}

describe('a command under the full kernel', () => {
  beforeEach(context => {
    if (kernel === undefined) context.skip(reason)
  })

  it('has its exit code, and its output as it wrote it', async () => {
    const { status, output, errors } = await guest('printf "one\\n\\ttwo"; echo three >&2; exit 7')
    expect({ status, output, errors }).toEqual({ status: 7, output: 'one\n\ttwo', errors: 'three\n' })
  })

  it('loses nothing of much output', async () => {
    expect((await guest('head -c 1000000 /dev/zero')).output).toHaveLength(1_000_000)
  })

  it('has its arguments, its folder and its environment as they are', async () => {
    const value = `it's "$HOME" \\ \n`
    const { output } = await guest('printf "%s|%s|%s" "$0" "$VALUE" "$PWD"', {
      command: ['sh', '-c', 'printf "%s|%s|%s" "$0" "$VALUE" "$PWD"', value],
      env: { ...process.env, VALUE: value },
      cwd: folder,
    })
    expect(output).toBe(`${value}|${value}|${folder}`)
  })

  it('changes nothing on this machine but in the folders that are named', async () => {
    const [lost, kept] = [join(tmpdir(), `rtnetlink-lost-${process.pid}`), join(folder, 'kept')]
    const { output } = await guest(`echo lost >${lost}; echo kept >"${kept}"; cat ${lost}`, { writable: [folder] })
    expect([output, existsSync(lost), readFileSync(kept, 'utf8')]).toEqual(['lost\n', false, 'kept\n'])
  })

  it('ends at its time limit, and leaves nothing behind', async () => {
    const jobs = mkdtempSync(join(tmpdir(), 'rtnetlink-jobs-'))
    vi.stubEnv('TMPDIR', jobs)
    expect(await guest('sleep 60', { timeLimit: 2 })).toMatchObject({ status: 124, reason: 'the guest was ended after 2 s' })
    expect(readdirSync(jobs)).toEqual([])
    rmSync(jobs, { recursive: true })
  })

  it('ends although it leaves a process behind', async () => {
    expect(await guest('sleep 60 & echo ended')).toMatchObject({ status: 0, output: 'ended\n' })
  })

  it('lets a user who is not root make namespaces', async () => {
    expect(await guest('setpriv --reuid 1000 --clear-groups unshare -rn ip -br link')).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^lo +DOWN/),
    })
  })
})

describe('a kernel that does not start', () => {
  it('is reported, with what it said', async () => {
    expect(await guest('true', { kernel: '/bin/echo' })).toMatchObject({
      status: 125,
      reason: expect.stringMatching(/died.*\nmem=/),
    })
  })
})
