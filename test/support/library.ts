import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const lib = fileURLToPath(new URL('../../lib/', import.meta.url))

/** Imports every module below lib/, so that every table is declared. */
export async function importLibrary(): Promise<void> {
  for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ts')) await import(join(lib, file))
  }
}
