import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The C++ files under `folder` whose names match, as paths; none where the folder is not there yet. */
export function cppFiles(folder, pattern = /\.(cc|h)$/) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => pattern.test(file))
    .map(file => join(folder, file))
    .sort()
}
