// S16. Network namespaces: named ones, which `ip netns` sees, and anonymous ones, which live as long as something holds them.
//
//   ip netns add blue;  ip netns list;  ip -n blue link;  ip netns delete blue
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Netns } from 'rtnetlink'

export async function main(inspect = async (_namespaces, _step) => {}) {
  const name = `rtnetlink-example-${process.pid}`
  const blue = await Netns.create(name)
  const anonymous = await Netns.create()
  try {
    console.log(`created "${name}" and an anonymous one; named ones now: ${(await Netns.list()).join(', ')}`)
    assert.ok((await Netns.list()).includes(name))
    await assert.rejects(Netns.create(name), { name: 'NamespaceError', code: 'EEXIST' })

    // A name is a bind mount of the namespace's file (nsfs), so that it stays when nothing else holds it.
    assert.equal(fileSystemAt(`/run/netns/${name}`), 'nsfs')
    console.log(`/run/netns/${name} is a mount of nsfs`)

    const again = await Netns.open(name)
    assert.equal(again.inode, blue.inode)
    assert.notEqual(anonymous.inode, blue.inode)
    again.close()

    for (const [title, netns] of Object.entries({ named: blue, anonymous })) {
      const links = await netns.links.list()
      const routes = await netns.routes.list({ table: 'main' })
      console.log(
        `${title}: links ${links.map(link => `${link.name} (${link.operationalState})`)}; ${routes.length} routes in table main`,
      )
      assert.equal(links.length, 1)
      assert.equal(links[0].name, 'lo')
      assert.equal(links[0].up, false)
      assert.equal(routes.length, 0)
    }
    await inspect({ blue, anonymous }, 'created')

    await Netns.delete(name)
    assert.ok(!(await Netns.list()).includes(name))
    await assert.rejects(Netns.open(name), { name: 'NamespaceError', code: 'ENOENT' })
    // The name is gone; the namespace is not, while the handle holds it.
    assert.equal((await blue.links.list()).length, 1)
    console.log('deleted the name; the handle still reaches the namespace')
    await inspect({ blue, anonymous }, 'deleted')
  } finally {
    await blue[Symbol.asyncDispose]() // What `await using` calls: closes, and deletes the name if it is there.
    anonymous.close()
  }
}

function fileSystemAt(path) {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const line = lines.find(text => text.split(' ')[4] === path)
  return line?.split(' - ')[1].split(' ')[0]
}

if (process.argv[1] === import.meta.filename) await main()
