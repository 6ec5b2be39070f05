import { describe, expect, it } from 'vitest'
import { plot } from '../../bench/peers/plot.mjs'

const titles = ['C', 'rtnetlink', 'Go', 'Rust', 'ip', "execFile('ip')", 'a <b> & "c"']

const measured = (count: number) => ({
  date: '2026-01-02T03:04:05.000Z',
  rounds: 1,
  count,
  machine: {},
  missing: {},
  versions: Object.fromEntries(titles.map(title => [title, '1'])),
  peers: Object.fromEntries(titles.map((title, i) => [title, { runs: [{ ns: 1e6 * 4 ** i, setup_ns: 1e6, teardown_ns: 1e6 }] }])),
})

const svg = plot({ workloads: { 'veth-pairs': measured(1000), containers: measured(100), cold: measured(1) } })

/** Fails unless every element that begins ends, in order. */
function checkNesting(text: string): void {
  const open: string[] = []
  for (const [, end, name, selfClosing] of text.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/gi)) {
    if (end) expect(open.pop()).toBe(name)
    else if (!selfClosing) open.push(name!)
  }
  expect(open).toEqual([])
}

interface Box {
  left: number
  right: number
  y: number
}

/** Where texts stand, as wide as the widest letters make them. */
function boxes(): Box[] {
  return [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)</g)].map(([, x, y, more, words]) => {
    const width = words!.replace(/&\w+;/g, '.').length * 8.5
    const left = more!.includes('middle') ? Number(x) - width / 2 : Number(x)
    return { left, right: left + width, y: Number(y) }
  })
}

describe('the plot of the benchmarks', () => {
  it('is well-formed', () => {
    checkNesting(svg)
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/)
    expect(svg).not.toContain('NaN')
  })

  it('has colours for light and for dark, and a background of its own in both', () => {
    const [light, dark] = svg.split('@media (prefers-color-scheme: dark)')
    for (const part of [light, dark]) for (const name of ['--back', '--text', '--c0', '--c5']) expect(part).toContain(`${name}:#`)
    expect(svg).toContain('fill="var(--back)"')
  })

  it('marks everybody but the floor in the legend and in each row', () => {
    expect(svg.match(/class="mark p0"/g)).toHaveLength(1 + 4)
    expect(svg).toContain('>a &lt;b&gt; &amp; &quot;c&quot;</text>')
    expect(svg).not.toContain('>C</text>')
  })

  it('has no text that overlaps another, or the edge', () => {
    const all = boxes()
    for (const [i, one] of all.entries()) {
      expect(one.right).toBeLessThan(1000)
      for (const other of all.slice(i + 1)) {
        if (Math.abs(one.y - other.y) < 16) expect(one.right < other.left || other.right < one.left).toBe(true)
      }
    }
  })
})
