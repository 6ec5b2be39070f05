import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { listedNames } from '../support/test-namespaces.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const examples = readdirSync(join(root, 'examples')).filter(file => file.endsWith('.mjs'))

interface Ended {
  readonly pid: number | undefined
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function node(args: string[], input = ''): Promise<Ended> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, args, { cwd: root, timeout: 25_000 }, (_, stdout, stderr) =>
      resolve({ pid: child.pid, code: child.exitCode, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

describe('examples', () => {
  it.each(examples)('%s runs as it stands, and leaves no namespace behind', async file => {
    const { pid, code, stdout, stderr } = await node([`examples/${file}`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toBe('')
    expect(listedNames()).not.toContain(`rtnetlink-example-${pid}`)
  })
})

describe('README.md', () => {
  it('begins with an example that runs as it stands', async () => {
    const [, program] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
    const { code, stdout, stderr } = await node(['--input-type=module'], program)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^3 of 3 answered\ndefault via 192\.0\.2\.1\n192\.0\.2\.0\/24 via the link itself\n$/)
  })
})
