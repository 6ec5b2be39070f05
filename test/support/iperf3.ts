import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { entering, type Held } from './inside.ts'

const run = promisify(execFile)

/** Why tests with iperf3 as their witness are left out, or undefined when it is there. */
export function lackOfIperf3(): string | undefined {
  return spawnSync('iperf3', ['--version']).error === undefined ? undefined : 'iperf3 is not installed'
}

/** What iperf3 counted, of the words of its report that tests look at. */
export interface Counted {
  readonly sum_sent: { readonly bytes: number }
  readonly sum_received: { readonly bytes: number }
  /** Of UDP. */
  readonly sum: { readonly packets: number; readonly lost_packets: number }
}

/** Runs iperf3 from one namespace to its server at an address in another; `words` are more of its client's arguments. */
export async function iperf3(from: Held, to: Held, address: string, ...words: string[]): Promise<Counted> {
  const [enterServer, ...toServer] = entering(to)
  const server = spawn(enterServer, [...toServer, 'iperf3', '--server', '--one-off', '--forceflush', '--bind', address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(server, 'exit')
  await once(server.stdout, 'data')
  server.stdout.resume()
  const [enter, ...toClient] = entering(from)
  try {
    const { stdout } = await run(enter, [...toClient, 'iperf3', '--client', address, '--json', ...words])
    await ended
    return JSON.parse(stdout).end
  } catch (error) {
    server.kill()
    throw error
  }
}
