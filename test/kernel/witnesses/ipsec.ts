import type { LinkKind } from '../../../lib/links/kind.ts'
import { vti } from '../../../lib/links/kinds/vti.ts'
import { vti6 } from '../../../lib/links/kinds/vti6.ts'
import { xfrm } from '../../../lib/links/kinds/xfrm.ts'
import type { NamedNetns } from '../../support/namespace.ts'
import { ofKind } from './kind.ts'
import type { Subject, Witness } from './witness.ts'

async function prepare(ns: NamedNetns): Promise<void> {
  await ns.links.add({ kind: 'veth', name: 'under', index: 7001, up: true, veth: { peer: { name: 'below', up: true } } })
}

/** Two tunnels of one namespace differ by their ends. ip takes each word once. */
function vtiSubject(
  kind: LinkKind<any, any>,
  ends: (n: number) => { local: string; remote: string },
  other: { local: string; remote: string },
): Subject {
  return ofKind(kind, {
    needs: (n, { option }: Partial<Witness> = {}) => {
      const options = ends(n)
      const words = Object.entries(options).filter(([key]) => key !== option)
      return { options, words: words.flat().join(' ') }
    },
    prepare,
    witnesses: [
      { option: 'link', value: 'under', reads: 7001, words: 'dev under', shows: ['link', 'under'] },
      { option: 'inputKey', value: 7, words: 'ikey 7', shows: ['ikey', '0.0.0.7'] },
      { option: 'outputKey', value: '0.0.1.2', reads: 258, words: 'okey 0.0.1.2', shows: ['okey', '0.0.1.2'] },
      { option: 'local', value: other.local, words: `local ${other.local}`, shows: ['local', other.local] },
      { option: 'remote', value: other.remote, words: `remote ${other.remote}`, shows: ['remote', other.remote] },
      { option: 'fwmark', value: 9, words: 'fwmark 9', shows: ['fwmark', '0x9'] },
    ],
  })
}

export const vtiWitnesses = vtiSubject(vti, n => ({ local: `203.0.113.${n}`, remote: `198.51.100.${n}` }), {
  local: '192.0.2.9',
  remote: '192.0.2.10',
})

export const vti6Witnesses = vtiSubject(
  vti6,
  n => ({ local: `2001:db8:1::${n.toString(16)}`, remote: `2001:db8:2::${n.toString(16)}` }),
  { local: '2001:db8::9', remote: '2001:db8::a' },
)

export const xfrmWitnesses: Subject = {
  ...ofKind(xfrm, {
    needs: (n, { option }: Partial<Witness> = {}) => {
      if (option === 'collectMetadata') return { options: {}, words: '' }
      return { options: { interfaceId: 1000 + n }, words: option === 'interfaceId' ? '' : `if_id ${1000 + n}` }
    },
    prepare,
    witnesses: [
      { option: 'link', value: 'under', reads: 7001, words: 'dev under', shows: ['link', 'under'] },
      { option: 'interfaceId', value: 0xffff_ffff, words: 'if_id 4294967295', shows: ['if_id', '0xffffffff'], alone: true },
      { option: 'collectMetadata', value: true, words: 'external', shows: ['external', true], alone: true },
    ],
  }),
  // ip prints the link below as it prints a parent.
  shown: link => ({ ...link.linkinfo.info_data, link: link.link }),
}
