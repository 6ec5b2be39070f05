import { beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../examples/source-nat.mjs'
import { type Held, quietly, runInsideHeld } from '../support/inside.ts'
import { lackOfProgram } from '../support/ip.ts'

const lack = lackOfProgram('source NAT', 'nft', 'nftables')
const nft = (netns: Held, ...words: string[]) => runInsideHeld(netns, 'nft', ...words)

const COUNTERS = `
table inet witness {
  counter router {}
  counter home {}
  chain input {
    type filter hook input priority 0;
    ip saddr 203.0.113.1 icmp type echo-request counter name router
    ip saddr 192.168.1.0/24 icmp type echo-request counter name home
  }
}`

/** How many echo requests `outside` counts by the address that they come from, while `work` runs. */
async function counted(outside: Held, work: () => Promise<unknown>): Promise<{ router: number; home: number }> {
  runInsideHeld(outside, 'sh', '-c', `echo '${COUNTERS}' | nft -f -`)
  await work()
  const packets = (name: string) => Number(/packets (\d+)/.exec(nft(outside, 'list', 'counter', 'inet', 'witness', name))![1])
  const counts = { router: packets('router'), home: packets('home') }
  nft(outside, 'delete', 'table', 'inet', 'witness')
  return counts
}

describe('S18: two namespaces behind a router with source NAT', () => {
  let lines: string[]
  let rules: string
  let answered: number
  let counts: { router: number; home: number }
  let table: string

  beforeAll(async () => {
    lines = await quietly(() =>
      main(async ({ host, ns1, outside }, nat) => {
        if (lack !== undefined) return
        table = nat.table
        rules = nft(host, 'list', 'ruleset')
        counts = await counted(outside, async () => {
          answered = (await ns1.ping('203.0.113.2', { count: 5, interval: 1 })).received
        })
      }),
    )
  })

  it('has one table with one rule, says nft', context => {
    if (lack !== undefined) return context.skip(lack)
    expect(rules.match(/^table/gm)).toEqual(['table'])
    expect(rules).toContain(`table ip ${table} {`)
    expect(rules).toContain('type nat hook postrouting priority srcnat; policy accept;')
    expect(rules.match(/masquerade$/gm)).toEqual(['masquerade'])
    expect(rules).toContain('ip saddr 192.168.1.0/24 oifname "uplink" masquerade')
  })

  it('has its echoes answered, and the outside sees the router’s address alone, counts nft', context => {
    if (lack !== undefined) return context.skip(lack)
    expect(answered).toBe(5)
    expect(counts).toEqual({ router: 5, home: 0 })
  })

  it('tells what the outside saw, before, with it, and afterwards', () => {
    expect(lines).toEqual([
      'without NAT     the outside saw 192.168.1.11, and 0 of 2 echoes were answered',
      'with it         ns1: the outside saw 203.0.113.1, and 3 of 3 echoes were answered',
      'with it         ns2: the outside saw 203.0.113.1, and 3 of 3 echoes were answered',
      'ns1 to ns2      2 of 2 echoes were answered, and crossed the bridge as they were',
      'closed          the outside saw 192.168.1.12 again, and 0 of 2 echoes were answered',
    ])
  })
})
