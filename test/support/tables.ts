import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const lib = fileURLToPath(new URL('../../lib/', import.meta.url))
const DECLARATION = /\bnew (Table|Struct)\(|\bdefine\w+Kind\(/

/** Imports every module below lib/ that declares a table or a struct. */
export async function importTables(): Promise<void> {
  for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    const path = join(lib, file)
    if (file.endsWith('.ts') && DECLARATION.test(readFileSync(path, 'utf8'))) await import(path)
  }
}
