import { readFileSync } from 'node:fs'
import { formatLink, Netns } from 'rtnetlink'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runNode } from '../support/run-node.ts'
import { deleteTestNamespaces, uniqueName } from '../support/test-namespaces.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

describe('README.md', () => {
  it('begins with an example that runs as it stands', async () => {
    const [, program] = /```js\n([\s\S]*?)```/.exec(readme) ?? []
    const { code, stdout, stderr } = await runNode(['--input-type=module'], program)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^3 of 3 answered\ndefault via 192\.0\.2\.1\n192\.0\.2\.0\/24 via the link itself\n$/)
  })
})

/** The calls in the right-hand column of the table; an object alone goes into the call before. */
function calls(): string[] {
  const cells = Array.from(readme.matchAll(/^\| `(?:ip|bridge) .*? \| (.*) \|$/gm), ([, cell]) => cell)
  return cells.flatMap(cell => {
    const codes = Array.from(cell.matchAll(/`([^`]+)`/g), ([, code]) => code)
    const [first] = codes as [string]
    return codes.map(code => (code.startsWith('{') ? `${first.slice(0, first.indexOf('{'))}${code})` : code))
  })
}

describe('the table "From ip to here"', () => {
  const names = { red: uniqueName(), blue: uniqueName() }
  let ns: Netns
  let red: Netns

  beforeAll(async () => {
    ns = await Netns.create()
    red = await Netns.create(names.red)
    await ns.links.add({ kind: 'veth', name: 'eth0', veth: { peer: { name: 'eth1' } } })
  })
  afterAll(() => {
    ns.close()
    red.close()
    deleteTestNamespaces()
  })

  it('is read', () => {
    expect(calls().length).toBeGreaterThan(25)
  })

  it.each(calls())('%s is taken', async code => {
    const own = code.replaceAll("'red'", `'${names.red}'`).replaceAll("'blue'", `'${names.blue}'`)
    const links = await ns.links.list()
    const call = new Function('Netns', 'formatLink', 'ns', 'red', 'blue', 'links', 'link', `return (async () => (${own}))()`)
    // What this kernel has not, or an earlier row has moved away, it may refuse; a mistake in the call it may not be.
    const error = await call(Netns, formatLink, ns, red, red, links, links[0]).then(
      () => undefined,
      (reason: Error) => reason,
    )
    expect(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']).not.toContain(error?.name)
  })
})
