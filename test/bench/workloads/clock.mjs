/** ns since an arbitrary moment, as a number. */
export const now = () => performance.now() * 1e6

/** How long `work` takes, in ns. */
export async function time(work) {
  const start = now()
  await work()
  return now() - start
}

/** Calls `run` this many times, one after another, and returns what each returned. */
export async function repeat(runs, run) {
  const results = []
  for (let i = 0; i < runs; i++) results.push(await run(i))
  return results
}
