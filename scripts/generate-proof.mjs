// Writes docs/proof.md: `node scripts/generate-proof.mjs` runs the golden bytes, and the witnesses under the full kernel and under this one.
import { writeFileSync } from 'node:fs'
import { testUnderFullKernel } from './full-kernel/test.mjs'
import { file, pageFrom } from './proof.mjs'
import { vitest } from './vitest.mjs'

const witnesses = ['test/kernel/kinds-witness.test.ts']

const full = await testUnderFullKernel(witnesses)
const bytes = vitest('golden bytes', ['wire'])
const here = vitest('witnesses on this kernel', ['kernel'], { args: witnesses })
const tallies = [...full, here, bytes]
const reason = whyNot()
if (reason === undefined) writeFileSync(file, pageFrom(tallies))
console.log(reason === undefined ? `\nwritten: ${file}` : `\nnot written: ${reason}`)
process.exitCode = reason === undefined ? 0 : 1

/** @returns {string | undefined} */
function whyNot() {
  if (full[0].kernel === undefined) return full[0].skipped[0]
  return tallies.some(({ failed }) => failed > 0) ? 'tests failed' : undefined
}
