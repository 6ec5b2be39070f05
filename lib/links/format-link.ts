import type { Link } from './link.ts'

/**
 * The line that `ip link` prints for a link:
 * `5: veth0@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000`.
 * The name behind `@` is looked up in `links`, the links of the same namespace; without them its index stands there.
 */
export function formatLink(link: Link, links: readonly Link[] = []): string {
  const words = [`${link.index}: ${nameWithParent(link, links)}: <${flagsOf(link, links).join(',')}> mtu ${link.mtu}`]
  if (link.qdisc !== undefined) words.push(`qdisc ${link.qdisc}`)
  if (link.master !== undefined) words.push(`master ${nameOf(link.master, links)}`)
  if (link.operationalState !== undefined) words.push(`state ${stateOf(link.operationalState)}`)
  if (link.linkMode !== undefined) words.push(`mode ${String(link.linkMode).toUpperCase()}`)
  if (link.group !== undefined) words.push(`group ${link.group === 0 ? 'default' : link.group}`)
  if (link.txQueueLength) words.push(`qlen ${link.txQueueLength}`)
  return words.join(' ')
}

function nameWithParent(link: Link, links: readonly Link[]): string {
  if (link.link === undefined) return link.name
  if (link.link === 0) return `${link.name}@NONE`
  return `${link.name}@${link.linkNetnsid === undefined ? nameOf(link.link, links) : `if${link.link}`}`
}

/** `M-DOWN`: the link below is down, which `ip` tells where it can see that link; `NO-CARRIER`: up, and not running. */
function flagsOf(link: Link, links: readonly Link[]): string[] {
  const flags = link.flags.map(flag => (typeof flag === 'number' ? `0x${flag.toString(16)}` : (flag as string)))
  if (link.up && !isRunning(link)) flags.unshift('NO-CARRIER')
  const below = link.linkNetnsid === undefined ? links.find(({ index }) => index === link.link) : undefined
  if (below !== undefined && !below.up) flags.push('M-DOWN')
  return flags
}

/** IFF_RUNNING, which `flags` leaves out as `ip` does: the kernel derives it from the operational state (netif_oper_up()). */
function isRunning({ operationalState, flags }: Link): boolean {
  if (operationalState === undefined) return flags.includes('LOWER_UP')
  return operationalState === 'up' || operationalState === 'unknown'
}

function nameOf(index: number, links: readonly Link[]): string {
  return links.find(link => link.index === index)?.name ?? `if${index}`
}

function stateOf(state: string | number): string {
  return String(state).toUpperCase()
}
