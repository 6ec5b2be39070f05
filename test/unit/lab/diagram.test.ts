import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagram } from '../../../lib/lab/diagram/diagram.ts'
import { type Box, CHARACTER, type Curve, columnsOfText, layOut, type Point } from '../../../lib/lab/diagram/layout.ts'
import { toMermaid } from '../../../lib/lab/diagram/mermaid.ts'
import type { Survey, SurveyedLink, Wire } from '../../../lib/lab/diagram/survey.ts'
import { toSvg } from '../../../lib/lab/diagram/svg.ts'

function link(index: number, name: string, more: Partial<SurveyedLink> = {}): SurveyedLink {
  return { index, name, kind: 'veth', state: 'up', addresses: [], depth: 0, master: undefined, ...more }
}

const pair = (...[one, oneIndex, other, otherIndex]: [number, number, number, number]): Wire => ({
  kind: 'pair',
  ends: [
    { namespace: one, index: oneIndex },
    { namespace: other, index: otherIndex },
  ],
})

const office: Survey = {
  namespaces: [
    {
      name: 'hub',
      links: [
        link(2, 'lan', { kind: 'bridge', addresses: ['10.0.0.1/24'] }),
        link(10, 'laptop-eth0', { depth: 1, master: 2 }),
        link(12, 'phone-eth0', { depth: 1, master: 2, state: 'no carrier' }),
        link(14, 'router-eth0', { depth: 1, master: 2 }),
      ],
    },
    { name: 'laptop', links: [link(11, 'eth0', { addresses: ['10.0.0.2/24', 'fd00::2/64'] })] },
    { name: 'phone', links: [link(13, 'eth0', { state: 'down' })] },
    {
      name: 'router',
      links: [link(15, 'eth0', { addresses: ['10.0.0.3/24'] }), link(16, 'eth1'), link(17, 'eth1.5@eth1', { kind: 'vlan' })],
    },
    { name: 'server', links: [link(18, 'eth0'), link(19, 'mv0', { kind: 'macvlan' })] },
    { name: 'a <b> & "c"', links: [] },
  ],
  wires: [pair(0, 10, 1, 11), pair(0, 12, 2, 13), pair(0, 14, 3, 15), pair(3, 16, 4, 18), { ...pair(3, 16, 4, 19), kind: 'on' }],
}

/** Every second namespace is joined to the one before, and some to others, with links of all lengths. */
const surveys = fc
  .record({
    names: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 14 }),
    joins: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 25 }),
    addresses: fc.array(fc.ipV6(), { maxLength: 3 }),
  })
  .map(({ names, joins, addresses }): Survey => {
    const links: SurveyedLink[][] = names.map(() => [])
    const wires = joins.flatMap(([a, b], i): Wire[] => {
      const [one, other] = [Math.min(a, b) % names.length, Math.max(a, b) % names.length]
      if (one === other) return []
      links[one]!.push(link(2 * i, `eth${i}`.repeat(1 + (i % 3)), { addresses, state: i % 3 === 0 ? 'no carrier' : 'up' }))
      links[other]!.push(link(2 * i + 1, `e${i}`))
      return [one < other ? pair(one, 2 * i, other, 2 * i + 1) : pair(other, 2 * i + 1, one, 2 * i)]
    })
    return { namespaces: names.map((name, i) => ({ name, links: links[i]! })), wires }
  })

const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

function at({ points }: Curve, t: number): Point {
  const [a, b, c, d] = points
  const along = (axis: 'x' | 'y') =>
    (1 - t) ** 3 * a[axis] + 3 * (1 - t) ** 2 * t * b[axis] + 3 * (1 - t) * t ** 2 * c[axis] + t ** 3 * d[axis]
  return { x: along('x'), y: along('y') }
}

const isInside = ({ x, y }: Point, box: Box) =>
  x > box.x + 0.01 && x < box.x + box.width - 0.01 && y > box.y && y < box.y + box.height

