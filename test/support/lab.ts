import { readdirSync, readlinkSync } from 'node:fs'
import { Netns } from '../../lib/netns/netns.ts'

/** Paths of descriptors of network namespaces that a process holds open, one for each beside its own. */
export function namespacesHeldBy(pid: number): string[] {
  const seen = new Set([readlinkSync(`/proc/${pid}/ns/net`)])
  const paths = readdirSync(`/proc/${pid}/fd`).map(fd => `/proc/${pid}/fd/${fd}`)
  return paths.filter(path => {
    const target = targetOf(path)
    if (target === undefined || !target.startsWith('net:') || seen.has(target)) return false
    seen.add(target)
    return true
  })
}

/** Another handle of a namespace of this process, which goes on when the first is closed. */
export async function secondHandle(netns: Netns): Promise<Netns> {
  const target = `net:[${netns.inode.split(':')[1]}]`
  const path = namespacesHeldBy(process.pid).find(path => targetOf(path) === target)
  return await Netns.open({ path: path as string })
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined // It was closed meanwhile.
  }
}
