import { enumOf, flagsOf } from '../../schema/enums.ts'
import type { Program } from '../../schema/program.ts'
import { defineLinkKind } from '../kind.ts'

/** ipvlan_nl_validate() in drivers/net/ipvlan/ipvlan_main.c: EINVAL, and no word. */
export function refuseBothFlags(program: Program, { flags }: { readonly flags?: unknown }): void {
  if (!Array.isArray(flags) || !flags.includes('private') || !flags.includes('vepa')) return
  program.refuse('flags', '"private" and "vepa" exclude each other')
}

/** What ipvlan_link_new() refuses without a word. */
export const parentRefusals = {
  EBUSY: '"link" is in use already: as a port of a bridge or bond, or by macvlan links, which do not share a parent with ipvlan',
  EINVAL: '"link" must be an Ethernet link, and not the loopback',
} as const

/**
 * A link that shares the hardware address of another one, which is given as `link`: for networks that allow a host one address only, and for
 * wireless links. What arrives is told apart by IP address, so a DHCP server needs a client id to do so. It and its parent cannot talk to each other, whatever
 * the mode. A parent carries ipvlan or macvlan links, not both. Mode and flags are one for all ipvlan links of a parent: what was given last holds, and a new link
 * without `mode` puts all of them into `'l3'`. Same as `ip link add link eth0 name ip0 type ipvlan mode l2`.
 */
export const ipvlan = defineLinkKind(
  'ipvlan',
  {
    /**
     * `'l2'`: with ARP, broadcast and multicast, as if plugged into the parent's network. `'l3'`: only IP, without ARP and multicast; neighbors need a route to the addresses by way of
     * the parent. `'l3s'`: as `'l3'`, and netfilter and connection tracking of the parent's namespace see the packets. Default `'l3'`.
     */
    mode: enumOf(1, 'IFLA_IPVLAN_MODE', 'u16', { l2: 0, l3: 1, l3s: 2 }),
    /** What links of one parent are to each other. `[]`, the default (`ip` says `bridge`): they talk. `['private']`: they do not. `['vepa']`: only by way of the switch outside, which must send frames back. */
    flags: flagsOf(2, 'IFLA_IPVLAN_FLAGS', 'u16', { private: 1, vepa: 2 }),
  },
  {
    requiresLink: true,
    check: refuseBothFlags,
    refusals: { add: parentRefusals },
    module: { config: 'CONFIG_IPVLAN', name: 'ipvlan' },
  },
)
