import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { referencePages } from '../../scripts/reference-pages.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, 'docs/reference')

describe('docs/reference', () => {
  let pages: Map<string, string>

  beforeAll(async () => {
    pages = await referencePages(join(root, 'lib'), module => import(join(root, 'lib', `${module}.ts`)))
  }, 60_000) // It loads all tables.

  // With `-u`, vitest writes the pages: that is what scripts/generate-reference.mjs does.
  it('is up to date; run "node scripts/generate-reference.mjs" after a change of rows or their comments', async () => {
    for (const [file, text] of pages) await expect(text).toMatchFileSnapshot(join(folder, file))
  })

  it('has no page without a table', () => {
    const files = existsSync(folder) ? readdirSync(folder) : []
    expect(files.filter(file => !pages.has(file))).toEqual([])
  })

  it('has a doc comment for every option of a kind of link', () => {
    const kinds = [...pages].filter(([file]) => file.startsWith('link-'))
    const bare = kinds.flatMap(([file, text]) =>
      (text.match(/^\| `.*\| {2}\|$/gm) ?? []).map(line => `${file}: ${line.split('|')[1].trim()}`),
    )
    expect(bare).toEqual([])
  })
})
