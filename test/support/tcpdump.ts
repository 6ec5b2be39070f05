import { execFileSync, spawnSync } from 'node:child_process'
import type { BpfInstruction } from '../../lib/index.ts'

/** Why tests with tcpdump as their witness are left out, or undefined when it is there. */
export function lackOfTcpdump(): string | undefined {
  return spawnSync('tcpdump', ['--version']).error === undefined ? undefined : 'tcpdump is not installed'
}

/** A packet as tcpdump reads it out of a file. */
export interface ShownPacket {
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint
  /** tcpdump's line without the time. */
  readonly text: string
  readonly bytes: Buffer
}

/** What tcpdump finds in a file: `words` are more of its arguments. */
export function tcpdumpReads(file: string, ...words: string[]): ShownPacket[] {
  const args = ['-nn', '-tt', '-xx', '--time-stamp-precision=nano', ...words, '-r', file]
  const output = execFileSync('tcpdump', args, { encoding: 'utf8', stdio: 'pipe' })
  return output.split(/\n(?=\d)/).flatMap(packet => (packet.trim() === '' ? [] : [readPacket(packet)]))
}

function readPacket(packet: string): ShownPacket {
  const [line = '', ...rest] = packet.split('\n')
  const [, seconds, fraction, text = ''] = /^(\d+)\.(\d{9}) (.*)$/.exec(line) ?? []
  // Of a link type that it cannot print, it shows the bytes twice.
  const rows = rest.slice(rest.findLastIndex(row => row.includes('0x0000:'))).filter(row => /^\s+0x/.test(row))
  const digits = rows.map(row => row.replace(/^\s+0x[0-9a-f]+:/, '').replaceAll(' ', ''))
  return { timestamp: BigInt(`${seconds}${fraction}`), text, bytes: Buffer.from(digits.join(''), 'hex') }
}

/** The link type that tcpdump finds, such as `EN10MB`. */
export function linkTypeOf(file: string): string | undefined {
  const { stderr } = spawnSync('tcpdump', ['-r', file, '-c', '1'], { encoding: 'utf8' })
  return /link-type (\w+)/.exec(stderr)?.[1]
}

/** A filter for Ethernet frames, as tcpdump compiles it. */
export function compileFilter(expression: string): BpfInstruction[] {
  const output = execFileSync('tcpdump', ['-ddd', '-y', 'EN10MB', expression], { encoding: 'utf8', stdio: 'pipe' })
  const [, ...lines] = output.trim().split('\n')
  return lines.map(line => {
    const [code = 0, jt = 0, jf = 0, k = 0] = line.split(' ').map(Number)
    return { code, jt, jf, k }
  })
}
