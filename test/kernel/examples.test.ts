import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runNode } from '../support/run-node.ts'
import { listedNames } from '../support/test-namespaces.ts'

const folder = fileURLToPath(new URL('../../examples/', import.meta.url))
const examples = readdirSync(folder).filter(file => file.endsWith('.mjs'))

describe('examples', () => {
  it.each(examples)('%s runs as it stands, and leaves no namespace behind', async file => {
    const { pid, code, stdout, stderr } = await runNode([`examples/${file}`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toBe('')
    expect(listedNames()).not.toContain(`rtnetlink-example-${pid}`)
  })
})
