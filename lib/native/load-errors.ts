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
