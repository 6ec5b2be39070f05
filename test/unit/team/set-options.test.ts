import { describe, expect, it } from 'vitest'
import type { NetlinkError } from '../../../lib/errors.ts'
import { lowerTeam, stepsOf } from '../../../lib/team/lower.ts'
import { teamFamily } from '../../../lib/team/messages.ts'
import { optionHint } from '../../../lib/team/team-hint.ts'
import { command } from '../../support/generic.ts'

function refusal(options: object): unknown {
  try {
    for (const step of stepsOf(command(teamFamily, 'setOptions', 'team.setOptions'), options)) {
      const program = command(teamFamily, 'setOptions', 'team.setOptions')
      lowerTeam(program, 2)
      step.write(program)
    }
  } catch (error) {
    const { name, option, message } = error as NetlinkError
    return [name, option, message]
  }
  return undefined
}

describe('team.setOptions refuses', () => {
  it.each<[string, object, string, string, string]>([
    ['a misspelt option', { activeport: 3 }, 'TypeError', 'activeport', 'did you mean "activePort"?'],
    ['a misspelt option of a port', { ports: [{ link: 3, prio: 1 }] }, 'TypeError', 'ports.0.prio', 'unknown option'],
    ['a misspelt option of load balancing', { loadBalance: { method: '' } }, 'TypeError', 'loadBalance.method', 'unknown option'],
    ['a mode that is no text', { mode: 1 }, 'TypeError', 'mode', 'expected text, got 1'],
    ['a mode that is too long', { mode: 'x'.repeat(32) }, 'RangeError', 'mode', 'at most 31 bytes'],
    ['no active port', { activePort: null }, 'TypeError', 'activePort', 'expected a link'],
    ['a port without its link', { ports: [{ priority: 1 }] }, 'TypeError', 'ports.0.link', 'is required'],
    [
      'a second port with a wrong value',
      { ports: [{ link: 3 }, { link: 4, enabled: 1 }] },
      'TypeError',
      'ports.1.enabled',
      'true or false',
    ],
    ['a priority beyond 32 bits', { ports: [{ link: 3, priority: 2 ** 31 }] }, 'RangeError', 'ports.0.priority', '2147483647'],
    ['a queue beyond 16 bits', { ports: [{ link: 3, queueId: 65_536 }] }, 'RangeError', 'ports.0.queueId', '65535'],
    ['ports that are no array', { ports: { link: 3 } }, 'TypeError', 'ports', 'expected an array'],
    ['an array where one value is meant', { notifyPeersCount: [1] }, 'TypeError', 'notifyPeersCount', 'expected a whole number'],
    [
      'one value where an array is meant',
      { loadBalance: { hashToPort: 3 } },
      'TypeError',
      'loadBalance.hashToPort',
      'an array with a link',
    ],
    [
      'more hashes than there are',
      { loadBalance: { hashToPort: Array(257).fill(3) } },
      'RangeError',
      'loadBalance.hashToPort',
      '256',
    ],
    ['an entry that is no link', { loadBalance: { hashToPort: [3, {}] } }, 'TypeError', 'loadBalance.hashToPort.1', 'a link'],
    [
      'half an instruction',
      { loadBalance: { hashFunction: new Uint8Array(12) } },
      'TypeError',
      'loadBalance.hashFunction',
      '8 for each',
    ],
    [
      'a type that nobody knows',
      { other: [{ name: 'x', type: 'u7', value: 1 }] },
      'TypeError',
      'other.0.type',
      'expected one of u32',
    ],
    [
      'a value of another type',
      { other: [{ name: 'x', type: 'u32', value: 'y' }] },
      'TypeError',
      'other.0.value',
      'whole number',
    ],
  ])('%s', (_, options, name, option, message) => {
    expect(refusal(options)).toEqual([name, option, expect.stringContaining(message)])
  })

  it('nothing of what was read and cannot be set', () => {
    const read = { ports: [{ link: 3, enabled: true, txBytes: 5 }], loadBalance: { hashTxBytes: [1] }, unknown: [] }
    expect(refusal(read)).toBeUndefined()
  })
})

describe('the next step', () => {
  it.each([
    ['mode', 16, 'the mode can only change while the team has no ports'],
    ['activeport', 2, 'the mode must be "activebackup", and the link must be a port of the team'],
    ['lb_hash_stats', 95, 'the option can only be read'],
    ['later', 2, 'the team has no such option in its present mode'],
    ['notify_peers_count', 22, 'the link must be a team'],
    ['mode', 1, undefined],
  ])('after %s was refused with errno %i', (name, errno, hint) => {
    expect(optionHint(name)(errno, undefined)).toBe(hint)
  })
})
