import { mergeParts } from '../../schema/merge.ts'

type Options = Readonly<Record<string, unknown>>

/** What the options come to: those given, and for the others, and for switches not named, what the link has `now`. */
export function whole(given: Options, now: Options = {}): Options {
  const all: Record<string, unknown> = { ...now }
  for (const [key, value] of Object.entries(given)) if (value !== undefined) all[key] = mergeParts(now[key], value)
  return all
}
