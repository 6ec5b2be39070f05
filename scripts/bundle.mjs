// Writes dist/*.js from lib: one file, because Node spends half a millisecond on each module that it loads, and a program that
// makes one call (a CNI plugin) waits for all of them. Declarations come from tsc.
import { rolldown } from 'rolldown'

const entries = {
  'dist/index.js': 'lib/index.ts',
  // install.mjs needs the loader and the programs alone, before anything else of the package is known to work.
  'dist/native/load.js': 'lib/native/load.ts',
  'dist/native/executables.js': 'lib/native/executables.ts',
  // Preloaded into Workers, by --require.
  'dist/worker-entry.cjs': 'lib/netns/processes/worker-entry.ts',
}

for (const [file, input] of Object.entries(entries)) {
  const bundle = await rolldown({ input, platform: 'node', external: [/^node:/, 'bindings'] })
  await bundle.write({ file, format: file.endsWith('.cjs') ? 'cjs' : 'esm', sourcemap: true })
}
