// `npm run test:kernel [-- FILE…]`: the kernel tests on this kernel, and once more under the full kernel where there is one.
import { testUnderFullKernel } from './full-kernel/test.mjs'
import { report } from './report.mjs'
import { vitest } from './vitest.mjs'

const args = process.argv.slice(2)
const here = vitest('kernel tests', ['kernel'], { args })
report([here, ...(await testUnderFullKernel(args))])
