import type { LinkKind } from '../../../lib/links/kind.ts'
import type { NamedNetns } from '../../support/namespace.ts'
import type { Reading, Subject, Witness } from './witness.ts'

interface Parts {
  readonly witnesses: readonly Witness[]
  readonly unwitnessed?: Readonly<Record<string, string>>
  readonly readings?: readonly Reading[]
  /** Each link stands on a parent of its own. */
  readonly onParent?: boolean
  /** A namespace takes one at a time: the link before is deleted. */
  readonly alone?: boolean
  /** Options that each link needs by itself, and the same as words of `ip`. `witness` is undefined for readings. */
  readonly needs?: (n: number, witness: Witness | undefined) => { options: object; words: string }
  readonly prepare?: (ns: NamedNetns) => Promise<void>
  /** The command that makes one, where `ip` has no words for the kind. */
  readonly maker?: (name: string, words: readonly string[]) => readonly string[]
}

const nothing = () => ({ options: {}, words: '' })

/** The subject for a kind whose options stand under its own name. */
export function ofKind(kind: LinkKind<any, any>, parts: Parts): Subject {
  const { witnesses, unwitnessed = {}, readings = [], onParent = false, alone = false, needs = nothing, prepare, maker } = parts
  return {
    title: kind.kind,
    kind: kind.kind,
    rows: kind.table.rows,
    witnesses,
    unwitnessed,
    readings,
    whole: kind.notCreatable === undefined,
    ...(maker === undefined ? {} : { by: 'a program that knows only numbers' }),
    ...(prepare === undefined ? {} : { prepare }),
    add: async (ns, name, n, options, witness) => {
      if (alone && n > 1) await ns.links.delete(`t${n - 1}`)
      if (onParent) await ns.links.add({ kind: 'veth', name: `p${n}`, up: true, veth: { peer: { name: `q${n}` } } })
      const common = { name, ...(onParent ? { link: `p${n}` } : {}) }
      await ns.links.add({ kind: kind.kind, ...common, [kind.key]: { ...needs(n, witness).options, ...options } } as never)
    },
    change: (ns, name, options) => ns.links.set(name, { [kind.key]: options } as never),
    commands: (name, n, words, witness) => [
      ...(alone && n > 1 ? [['link', 'delete', 'dev', `t${n - 1}`]] : []),
      ...(onParent ? [['link', 'add', 'name', `p${n}`, 'type', 'veth', 'peer', 'name', `q${n}`]] : []),
      maker?.(name, words) ?? [
        'link',
        'add',
        ...(onParent ? ['link', `p${n}`] : []),
        'name',
        name,
        'type',
        kind.kind,
        ...split(needs(n, witness).words),
        ...words,
      ],
    ],
    pick: link => link[kind.key],
    shown: link => link.linkinfo.info_data ?? {},
  }
}

function split(words: string): string[] {
  return words === '' ? [] : words.split(' ')
}