describe('the layout', () => {
  it('keeps boxes apart, and inside the picture', () => {
    fc.assert(
      fc.property(surveys, survey => {
        const { boxes, width, height } = layOut(survey)
        for (const [i, box] of boxes.entries()) {
          expect(boxes.slice(i + 1).filter(other => overlap(box, other))).toEqual([])
          expect([box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height]).toEqual([
            true,
            true,
            true,
            true,
          ])
        }
      }),
    )
  })

  it('leads every wire from box to box, through none and inside the picture', () => {
    fc.assert(
      fc.property(surveys, survey => {
        const { boxes, curves, width, height } = layOut(survey)
        expect(curves).toHaveLength(survey.wires.length)
        for (const curve of curves) {
          for (let step = 0; step <= 20; step++) {
            const point = at(curve, step / 20)
            expect(boxes.find(box => isInside(point, box))).toBeUndefined()
            expect(point.x > 0 && point.x < width && point.y > 0 && point.y < height).toBe(true)
          }
          for (const { x, y } of [curve.points[0], curve.points[3]])
            expect(boxes.some(box => (x === box.x || x === box.x + box.width) && y > box.y && y < box.y + box.height)).toBe(true)
        }
      }),
    )
  })

  it('leaves room for the text in a box, on lines of its own', () => {
    fc.assert(
      fc.property(surveys, survey => {
        for (const box of layOut(survey).boxes) {
          let lowest = box.y
          expect(columnsOfText(box.name) * CHARACTER).toBeLessThan(box.width)
          for (const { link, x, y } of box.rows) {
            const text = [link.name, link.kind, link.state].join('  ')
            expect(x + columnsOfText(text) * CHARACTER).toBeLessThan(box.x + box.width)
            for (const address of link.addresses) expect(x + columnsOfText(address) * CHARACTER).toBeLessThan(box.x + box.width)
            expect(y - lowest).toBeGreaterThanOrEqual(16)
            lowest = y + 16 * link.addresses.length
          }
          expect(lowest).toBeLessThan(box.y + box.height)
        }
      }),
    )
  })

  it('is the same every time', () => {
    fc.assert(
      fc.property(surveys, survey => {
        expect(layOut(structuredClone(survey))).toEqual(layOut(survey))
      }),
    )
  })

  it('has a bridge in the middle of what hangs on it', () => {
    const count = 12
    const links = Array.from({ length: count }, (_, i) => link(10 + 2 * i, `p${i}`))
    const leaves = links.map((_, i) => ({ name: `n${i}`, links: [link(11 + 2 * i, 'eth0')] }))
    const wires = links.map((_, i) => pair(0, 10 + 2 * i, i + 1, 11 + 2 * i))
    const [hub, ...others] = layOut({ namespaces: [{ name: 'hub', links }, ...leaves], wires }).boxes as [Box, ...Box[]]
    expect(others.filter(({ x }) => x < hub.x)).toHaveLength(6)
    expect(others.filter(({ x }) => x > hub.x)).toHaveLength(6)
  })

  it('of nothing is a picture', () => {
    expect(toSvg({ namespaces: [], wires: [] })).toContain('<svg xmlns=')
    expect(toMermaid({ namespaces: [], wires: [] })).toBe('flowchart LR\n')
  })
})

describe('SVG', () => {
  it('is as it was', async () => {
    await expect(toSvg(office)).toMatchFileSnapshot('pictures/office.svg')
  })

  it('has text that means itself', () => {
    const name = `<script>&"'\u0007\ud800`
    const svg = toSvg({ namespaces: [{ name, links: [link(1, name, { kind: name, addresses: [name] })] }], wires: [] })
    expect(svg).not.toContain('<script>')
    expect(svg.match(/&lt;script&gt;&amp;&quot;&#39;\ufffd\ufffd/g)).toHaveLength(5)
  })

  it('has a state that is said in words too', () => {
    expect(toSvg(office).match(/>(up|down|no carrier)</g)).toHaveLength(office.namespaces.flatMap(({ links }) => links).length)
  })
})

describe('Mermaid', () => {
  it('is as it was', async () => {
    await expect(toMermaid(office)).toMatchFileSnapshot('pictures/office.mmd')
  })

  it('has text that means itself', () => {
    const name = '"]; click n0 "x" `*_#<br>'
    const text = toMermaid({ namespaces: [{ name, links: [link(1, name)] }], wires: [] })
    for (const line of text.split('\n').slice(1, 3)) expect(line).toMatch(/^ +(subgraph )?n0(l1)?\["[\w .:/@~#;·-]*"\]$/)
    expect(text).not.toContain('<br>')
  })
})

describe('diagram', () => {
  it.each([
    [{ format: 'png' }, '"png" is not one of "mermaid", "svg"'],
    [{ format: 5 }, 'expected "mermaid" or "svg", got 5'],
    [{ fromat: 'svg' }, 'did you mean "format"?'],
    [5, 'an object of options'],
  ])('refuses %o', async (options, text) => {
    await expect(diagram({}, options as never)).rejects.toThrow(text)
  })
})
