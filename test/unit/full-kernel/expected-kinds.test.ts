import { describe, expect, it } from 'vitest'
import { linkKinds } from '../../../lib/links/kinds.ts'
import { absentKinds, expectedBesides, expectedKinds } from '../../../scripts/full-kernel/expected-kinds.mjs'

const known = linkKinds.map(({ kind }) => kind)

describe('scripts/full-kernel/expected-kinds.mjs', () => {
  it('says of every kind that the library knows whether the full kernel has it, and names no other', () => {
    expect([...expectedKinds, ...Object.keys(absentKinds)].toSorted()).toEqual(known.toSorted())
  })

  it('says why a kind is absent', () => {
    expect(Object.entries(absentKinds).filter(([, why]) => why === '')).toEqual([])
  })

  it('names among the rest what is no kind', () => {
    expect(expectedBesides.filter(name => (known as string[]).includes(name))).toEqual([])
  })
})
