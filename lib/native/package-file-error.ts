/**
 * Thrown by the first use of a feature when the file of the package that has it cannot be read; `cause` is Node's own error. Nothing else is
 * the worse for it: the next use tries again.
 */
export class PackageFileError extends Error {
  override readonly name = 'PackageFileError'
  readonly code = 'ERR_RTNETLINK_FILE'

  constructor(cause: NodeJS.ErrnoException) {
    const next = NEXT[cause.code ?? ''] ?? 'Install rtnetlink again'
    super(`rtnetlink: a file of the package could not be read: ${cause.message.split('\n', 1)[0]}\n${next}`, { cause })
  }
}

const GONE = 'Install rtnetlink again, or use the feature once before the process loses sight of the package (chroot)'
const NEXT: Readonly<Record<string, string>> = {
  EMFILE: 'Close files and sockets, or raise the limit (ulimit -n), and try again; or use the feature once before there are many',
  ENFILE: 'The whole system has too many files open (fs.file-max). Try again later; or use the feature once before',
  ENOENT: GONE,
  MODULE_NOT_FOUND: GONE,
}
const ERRORS_OF_READING = new Set([...Object.keys(NEXT), 'EACCES', 'EIO', 'ENOTDIR', 'EPERM'])

/** For the doors that scripts/bundle.mjs makes: what went wrong with reading a chunk. What its code throws stays as it is. */
export function toPackageFileError(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  return ERRORS_OF_READING.has(code) ? new PackageFileError(error as NodeJS.ErrnoException) : error
}
