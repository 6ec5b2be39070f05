import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/dist.ts'

/** Runs `call` while no descriptor is free, says what became of it, frees them all, and says so once more. */
const twice = (call: string) => `
  import { closeSync, openSync } from 'node:fs'
  const ns = rtnetlink.Netns.current()
  await ns.addresses.list()
  const open = []
  try { for (;;) open.push(openSync('/dev/null')) } catch {}
  const attempt = async () => { try { return (await ${call}).length > 0 } catch (error) { return error } }
  const refused = await attempt()
  for (const descriptor of open) closeSync(descriptor)
  console.log(refused.code, refused instanceof rtnetlink.PackageFileError, refused.cause?.code)
  console.log(refused.message)
  console.log(await attempt())`

describe('the first use of a feature without free descriptors', () => {
  it.each([
    ['is refused before the request', 'ns.rules.list()', 'rules'],
    ['is refused when the answer cannot be read', 'ns.links.list()', 'common-kinds'],
  ])('%s, with what to do; the next use works', async (_, call, file) => {
    const { stdout, stderr } = await runProgram(twice(call), ['prlimit', '--nofile=64'])
    expect(stderr).toBe('')
    const [refused, reason, next, again] = stdout.split('\n')
    expect(refused).toBe('ERR_RTNETLINK_FILE true EMFILE')
    expect(reason).toMatch(new RegExp(`^rtnetlink: a file of the package could not be read: EMFILE: .*/dist/${file}\\.cjs'$`))
    expect(next).toContain('raise the limit (ulimit -n), and try again')
    expect(again).toBe('true')
  })
})
