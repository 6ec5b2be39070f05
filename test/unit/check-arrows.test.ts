import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkArrows } from '../../scripts/check-arrows.mjs'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rtnetlink-arrows-'))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function tree(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkArrows(root)
}

describe('check-arrows over lib', () => {
  it('accepts a tree without lib and native', () => {
    expect(checkArrows(root)).toEqual([])
  })

  it('accepts every arrow that points down', () => {
    expect(
      tree({
        'lib/index.ts': "export * from './rtnetlink.ts'\nexport * from './netns/netns.ts'",
        'lib/netns/netns.ts': "import '../rtnetlink.ts'\nimport '../native/load.ts'",
        'lib/rtnetlink.ts': "import './links/links.ts'\nimport './protocol/socket.ts'",
        'lib/links/links.ts': "import './attributes.ts'\nimport '../protocol/socket.ts'\nimport '../errors.ts'",
        'lib/links/attributes.ts': "import '../schema/field.ts'",
        'lib/links/kinds/vlan.ts': "import '../attributes.ts'",
        'lib/schema/field.ts': "import '../values/mac.ts'\nimport type { Program } from '../native/binding.ts'",
        'lib/protocol/socket.ts': "import '../native/binding.ts'",
        'lib/errors.ts': "export * from './native/load-errors.ts'",
      }),
    ).toEqual([])
  })

  it('reports an arrow that points up', () => {
    expect(tree({ 'lib/protocol/socket.ts': "import '../links/links.ts'" })).toEqual([
      'lib/protocol/socket.ts imports lib/links/links.ts: links is above protocol',
    ])
  })

  it('reports types, re-exports and dynamic imports too', () => {
    const wrong = tree({
      'lib/values/mac.ts': "import type { A } from '../schema/a.ts'",
      'lib/values/ip.ts': "export { A } from '../schema/a.ts'",
      'lib/values/cidr.ts': "const a = await import('../schema/a.ts')",
    })
    expect(wrong).toHaveLength(3)
  })

  it('reports a feature that imports another feature', () => {
    expect(tree({ 'lib/routes/routes.ts': "import '../links/links.ts'" })).toEqual([
      'lib/routes/routes.ts imports lib/links/links.ts: routes and links are side by side and do not import each other',
    ])
  })

  it('reports a kind that imports link.ts', () => {
    expect(tree({ 'lib/links/kinds/veth.ts': "import type { Link } from '../link.ts'" })[0]).toMatch(/TS7022/)
  })

  it('lets schema know the contract but not the loader', () => {
    expect(tree({ 'lib/schema/lower.ts': "import '../native/load.ts'" })[0]).toMatch(/the contract, not the addon/)
  })

  it('reports a folder that has no layer', () => {
    expect(tree({ 'lib/util/misc.ts': '' })[0]).toMatch(/lib\/util\/misc\.ts: its folder is in no layer/)
  })
})

describe('check-arrows over native', () => {
  it('accepts node including wire and sys, and sys including system calls', () => {
    expect(
      tree({
        'native/node/socket.cc': '#include <napi.h>\n#include "sys/fd.h"\n#include "../wire/align.h"',
        'native/sys/fd.h': '#include <unistd.h>\n#include <sys/socket.h>',
        'native/wire/align.h': '#include <cstdint>\n#include <linux/netlink.h>',
      }),
    ).toEqual([])
  })

  it.each([
    ['sys', '<napi.h>', 'does not know Node'],
    ['sys', '<node_api.h>', 'does not know Node'],
    ['wire', '<node_api.h>', 'does not know Node'],
    ['wire', '<uv.h>', 'does not know Node'],
    ['wire', '<sys/socket.h>', 'makes no system call'],
    ['wire', '"unistd.h"', 'makes no system call'],
  ])('reports native/%s including %s', (folder, header, why) => {
    expect(tree({ [`native/${folder}/a.cc`]: `#include ${header}` })[0]).toContain(why)
  })

  it.each(['"../sys/fd.h"', '"sys/fd.h"'])('reports wire including %s of ours', header => {
    expect(tree({ 'native/sys/fd.h': '', 'native/wire/a.cc': `#  include ${header}` })).toEqual([
      'native/wire/a.cc includes native/sys/fd.h: native/wire does not know native/sys',
    ])
  })

  it.each(['sys', 'wire'])('reports %s including our node folder', folder => {
    expect(tree({ 'native/node/errors.h': '', [`native/${folder}/a.cc`]: '#include "node/errors.h"' })).toEqual([
      `native/${folder}/a.cc includes native/node/errors.h: native/${folder} does not know native/node`,
    ])
  })

  it('lets sys include wire', () => {
    expect(tree({ 'native/wire/align.h': '', 'native/sys/a.cc': '#include "wire/align.h"' })).toEqual([])
  })
})
