import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const source = fileURLToPath(new URL('sent-messages.c', import.meta.url))

export interface Ran {
  /** The messages about links of each sendmsg. */
  readonly sent: string[]
  readonly printed: string
}

/** `lost`: the kernel does not say what it made. `none`: likewise, and it is older than those that do. */
export type Echoes = 'lost' | 'none'

/** To be called once in a file of tests: answers what runs statements, with `ns` at hand, in a process that says which messages it sends. It has its own library preloaded. */
export function messageWitness(): (statements: string, echoes?: Echoes) => Promise<Ran> {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rtnl-test-'))
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'sent-messages.so'), source])
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  return async (statements, echoes) => {
    const LD_PRELOAD = [process.env.LD_PRELOAD, join(folder, 'sent-messages.so')].filter(Boolean).join(':')
    const script = `import { Netns } from 'rtnetlink'
      const ns = await Netns.create()
      await ns.links.get('lo')
      console.error('sent: -')
      ${statements}`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, LD_PRELOAD, ECHOES: echoes ?? '' },
    })
    const lines = [...stderr.matchAll(/^sent: (.*?) ?$/gm)].map(([, messages]) => messages as string)
    return { sent: lines.slice(lines.indexOf('-') + 1), printed: stdout.trim() }
  }
}
