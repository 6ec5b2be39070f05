import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../support/dist.ts'

const refuseUnshare = ['python3', fileURLToPath(new URL('../support/refuse_unshare.py', import.meta.url))]

/** In a user namespace, where limits can be set and files be covered, and seen by nobody else. */
function within(preparation: string, ...wrapper: string[]): string[] {
  return ['unshare', '-Urm', 'sh', '-c', `${preparation} && exec "$0" "$@"`, ...wrapper]
}

/** Says that the kernel has that setting, whether or not it knows it. */
function settingOfKernel(name: string, value: string): string {
  return `mount -t tmpfs none /proc/sys/kernel && echo ${value} > /proc/sys/kernel/${name}`
}

/** How `Netns.create` fails in a process that is started through `wrapper`. */
async function refused(options: string, wrapper: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await runProgram(
    `const error = await rtnetlink.Netns.create(${options}).catch(error => error)
     const { name, code, operation, restriction, message, cause } = error
     console.log(JSON.stringify({ name, code, operation, restriction, message, cause: cause?.syscall }))`,
    wrapper,
  )
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

/** Started without any capability, even as root of its user namespace. */
const withoutCapabilities = ['setpriv', '--inh-caps=-all', '--bounding-set=-all']

describe('a system that refuses user namespaces is told by', () => {
  it('user.max_user_namespaces = 0', async () => {
    const error = await refused('{ user: true }', within('echo 0 > /proc/sys/user/max_user_namespaces'))
    expect(error).toMatchObject({
      name: 'UserNamespaceError',
      code: 'ENOSPC',
      operation: 'Netns.create',
      restriction: 'max_user_namespaces',
      cause: 'unshareUser',
    })
    expect(error.message).toContain('sysctl -w user.max_user_namespaces=')
  })

  it('a limit of them that is reached', async () => {
    const error = await refused('{ user: true }', within('echo 1 > /proc/sys/user/max_user_namespaces', 'unshare', '-U'))
    expect(error).toMatchObject({ code: 'ENOSPC', restriction: 'max_user_namespaces' })
  })

  it('user.max_net_namespaces = 0', async () => {
    const error = await refused('{ user: true }', within('echo 0 > /proc/sys/user/max_net_namespaces'))
    expect(error).toMatchObject({ code: 'ENOSPC', restriction: 'max_net_namespaces', cause: 'unshare' })
    expect(error.message).toContain('user.max_net_namespaces is 0')
  })

  it('kernel.unprivileged_userns_clone = 0', async () => {
    const error = await refused('{ user: true }', within(settingOfKernel('unprivileged_userns_clone', '0'), ...refuseUnshare))
    expect(error).toMatchObject({ code: 'EPERM', restriction: 'unprivileged_userns_clone', cause: 'unshareUser' })
    expect(error.message).toContain('sysctl -w kernel.unprivileged_userns_clone=1')
  })

  it('AppArmor, with the program that needs a profile', async () => {
    const setting = settingOfKernel('apparmor_restrict_unprivileged_userns', '1')
    const error = await refused('{ user: true }', within(setting, ...refuseUnshare))
    expect(error).toMatchObject({ code: 'EPERM', restriction: 'apparmor' })
    expect(error.message).toMatch(/give \/\S+\/rtnetlink-broker a profile with "userns,"/)
  })

  it('a seccomp filter', async () => {
    const error = await refused('{ user: true }', refuseUnshare)
    expect(error).toMatchObject({ code: 'EPERM', restriction: 'seccomp' })
    expect(error.message).toContain('--security-opt seccomp=')
  })
})

describe('Netns.create', () => {
  it('says why it takes a user namespace, where nobody has asked for one', async () => {
    const error = await refused('', within('true', ...withoutCapabilities, ...refuseUnshare))
    expect(error).toMatchObject({ name: 'UserNamespaceError', restriction: 'seccomp' })
    expect(error.message).toMatch(
      /^Netns.create: this process has no CAP_SYS_ADMIN and CAP_NET_ADMIN, so it takes a user namespace, and /,
    )
  })

  it.each(['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'])('makes it under a user namespace without %s', async capability => {
    const wrapper = within('true', 'setpriv', `--bounding-set=-${capability.slice(4).toLowerCase()}`)
    const { stdout, stderr } = await runProgram(
      `const netns = await rtnetlink.Netns.create()
       const { stdout } = await netns.execFile('readlink', ['/proc/self/ns/user'])
       const { readlinkSync } = await import('node:fs')
       console.log(stdout.trim() !== readlinkSync('/proc/self/ns/user'))`,
      wrapper,
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' })
  })

  it('makes it in the process’s own user namespace with both', async () => {
    const { stdout, stderr } = await runProgram(
      `const netns = await rtnetlink.Netns.create()
       const { stdout } = await netns.execFile('readlink', ['/proc/self/ns/user'])
       const { readlinkSync } = await import('node:fs')
       console.log(stdout.trim() === readlinkSync('/proc/self/ns/user'))`,
      within('true'),
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' })
  })

  it('works without the right to map users: root without capabilities', async () => {
    const { stdout, stderr } = await runProgram(
      `const [left, right] = [await rtnetlink.Netns.create(), await rtnetlink.Netns.create()]
       await left.links.add({ kind: 'veth', name: 'a', up: true, veth: { peer: { name: 'b', netns: right, up: true } } })
       await left.addresses.add({ link: 'a', address: '10.0.0.1/24' })
       await right.addresses.add({ link: 'b', address: '10.0.0.2/24' })
       console.log((await left.ping('10.0.0.2', { count: 10 })).received > 0)`,
      withoutCapabilities,
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' })
  })
})

describe('a namespace of another program of the same user', () => {
  it('is opened by its process, and worked in', async () => {
    const { stdout, stderr } = await runProgram(
      `const { spawn } = await import('node:child_process')
       const { once } = await import('node:events')
       const { createServer } = await import('node:http')
       const other = spawn('unshare', ['-Urn', 'sh', '-c', 'echo ready; exec cat'])
       await once(other.stdout, 'data')
       const netns = await rtnetlink.Netns.open({ pid: other.pid })
       await netns.links.set('lo', { up: true })
       const server = await netns.listen(createServer((_, response) => response.end('inside')), { port: 80 })
       console.log(await (await netns.fetch('http://127.0.0.1/')).text())
       await netns.links.add({ kind: 'bridge', name: 'br0' })
       console.log((await netns.execFile('ip', ['-br', 'link', 'show', 'dev', 'br0'])).stdout.split(' ')[0])
       server.closeAllConnections()
       server.close()
       other.kill()
       netns.close()`,
      process.getuid!() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [],
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'inside\nbr0\n', stderr: '' })
  })
})
