import { describe, expect, it } from 'vitest'
import { loadPeers, titleOf } from '../../bench/peers/peers.mjs'
import { mergeWorkload } from '../../bench/peers/results.mjs'
import { inTurn } from '../../bench/peers/rounds.mjs'
import { selectWorkloads, workloads } from '../../bench/peers/workloads.mjs'

const namesOf = (only: string) => selectWorkloads(only).map(({ name }) => name)

describe('what a benchmark of peers writes', () => {
  it('puts a workload in, and leaves the others', () => {
    const results = { workloads: { one: { rounds: 5 } } }
    mergeWorkload(results, 'two', { rounds: 5 })
    expect(results.workloads).toEqual({ one: { rounds: 5 }, two: { rounds: 5 } })
  })

  it('keeps what was measured in more rounds, and says so', () => {
    const older = { rounds: 5 }
    const results = { workloads: { one: older } }
    expect(mergeWorkload(results, 'one', { rounds: 1 })).toBe(older)
    expect(results.workloads.one).toBe(older)
  })

  it('replaces it when it is told to', () => {
    const results = { workloads: { one: { rounds: 5 } } }
    expect(mergeWorkload(results, 'one', { rounds: 1 }, true)).toBeUndefined()
    expect(results.workloads.one).toEqual({ rounds: 1 })
  })
})

describe('what a benchmark of peers runs', () => {
  it('begins each round with another', () => {
    expect([0, 1, 2, 3].map(round => inTurn(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc'])
  })

  it('selects workloads by number, with and without letter, and by name', () => {
    expect(namesOf('W1,W3b')).toEqual(['veth-pairs', 'containers'])
    expect(namesOf('W7')).toEqual(['neighbor-add', 'fdb-add'])
    expect(namesOf('cold')).toEqual(['cold'])
  })

  it('refuses a workload or a peer that there is not', async () => {
    expect(() => selectWorkloads('W99')).toThrow(RangeError)
    await expect(loadPeers('nobody')).rejects.toThrow(RangeError)
  })

  it('has peers that keep the contract', async () => {
    const known = workloads.map(({ name }) => name)
    const peers = await loadPeers(undefined)
    expect(new Set(peers.map(titleOf)).size).toBe(peers.length)
    for (const peer of peers) {
      expect(known).toEqual(expect.arrayContaining([...peer.workloads]))
      for (const workload of peer.workloads) {
        expect(peer.command(workload, 1).every(word => typeof word === 'string')).toBe(true)
      }
    }
  })
})
