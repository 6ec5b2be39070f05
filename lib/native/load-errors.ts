/** Thrown by the first call on a system other than Linux; importing the package works everywhere. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError'
  readonly code = 'ERR_RTNETLINK_PLATFORM'

  constructor(platform: string) {
    super(`rtnetlink works on Linux only: it talks to the Linux kernel, and this is ${platform}`)
  }
}

/** Thrown by the first call when the compiled addon is missing or does not load; `cause` is the loader's own error. */
export class AddonLoadError extends Error {
  override readonly name = 'AddonLoadError'
  readonly code = 'ERR_RTNETLINK_ADDON'

  constructor(tried: readonly string[], cause: unknown) {
    const reason = cause instanceof Error && !('tries' in cause) ? cause.message : 'no binary is there'
    super(
      `rtnetlink: the native addon could not be loaded: ${reason}\nTried:\n${tried.map(file => `  ${file}\n`).join('')}` +
        'Build it with: npm rebuild rtnetlink (needs python3, make and g++)',
      { cause },
    )
  }
}

/** Thrown by what runs a program that comes with this package, when the program is missing or may not be executed. */
export class ExecutableError extends Error {
  override readonly name = 'ExecutableError'
  readonly code = 'ERR_RTNETLINK_EXECUTABLE'

  constructor(program: string, tried: readonly string[], cause?: unknown) {
    super(
      cause === undefined
        ? `rtnetlink: its program ${program} is not there\nTried:\n${tried.map(file => `  ${file}\n`).join('')}` +
            'Build it with: npm rebuild rtnetlink (needs python3, make and g++)'
        : `rtnetlink: its program ${program} may not be executed (${(cause as Error).message})\n` +
            `Repair it with: chmod +x ${tried[0]}`,
      { cause },
    )
  }
}
