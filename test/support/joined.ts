import { createNamespace, type NamedNetns } from './namespace.ts'
import { hearsSolicitations } from './solicitations.ts'

/** Two namespaces with a wire between them: 192.0.2.1 and 2001:db8::1 on the left, 192.0.2.2 and 2001:db8::2 on the right. */
export async function joinedNamespaces(): Promise<{ left: NamedNetns; right: NamedNetns }> {
  const [left, right] = await Promise.all([createNamespace(), createNamespace()])
  await left.links.add({ kind: 'veth', name: 'wire', up: true, veth: { peer: { name: 'wire', netns: right, up: true } } })
  await Promise.all(
    [left, right].flatMap((netns, i) => [
      netns.links.set('lo', { up: true }),
      netns.addresses.add({ link: 'wire', address: `192.0.2.${i + 1}/24` }),
      // No duplicate address detection, which would take a second.
      netns.addresses.add({ link: 'wire', address: `2001:db8::${i + 1}/64`, noDad: true }),
      netns.addresses.add({ link: 'wire', address: `fe80::${i + 1}/64`, noDad: true }),
    ]),
  )
  // Carrier comes a moment later, and with it what was sent before would come late.
  while ((await left.links.get('wire')).operationalState !== 'up') await new Promise(resolve => setTimeout(resolve, 1))
  for (const { name } of [left, right]) await hearsSolicitations(name, 'wire')
  return { left, right }
}

/** What two errors have in common when the same went wrong: everything but the stack. */
export function plain(error: unknown): object {
  const { name, message, ...rest } = error as Error
  return { name, message, class: (error as Error).constructor.name, ...rest }
}
