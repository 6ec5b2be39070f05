/** vishvananda/netlink, which Docker and Kubernetes' plug-ins use: handles, and goroutines where they help. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder, debianVersion, installDebian, run } from '../install.mjs'
import { CONFIGURATION } from '../workloads.mjs'

const library = 'golang-github-vishvananda-netlink-dev'
const sources = fileURLToPath(new URL('../programs/go', import.meta.url))
const program = () => join(buildFolder('go'), 'peer')

/** Debian has a package's sources in a GOPATH, so that nothing is downloaded. */
async function prepare() {
  await installDebian('golang-go', library)
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  await run('/usr/bin/go', ['build', '-o', program(), '.'], { cwd: sources, env })
}

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'go',
    title: 'Go',
    language: 'Go',
    prepare,
    version: () => `vishvananda/netlink ${debianVersion(library)}, Go ${debianVersion('golang-go')}`,
    workloads: CONFIGURATION,
    command: (workload, count) => [program(), workload, String(count)],
    notes: {
      containers: 'taken down by closing their namespaces',
      'route-add': 'two goroutines, a handle each',
      'neighbor-add': 'two goroutines, a handle each',
      'fdb-add': 'two goroutines, a handle each',
      'route-events': '`RouteSubscribe`, whose receive buffer cannot be set, and which ends at the first event that was dropped',
    },
  },
]
