// What goes wrong says where. A mistake is found before anything is sent; a refusal of the kernel comes with the kernel's own words and
// with the path of the option that it minds.
import assert from 'node:assert/strict'
import { NetlinkError, Netns } from 'rtnetlink'

export async function main() {
  const host = await Netns.create()
  try {
    console.log('Mistakes, before any system call:\n')
    await fails({ code: 'ERR_UNKNOWN_OPTION', option: 'vxlan.leerning' }, () =>
      // @ts-expect-error: TypeScript says so too.
      host.links.add({ kind: 'vxlan', name: 'vx0', vxlan: { vni: 5, leerning: true } }),
    )
    await fails({ code: 'ERR_OUT_OF_RANGE', option: 'vxlan.vni' }, () =>
      host.links.add({ kind: 'vxlan', name: 'vx0', vxlan: { vni: 2 ** 24 } }),
    )
    await fails({ code: 'ERR_INVALID_ARG_VALUE', option: 'name' }, () =>
      host.links.add({ kind: 'bridge', name: 'a-name-of-16-byt' }),
    )
    await fails({ code: 'ERR_INVALID_ARG_VALUE', option: 'to' }, () => host.routes.add({ to: '10.1.2.3/8', via: '10.0.0.1' }))

    console.log('\nRefusals of the kernel:\n')
    await host.links.add({ kind: 'bridge', name: 'br0' })
    await fails({ code: 'EEXIST', name: 'NetlinkError' }, () => host.links.add({ kind: 'bridge', name: 'br0' }))
    await fails({ code: 'ENODEV', option: 'master' }, () =>
      host.links.add({ kind: 'veth', name: 'v0', master: 'br7', veth: { peer: { name: 'v1' } } }),
    )
    await fails({ code: 'EINVAL', option: 'mtu' }, () => host.links.set('br0', { mtu: 70_000 }))
    await fails({ code: 'ENETUNREACH', operation: 'routes.add' }, () => host.routes.add({ to: 'default', via: '192.0.2.1' }))

    console.log('\nThe parts of such an error:\n')
    const error = await host.links.set('br0', { mtu: 70_000 }).catch(reason => reason)
    assert.ok(error instanceof NetlinkError)
    const { code, errno, operation, option, kernelMessage } = error
    for (const [key, value] of Object.entries({ code, errno, operation, option, kernelMessage }))
      console.log(`  ${key}: ${value}`)
    assert.match(error.stack?.split('\n')[1] ?? '', /errors\.mjs/, 'the stack starts here, not inside the library')
  } finally {
    host.close()
  }
}

async function fails(expected, call) {
  await assert.rejects(call, (/** @type {any} */ error) => {
    console.log(`  ${error.name}: ${error.message}`)
    for (const [key, value] of Object.entries(expected)) assert.equal(error[key], value, key)
    return true
  })
}

if (process.argv[1] === import.meta.filename) await main()
