const [START] = process.hrtime()

/** Of a monotonic clock that begins when this is loaded. `performance.now()` would do, but loading node:perf_hooks takes a millisecond. */
export function milliseconds(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return (seconds - START) * 1e3 + nanoseconds / 1e6
}
