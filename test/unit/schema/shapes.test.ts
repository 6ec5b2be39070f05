import { describe, expect, it, vi } from 'vitest'

const HEADING = `// Written by scripts/generate-shapes.mjs from the tables and structs of lib/. Do not edit.
// biome-ignore-all format: one line a shape

export const shapes: Readonly<Record<string, (s: readonly any[]) => object>> = {
`

/** One line: the object literal that has the slots as its properties. */
function shapeLine(name: string, keys: readonly string[]): string {
  const properties = keys.map((key, slot) => [key, slot] as const).filter(([key]) => !key.startsWith('$'))
  return `  ${name}: s => ({ ${properties.map(([key, slot]) => `${propertyName(key)}: s[${slot}]`).join(', ')} }),\n`
}

function propertyName(key: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(key) ? key : JSON.stringify(key)
}

describe('lib/schema/shapes.generated.ts', () => {
  // With `-u`, vitest writes the file: that is what scripts/generate-shapes.mjs does.
  it('has the shape of every table and struct; run "node scripts/generate-shapes.mjs" after a change of rows', async () => {
    vi.resetModules() // Tests share what they import, and others declare shapes of their own.
    const { declaredShapes } = await import('../../../lib/schema/shape.ts')
    const { importTables } = await import('../../support/tables.ts')
    await importTables()
    const lines = [...declaredShapes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, keys]) => shapeLine(name, keys))
    await expect(`${HEADING}${lines.join('')}}\n`).toMatchFileSnapshot('../../../lib/schema/shapes.generated.ts')
  })
})
