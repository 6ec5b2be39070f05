import { describe, expect, it } from 'vitest'
import { reportLines } from '../../scripts/report.mjs'

describe('the closing report', () => {
  it('names each kernel that ran, and what was skipped on it and why; the last line counts all', () => {
    const tallies = [
      { passed: 6, failed: 0, skipped: [] },
      { passed: 10, failed: 1, skipped: ['kernel: vlan: this kernel has no 8021q'], kernel: '6.18.1' },
      { passed: 4, failed: 0, skipped: ['kernel: bridge: this kernel is older than Linux 6.16'], kernel: '6.12.117' },
      { passed: 5, failed: 0, skipped: [], kernel: '6.12.117' },
    ]
    expect(reportLines(tallies, '6.18.1')).toEqual([
      'Linux 6.18.1: 16 passed, 1 failed, 1 skipped',
      '  skipped: kernel: vlan: this kernel has no 8021q',
      'Linux 6.12.117: 9 passed, 0 failed, 1 skipped',
      '  skipped: kernel: bridge: this kernel is older than Linux 6.16',
      '25 passed, 1 failed, 2 skipped',
    ])
  })
})
