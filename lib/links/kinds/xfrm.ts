import type { Program } from '../../schema/program.ts'
import { linkReference } from '../../schema/references.ts'
import { flag, u32 } from '../../schema/scalars.ts'
import type { Phase } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'
import { whole } from '../tunnels/whole.ts'

type Options = Readonly<Record<string, unknown>>

function check(program: Program, given: Options, phase: Phase, _common: Options, now: Options | undefined): void {
  const { collectMetadata, interfaceId } = whole(given, now)
  if (now?.collectMetadata === true && given.interfaceId !== undefined)
    program.refuse('interfaceId', 'cannot be changed of a link with collectMetadata')
  if (collectMetadata === true) refuseOwn(program, given)
  else if (phase === 'create' && interfaceId === undefined) program.missing('interfaceId', '(or collectMetadata: true)')
  else if (interfaceId === 0) program.refuse('interfaceId', '0 is none')
}

function refuseOwn(program: Program, given: Options): void {
  for (const key of ['interfaceId', 'link']) {
    const nothing = given[key] === undefined || given[key] === null || given[key] === 0
    if (!nothing) program.refuse(key, 'does not go with collectMetadata: true')
  }
}

/**
 * A link for what IPsec protects: packets that are routed to it are encrypted by the states and policies with the same id (`ip xfrm … if_id`), whatever their ends; without
 * those nothing passes. What they decrypt arrives at it. Unlike a `vti` it adds no header of its own, and one carries IPv4 and IPv6 over either. Its mtu is 1500 by default, and does not follow what IPsec adds.
 * Same as `ip link add ipsec0 type xfrm if_id 42`.
 */
export const xfrm = defineLinkKind(
  'xfrm',
  {
    /** The link below, for offloads and room for headers; routes decide where packets go. Default: none. `ip` calls it `dev`. */
    link: linkReference(1, 'IFLA_XFRM_LINK', { access: 'create', orNone: true }),
    /** Id of the states and policies, 1–4294967295, one such link for each in a namespace. Required, unless `collectMetadata` is on. `ip` calls it `if_id`. */
    interfaceId: u32(2, 'IFLA_XFRM_IF_ID'),
    /** The id comes with each packet, from routes or eBPF; one such link in a namespace. Default false. `ip` calls it `external`. Since Linux 6.1. */
    collectMetadata: flag(3, 'IFLA_XFRM_COLLECT_METADATA', { access: 'create' }),
  },
  {
    module: { config: 'CONFIG_XFRM_INTERFACE', name: 'xfrm_interface' },
    refusals: {
      add: { EEXIST: 'another xfrm of this namespace has the same "interfaceId", or also "collectMetadata"' },
      set: { EEXIST: 'another xfrm of this namespace has the same "interfaceId"' },
    },
    // xfrmi_change() in net/xfrm/xfrm_interface_core.c wants to hear of the link each time.
    changesWhole: { repeats: ['link'] },
    check,
  },
)
