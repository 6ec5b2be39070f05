import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import TallyReporter from '../../scripts/tally-reporter.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtnetlink-tally-'))
  vi.stubEnv('RTNETLINK_TALLY', join(folder, 'tally.json'))
  vi.spyOn(console, 'error').mockReturnValue()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

type Outcome = { state: string; note?: string; notes?: object[] }

function module(outcomes: Outcome[], errors: Error[] = [], suiteErrors: Error[] = []) {
  const tests = outcomes.map((outcome, index) => ({
    fullName: `test ${index}`,
    project: { name: 'kernel' },
    result: () => outcome,
    meta: () => ({ notes: outcome.notes }),
  }))
  return { errors: () => errors, children: { allTests: () => tests, allSuites: () => [{ errors: () => suiteErrors }] } }
}

function tally(modules: object[], unhandledErrors: Error[] = [], outcome = 'passed') {
  new TallyReporter().onTestRunEnd(modules, unhandledErrors, outcome)
  return JSON.parse(readFileSync(join(folder, 'tally.json'), 'utf8'))
}

describe('the tally', () => {
  it('counts what passed and failed, and keeps the reason of what was skipped', () => {
    const outcomes = [{ state: 'passed' }, { state: 'failed' }, { state: 'skipped', note: 'vlan: this kernel has no 8021q' }]
    expect(tally([module(outcomes)], [], 'failed')).toEqual({
      passed: 1,
      failed: 1,
      skipped: ['kernel: test 2: vlan: this kernel has no 8021q'],
      notes: [],
      kernel: release(),
    })
  })

  it('keeps what a test noted, when it passed', () => {
    const outcomes = [
      { state: 'passed', notes: [{ of: 'bytes' }] },
      { state: 'failed', notes: [{ of: 'witness' }] },
    ]
    expect(tally([module(outcomes)], [], 'failed').notes).toEqual([{ of: 'bytes' }])
  })

  it('counts a test that is skipped without a reason as failed', () => {
    expect(tally([module([{ state: 'skipped' }])])).toMatchObject({ passed: 0, failed: 1, skipped: [] })
  })

  it.each([
    ['a kind', 'geneve: this kernel has no geneve'],
    ['a kind that a module of another name brings', 'vlan: this kernel has no 8021q'],
    ['something else', 'bridge: this kernel has no bridge vlan filtering'],
  ])('counts a test of %s that this kernel is expected to have as failed when it is skipped', (_, note) => {
    vi.stubEnv('RTNETLINK_EXPECTED_KINDS', 'geneve,vlan,bridge,bridge vlan filtering')
    expect(tally([module([{ state: 'skipped', note }])])).toMatchObject({ passed: 0, failed: 1, skipped: [] })
  })

  it.each([
    'bond: this kernel has no bond',
    'geneve: this kernel is older than Linux 6.14',
    'geneve: this kernel has no receive packet steering',
  ])('takes another reason for skipping a test of an expected kind: %s', note => {
    vi.stubEnv('RTNETLINK_EXPECTED_KINDS', 'geneve')
    expect(tally([module([{ state: 'skipped', note }])])).toMatchObject({ failed: 0, skipped: [`kernel: test 0: ${note}`] })
  })

  it('counts a test that never finished as failed', () => {
    expect(tally([module([{ state: 'pending' }])]).failed).toBe(1)
  })

  it('counts a file that does not load, a failing beforeAll and an unhandled error', () => {
    const error = new Error('no')
    expect(tally([module([], [error]), module([], [], [error])], [error]).failed).toBe(3)
  })

  it('never reports a run that was interrupted as clean', () => {
    expect(tally([module([{ state: 'passed' }])], [], 'interrupted').failed).toBe(1)
  })
})
