import type { Hint } from '../protocol/failure.ts'
import type { LinkKind } from './kind.ts'
import { linkKinds } from './kinds.ts'

const ENODEV = 19
const EEXIST = 17
const EBUSY = 16
const EOPNOTSUPP = 95

type Given = Readonly<Record<string, unknown>>

/** The next step for a refusal about a link; `given` are the caller's options, with the `link` that was meant where there is one. */
export function linkHint(given: object): Hint {
  const options = given as Given
  return (errno, message) => {
    if (errno === ENODEV && message === undefined) return absent(options)
    if (errno === EOPNOTSUPP) return unsupported(options, message)
    if (errno === EEXIST && message === undefined && typeof options.name === 'string')
      return `a link named "${options.name}" is there already`
    if (errno === EBUSY && message === undefined) return 'some options can only be changed while the link is down'
    return undefined
  }
}

function absent({ link }: Given): string | undefined {
  return typeof link === 'string' ? `there is no link "${link}" in this namespace` : undefined
}

/** The kernel answers the same for a kind that it lacks, one that cannot be made this way, and a change that the kind cannot make. */
function unsupported(options: Given, message: string | undefined): string | undefined {
  const kind = (linkKinds as readonly unknown[] as readonly LinkKind[]).find(({ kind: name }) => name === options.kind)
  if (options.kind === undefined) return options.link === undefined ? undefined : 'a link of this kind cannot do that'
  if (kind?.notCreatable !== undefined) return kind.notCreatable
  if (kind?.module === undefined || (message !== undefined && message !== 'Unknown device type')) return undefined
  const { config, name } = kind.module
  return `this kernel may lack "${kind.kind}" links: they need ${config} (try: modprobe ${name})`
}
