import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'

/** Linux gives these numbers two names, or Node none. */
const OWN: Readonly<Record<number, string>> = {
  11: 'EAGAIN',
  54: 'EXFULL',
  76: 'ENOTUNIQ',
  77: 'EBADFD',
  92: 'ENOPROTOOPT',
  95: 'EOPNOTSUPP',
  112: 'EHOSTDOWN',
  117: 'EUCLEAN',
  120: 'EISNAM',
  132: 'ERFKILL',
}

const names = new Map<number, string>()

/** Symbolic name of a positive errno: `'EEXIST'`. */
export function errnoName(errno: number): string {
  if (names.size === 0) {
    for (const [name, number] of Object.entries(constants.errno)) names.set(number, name)
    for (const [number, name] of Object.entries(OWN)) names.set(Number(number), name)
  }
  return names.get(errno) ?? `errno ${errno}`
}

/** What Node says otherwise, or not at all. */
const OWN_TEXTS: Readonly<Record<number, string>> = {
  54: 'there is no room for more',
  77: 'the descriptor is in a bad state',
  95: 'not supported',
}

/** What the errno means, in a few words. */
export function errnoText(errno: number): string {
  const own = OWN_TEXTS[errno]
  if (own !== undefined) return own
  return getSystemErrorMap().get(-errno)?.[1] ?? 'the operation failed'
}
