import { eventually, ip } from './test-namespaces.ts'

/**
 * Waits until a link hears what neighbors ask of each of its IPv6 addresses. The kernel joins the group of an address' solicitations later, in a work
 * item that waits for the RTNL lock (addrconf_dad_begin); what is asked before is asked again a second later.
 */
export async function hearsSolicitations(namespace: string, link: string): Promise<void> {
  const show = (...words: string[]) => JSON.parse(ip('-n', namespace, '-6', '-j', ...words, 'show', 'dev', link))[0]
  const isJoined = () => {
    const own: { local: string }[] = show('address').addr_info
    const joined = new Set(show('maddress').maddr.map(({ address }: { address: string }) => address))
    return own.every(({ local }) => joined.has(solicitedNode(local)))
  }
  if (!(await eventually(isJoined))) throw new Error(`${link} has not joined the groups of its addresses`)
}

/** RFC 4291, 2.7.1: the group of those whose address ends in the same 24 bits. */
function solicitedNode(address: string): string {
  const [, before = '0', last = '0'] = /(?:([^:]*):)?([^:]*)$/.exec(address) as RegExpExecArray
  const group = Number.parseInt(before || '0', 16) & 0xff
  return `ff02::1:ff${group.toString(16).padStart(2, '0')}:${Number.parseInt(last || '0', 16).toString(16)}`
}
