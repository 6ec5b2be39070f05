import type { Survey, SurveyedLink } from './survey.ts'

/** A Mermaid flow chart: namespaces as groups, links as nodes; ports joined to their master by a thin line, the ends of a pair by a thick one. */
export function toMermaid({ namespaces, wires }: Survey): string {
  const lines = ['flowchart LR']
  const muted: string[] = []
  for (const [number, { name, links }] of namespaces.entries()) {
    lines.push(`  subgraph n${number}["${quoted(name)}"]`)
    for (const link of links) {
      lines.push(`    ${idOf(number, link.index)}["${labelOf(link)}"]`)
      if (link.state !== 'up') muted.push(idOf(number, link.index))
    }
    for (const { index, master } of links)
      if (master !== undefined) lines.push(`    ${idOf(number, master)} --- ${idOf(number, index)}`)
    lines.push('  end')
  }
  for (const { kind, ends } of wires) {
    const [one, other] = ends.map(({ namespace, index }) => idOf(namespace, index))
    lines.push(`  ${one} ${kind === 'pair' ? '===' : '-.-'} ${other}`)
  }
  if (muted.length > 0) lines.push('  classDef muted stroke-dasharray: 4 3', `  class ${muted.join(',')} muted`)
  return `${lines.join('\n')}\n`
}

const idOf = (namespace: number, index: number) => `n${namespace}l${index}`

function labelOf({ name, kind, state, addresses }: SurveyedLink): string {
  const first = [name, kind, state].filter(word => word !== undefined).map(word => quoted(word))
  return [first.join(' · '), ...addresses.map(quoted)].join('<br>')
}

/** Everything that could mean something to Mermaid, to Markdown or to HTML, as its character's number. */
function quoted(text: string): string {
  return text.replace(/[^\p{L}\p{N} .:/@~-]/gu, character => `#${character.codePointAt(0)};`)
}
