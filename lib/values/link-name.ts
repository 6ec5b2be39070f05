/** Longest name of a link in bytes (IFNAMSIZ less its NUL). */
export const LONGEST_NAME = 15
/** Longest alternative name in bytes (ALTIFNAMSIZ less its NUL). */
export const LONGEST_ALTNAME = 127

/** The kernel's isspace() reads Latin-1, also inside the UTF-8 of other letters, such as "à". */
const NO_BREAK_SPACE = 0xa0

/** Why `text` cannot name a link, as the rest of a sentence; undefined when it can. The rules are the kernel's dev_valid_name(). */
export function linkNameFault(text: string, longest: number): string | undefined {
  if (text === '') return 'is empty'
  const length = Buffer.byteLength(text)
  if (length > longest) return `is ${length} bytes long, and ${longest} are the most`
  if (text === '.' || text === '..') return `"${text}" names no link`
  if (/[/:\0\t-\r ]/.test(text)) return `${JSON.stringify(text)} holds "/", ":" or white space`
  if (length > text.length && Buffer.from(text).includes(NO_BREAK_SPACE))
    return `${JSON.stringify(text)} holds the byte a0, which the kernel takes for white space`
  return undefined
}
