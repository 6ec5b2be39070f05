import { describe, expect, it } from 'vitest'
import { execute, wrap } from '../../bench/peers/rounds.mjs'

const run = (script: string, longest?: number) => execute(['sh', '-c', script], process.env, longest)

describe('a run of a peer', () => {
  it('is what the program prints', async () => {
    expect(await run('echo done')).toBe('done\n')
  })

  it('that fails says the last of what the program said', async () => {
    await expect(run('echo "no such thing" >&2; exit 3')).rejects.toThrow('no such thing')
    await expect(run('exit 3')).rejects.toThrow('ended with 3')
    await expect(run('kill -9 $$')).rejects.toThrow('ended with SIGKILL')
  })

  it('that takes too long is stopped, with what it started', async () => {
    await expect(run('sleep 60 & sleep 60', 100)).rejects.toThrow('took longer than 0.1 s')
  })

  it('is none when there is no such program', async () => {
    await expect(execute(['/no/such/program'], process.env)).rejects.toThrow('ENOENT')
  })

  it('begins in a namespace that is filled, and ends when its work was looked at', () => {
    const workload = { name: 'route-list', count: 7, rows: [], fill: 'fill-routes', expect: { routes: 7 } }
    const script = wrap(workload, ['program', 'word'])
    expect(script.slice(-2)).toEqual(['program', 'word'])
    expect(script.join(' ')).toContain('"$FLOOR" fill-routes 7 && "$@" && "$FLOOR" expect routes 7')
  })
})
