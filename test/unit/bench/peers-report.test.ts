import { describe, expect, it } from 'vitest'
import { page } from '../../bench/peers/report.mjs'

const machine = { processor: '2 × Fast', memory: '4 GiB', kernel: 'Linux 6.18', node: 'v20.0.0', load: 0.1 }

const results = (peers: Record<string, { runs: object[]; failed?: string }>, more: object = {}) => ({
  workloads: {
    'veth-pairs': {
      date: '2026-01-02T03:04:05.000Z',
      rounds: 3,
      count: 1000,
      machine,
      versions: Object.fromEntries(Object.keys(peers).map(title => [title, `version of ${title}`])),
      missing: {},
      peers,
      ...more,
    },
  },
})

const ms = (...values: number[]) => ({ runs: values.map(value => ({ ns: value * 1e6, delay_p99_ns: 6e6 })) })

/** The cells of the first row, by heading. */
function cellsOf(text: string): Record<string, string> {
  const [headings, , first] = text.split('\n').filter(line => line.startsWith('|'))
  const split = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim())
  const cells = split(first!)
  return Object.fromEntries(split(headings!).map((heading, i) => [heading, cells[i]!]))
}

describe('the page of the benchmarks', () => {
  it('has a row a workload and a column a peer, with medians and spreads', () => {
    const text = page(results({ C: ms(300, 310, 320), rtnetlink: ms(330, 320, 340), Go: ms(400, 400, 400) }))
    expect(cellsOf(text)).toMatchObject({
      what: '1,000 veth pairs',
      C: '310 ms (300 ms–320 ms)',
      '**rtnetlink**': '**330 ms (320 ms–340 ms)**',
      'to C': '1.06 ×',
      'to the fastest peer': '0.82 × Go',
      Go: '400 ms',
    })
  })

  it('says what is missed', () => {
    expect(page(results({ C: ms(300), rtnetlink: ms(400), Go: ms(350) }))).toContain('**missed**: target, Go is faster')
  })

  it('shows when the event loop was later than it may be', () => {
    expect(cellsOf(page(results({ rtnetlink: ms(400) })))['event loop late, p99']).toBe('**6.0 ms**')
  })

  it('has a footnote for a peer that broke', () => {
    const text = page(results({ C: ms(300, 300, 300), Go: { runs: [], failed: 'took longer than 120 s' } }))
    expect(cellsOf(text).Go).toBe('—<sup>1</sup>')
    expect(text).toContain('\n1. Go, veth-pairs: took longer than 120 s\n')
  })

  it('says where a slow peer had fewer rounds', () => {
    const text = page(results({ C: ms(300, 300, 300), pyroute2: ms(9000) }))
    expect(cellsOf(text).pyroute2).toBe('9,000 ms<sup>1</sup>')
    expect(text).toContain('\n1. Slow, so in 1 of 3 rounds\n')
  })

  it('names the machine, the versions, and what is missing and why', () => {
    const text = page(results({ C: ms(300) }, { missing: { Rust: 'no package' } }))
    expect(text).toContain('- W1: Linux 6.18, 2 × Fast, 4 GiB, Node v20.0.0, load 0.1 before; 3 rounds, 2026-01-02')
    expect(text).toContain('- C: version of C')
    expect(text).toContain('- Rust: no package')
  })
})
