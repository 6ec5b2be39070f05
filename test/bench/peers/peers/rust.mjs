/** rtnetlink of rust-netlink: requests under way at once, on tokio. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder, debianVersion, installDebian, run } from '../install.mjs'
import { CONFIGURATION } from '../workloads.mjs'

const library = 'librust-rtnetlink-dev'
const sources = fileURLToPath(new URL('../programs/rust', import.meta.url))
const program = () => join(buildFolder('rust'), 'target/release/peer')

/** Debian's packages of crates stand in for the registry, so that nothing is downloaded. */
const configuration = `[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "/usr/share/cargo/registry"
`

/** In a copy of the sources: cargo writes its lock file beside them. */
async function prepare() {
  await installDebian('cargo', 'rustc', library)
  const folder = buildFolder('rust')
  cpSync(sources, folder, { recursive: true })
  mkdirSync(join(folder, '.cargo'), { recursive: true })
  writeFileSync(join(folder, '.cargo/config.toml'), configuration)
  const env = { ...process.env, RUSTC: '/usr/bin/rustc' }
  await run('/usr/bin/cargo', ['build', '--release', '--offline', '--quiet'], { cwd: folder, env })
}

/** @type {import('../peers.mjs').Peer[]} */
export default [
  {
    name: 'rust',
    title: 'Rust',
    language: 'Rust',
    prepare,
    version: () => `rtnetlink ${debianVersion(library)}, rustc ${debianVersion('rustc')}`,
    workloads: CONFIGURATION,
    command: (workload, count) => [program(), workload, String(count)],
    notes: {
      containers: 'taken down by closing their namespaces',
      'route-events': 'the receive buffer is set with `setsockopt` on its socket',
    },
  },
]
