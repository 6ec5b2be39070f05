import { describe, expect, it } from 'vitest'
import { columns, summarize } from '../../bench/peers/summary.mjs'

const setting = { date: '2026-01-02T03:04:05.000Z', machine: {}, missing: {} }

const measured = (peers: Record<string, object[]>, more: object = {}) => ({
  ...setting,
  rounds: 3,
  count: 1000,
  versions: Object.fromEntries(Object.keys(peers).map(title => [title, '1'])),
  peers: Object.fromEntries(Object.entries(peers).map(([title, runs]) => [title, { runs }])),
  ...more,
})

const times = (...values: number[]) => values.map(ns => ({ ns }))

const pairs = (peers: Record<string, object[]>) => summarize({ workloads: { 'veth-pairs': measured(peers) } })[0]!.rows[0]!

describe('the summary of a benchmark of peers', () => {
  it('takes the median of the rounds, and the least and the most', () => {
    const { cells } = pairs({ C: times(30, 10, 20) })
    expect(cells.C).toMatchObject({ median: 20, least: 10, most: 30, runs: 3 })
  })

  it('compares with the floor, and with the fastest of the peers', () => {
    const row = pairs({ C: times(100), rtnetlink: times(105), Go: times(150), Rust: times(140) })
    expect(row.floorRatio).toBeCloseTo(1.05)
    expect(row.fastest).toEqual({ title: 'Rust', median: 140 })
    expect(row.missed).toEqual([])
  })

  it('shows who does less than is asked, and does not let it race', () => {
    const peers = { C: times(100), rtnetlink: times(105), libmnl: times(101), Rust: times(140) }
    const entry = measured(peers, { besides: ['libmnl'] })
    const row = summarize({ workloads: { 'veth-pairs': entry } })[0]!.rows[0]!
    expect(row.cells.libmnl).toMatchObject({ median: 101 })
    expect(row.fastest).toEqual({ title: 'Rust', median: 140 })
    expect(row.missed).toEqual([])
  })

  it('says what is missed: the target, and who is faster', () => {
    expect(pairs({ C: times(100), rtnetlink: times(111), Go: times(110) }).missed).toEqual(['target', 'Go'])
  })

  it('says nothing where there is nothing to compare with', () => {
    expect(pairs({ rtnetlink: times(111) }).missed).toBeUndefined()
    expect(pairs({ C: times(100) }).missed).toBeUndefined()
  })

  it('leaves out the time of a listener that did not hear all', () => {
    const peers = { C: [{ delivered: 1000, ns: 10 }], Go: [{ delivered: 999, ns: 5 }], rtnetlink: [{ delivered: 1000, ns: 11 }] }
    const [delivered, time] = summarize({ workloads: { 'route-events': measured(peers) } })[0]!.rows
    expect(delivered!.cells.Go).toMatchObject({ median: 999 })
    expect(time!.cells.Go).toMatchObject({ runs: 0 })
    expect(time!.missed).toEqual([])
  })

  it('counts an event that was not heard as a target that was missed', () => {
    const peers = { rtnetlink: [{ delivered: 999, ns: 11 }] }
    expect(summarize({ workloads: { 'route-events': measured(peers) } })[0]!.rows[0]!.missed).toEqual(['target'])
  })

  it('allows a cold start what Node itself and the C program take, one and a half times', () => {
    const cold = (ours: number) => {
      const peers = { C: times(2), 'Node alone': times(40), rtnetlink: times(ours) }
      return summarize({ workloads: { cold: measured(peers) } })[0]!.rows[0]!.missed
    }
    expect(cold(63)).toEqual([])
    expect(cold(64)).toEqual(['target'])
  })

  it('divides memory by the number of objects', () => {
    const peers = { rtnetlink: [{ ns: 1, first_ns: 1, grown_bytes: 5000 }] }
    const memory = summarize({ workloads: { 'link-list': measured(peers) } })[0]!.rows[2]!
    expect(memory.cells.rtnetlink).toMatchObject({ median: 5 })
  })

  it('has a column for whoever did anything, the floor and this library first', () => {
    const results = { workloads: { 'veth-pairs': measured({ Go: times(1), rtnetlink: times(1), C: times(1) }) } }
    expect(columns(summarize(results))).toEqual(['C', 'rtnetlink', 'Go'])
  })
})
