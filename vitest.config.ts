import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { filesLeftOut } from './scripts/takes-root.mjs'

/** Where everything takes so many times as long, such as under the full kernel, a test may too. */
const slowdown = Number(process.env.RTNETLINK_SLOWDOWN ?? 1)

/** They keep nothing that others could see, so they share what they import: else that would be most of their time. */
const quick = { pool: 'threads', isolate: false, testTimeout: 60_000 } as const
const isolated = {
  exclude: [...configDefaults.exclude, ...filesLeftOut()],
  pool: 'forks',
  testTimeout: 120_000 * slowdown,
  hookTimeout: 120_000 * slowdown,
  expect: { poll: { timeout: 20_000 * slowdown } },
} as const

function project(name: string, options: object) {
  return { extends: true as const, test: { name, include: [`test/${name}/**/*.test.ts`], ...options } }
}

export default defineConfig({
  test: {
    // One more than processors, for much of the time a test waits for the kernel; where that is a program, it waits for a processor.
    maxWorkers: Math.min(2, availableParallelism()) + (slowdown > 1 ? 0 : 1),
    reporters: ['default'],
    projects: [
      project('unit', quick),
      project('wire', quick),
      project('contract', { ...isolated, testTimeout: 300_000 }),
      project('kernel', {
        ...isolated,
        include: ['test/kernel/**/*.test.ts', 'examples/**/*.test.mjs'],
        setupFiles: 'test/support/skip-what-takes-root.ts',
      }),
      project('fuzz', { ...isolated, testTimeout: 120_000 }),
      project('package', { ...isolated, testTimeout: 300_000, hookTimeout: 300_000 }),
    ],
  },
})
