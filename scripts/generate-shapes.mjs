// Writes lib/schema/shapes.generated.ts from the tables: `node scripts/generate-shapes.mjs`. Node 20 cannot import TypeScript and
// vitest can, so the test that compares the file is also what writes it.
import { run } from './run.mjs'

const test = 'test/unit/schema/shapes.test.ts'
const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', test, '--update']
process.exitCode = run('lib/schema/shapes.generated.ts from the tables', process.execPath, args) ? 0 : 1
