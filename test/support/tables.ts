import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linkKinds, portKinds } from '../../lib/links/kinds.ts'

const lib = fileURLToPath(new URL('../../lib/', import.meta.url))
const DECLARATION = /\bnew (Table|Struct)\(|\bdefine\w+Kind\(/

/** Imports every module below lib/ that declares a table or a struct, and builds the tables of all kinds. */
export async function importTables(): Promise<void> {
  for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    const path = join(lib, file)
    if (file.endsWith('.ts') && DECLARATION.test(readFileSync(path, 'utf8'))) await import(path)
  }
  for (const kind of [...linkKinds, ...portKinds]) void kind.table
}
