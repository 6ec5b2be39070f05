import { lowerAddress } from '../addresses/lower.ts'
import { lowerAltNames } from '../links/alt-names.ts'
import { findLinkKind } from '../links/link-info.ts'
import { linkTable } from '../links/link-table.ts'
import { lowerLink } from '../links/lower.ts'
import { HEADER_WORDS } from '../native/binding.ts'
import { lowerRoute } from '../routes/lower.ts'
import { Program } from '../schema/program.ts'
import { inside, type Locate, OPERATION } from './option-path.ts'
import type { Given } from './shapes.ts'

/** What is written here is looked at and thrown away. */
const program = new Program()

/** Refuses what `links.add` would refuse before it sends anything. Namespaces are the reader's business. */
export function checkLink(locate: Locate, given: Given): void {
  const { altNames } = given
  const options = withoutNamespaces(given)
  inside(locate, () => {
    lowerLink(program.begin(OPERATION, HEADER_WORDS.link), options, 'create')
    lowerLink(program.begin(OPERATION, HEADER_WORDS.link), options, 'afterCreation')
    if (altNames !== undefined) lowerAltNames(program.begin(OPERATION, HEADER_WORDS.link), 1, altNames)
    checkPeer(options)
  })
}

/** The key of the kind's data, and the key in there of the second link that comes along. */
export function peerOf(
  options: Given,
): { readonly key: string; readonly peer: string; readonly given: Given | undefined } | undefined {
  const kind = findLinkKind(String(options.kind))
  if (kind?.peer === undefined) return undefined
  const data = options[kind.key] as Given | null | undefined
  const given = data?.[kind.peer]
  return { key: kind.key, peer: kind.peer, given: typeof given === 'object' && given !== null ? (given as Given) : undefined }
}

function withoutNamespaces(given: Given): Given {
  const { netns, ...options } = given
  const peer = peerOf(options)
  if (peer?.given === undefined) return options
  const { netns: elsewhere, ...rest } = peer.given
  return { ...options, [peer.key]: { ...(options[peer.key] as Given), [peer.peer]: rest } }
}

/** What the message that creates leaves out of a peer. */
function checkPeer(options: Given): void {
  const peer = peerOf(options)
  if (peer?.given === undefined) return
  const { up, master } = peer.given
  program.begin(OPERATION, HEADER_WORDS.link)
  for (const key of [peer.key, peer.peer]) {
    program.at(key)
    program.enter()
  }
  linkTable.lower(program, peer.given, 'afterCreation')
  linkTable.lower(program, { up, master }, 'change')
}

export function checkAddress(locate: Locate, options: Given): void {
  inside(locate, () => lowerAddress(program.begin(OPERATION, HEADER_WORDS.address), options))
}

export function checkRoute(locate: Locate, options: Given): void {
  inside(locate, () => lowerRoute(program.begin(OPERATION, HEADER_WORDS.route), options))
}
