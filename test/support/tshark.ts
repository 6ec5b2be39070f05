import { execFileSync, spawnSync } from 'node:child_process'

/** They never end under the sanitizers' libraries. */
const env = { ...process.env, LD_PRELOAD: undefined }

/** Why tests with Wireshark's programs as their witness are left out, or undefined when they are there. */
export function lackOfTshark(): string | undefined {
  const lacks = ['tshark', 'capinfos'].filter(program => spawnSync(program, ['--version'], { env }).error !== undefined)
  return lacks.length === 0 ? undefined : `${lacks.join(' and ')} not installed (Debian's package tshark)`
}

/** What Wireshark finds in each frame of a file: the fields that are asked for, '' where a frame has none of them. */
export function tsharkReads(file: string, fields: readonly string[]): string[][] {
  const words = fields.flatMap(field => ['-e', field])
  const output = execFileSync('tshark', ['-n', '-r', file, '-T', 'fields', ...words], { encoding: 'utf8', stdio: 'pipe', env })
  return output.split('\n').flatMap(line => (line === '' ? [] : [line.split('\t')]))
}

/** What capinfos says of a file as a whole. */
export function capinfos(file: string): string {
  return execFileSync('capinfos', [file], { encoding: 'utf8', stdio: 'pipe', env })
}
