// The generated shapes of all tables are a tenth of the core's text. Each goes into the file of the table or struct that has its name.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SHAPE = /^ {2}(\w+): (s => .*),$/gm
const DECLARED = /\b(?:new (?:Table|Struct)|defineLinkKind|(definePortKind))\(\s*'(\w+)'/g

/**
 * What shapes.generated.ts says, in parts: the text of an object for each chunk. In the core's are those whose table is declared there, in several chunks, or
 * in a way that the text of `lib` does not tell.
 * @param {string} lib
 * @param {(file: string) => string} chunkOf
 * @returns {Map<string, string>}
 */
export function shapesByChunk(lib, chunkOf) {
  const owners = ownersOf(lib, chunkOf)
  const parts = new Map([['core', '']])
  for (const [, name, shape] of readFileSync(join(lib, 'schema/shapes.generated.ts'), 'utf8').matchAll(SHAPE)) {
    const [chunk = 'core', other] = owners.get(name) ?? []
    const owner = other === undefined ? chunk : 'core'
    parts.set(owner, `${parts.get(owner) ?? ''}${name}: ${shape}, `)
  }
  return new Map([...parts].map(([chunk, text]) => [chunk, `{ ${text}}`]))
}

/** The chunks in which tables and structs of a name are declared. */
function ownersOf(lib, chunkOf) {
  const owners = new Map()
  for (const path of readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))) {
    const file = join(lib, path)
    for (const [, port, name] of readFileSync(file, 'utf8').matchAll(DECLARED)) {
      const key = port === undefined ? name : `${name}Port`
      owners.set(key, new Set([...(owners.get(key) ?? []), chunkOf(file)]))
    }
  }
  return owners
}
