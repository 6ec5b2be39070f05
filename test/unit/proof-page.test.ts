import { describe, expect, it } from 'vitest'
import { comparable, proofPage } from '../../scripts/proof-page.mjs'
import type { BytesNote, Note, SubjectNote, WitnessNote } from '../support/notes.ts'

const vlan: SubjectNote = {
  of: 'subject',
  subject: 'vlan',
  rows: [
    { option: 'id', attribute: 'IFLA_VLAN_ID' },
    { option: 'flags', attribute: 'IFLA_VLAN_FLAGS' },
    { option: 'newer', attribute: 'IFLA_VLAN_NEWER' },
    { option: 'flush', attribute: 'IFLA_VLAN_FLUSH' },
  ],
  options: [{ option: 'id' }, { option: 'flags.gvrp' }, { option: 'flags.mvrp' }, { option: 'newer', needs: 'Linux 6.18' }],
  lacking: false,
  unwitnessed: { flush: 'a command' },
}

const seen = (option: string, did: WitnessNote['did'], text = 'ip'): WitnessNote => ({
  of: 'witness',
  subject: 'vlan',
  option,
  did,
  text,
})
const bytes = (option: string, did: BytesNote['did']): BytesNote => ({ of: 'bytes', subject: 'vlan', option, did })

const full: Note[] = [
  vlan,
  seen('id', 'written'),
  seen('id', 'read', 'ip set'),
  seen('id', 'refused', 'links.set: no | no'),
  seen('flags.gvrp', 'written', 'a file'),
  seen('flags.gvrp', 'changed'),
]
const runs = [{ release: '6.12.1', notes: full }]

/** The cells behind the option and its attribute. */
function cells(page: string, option: string): string[] {
  const line = page.split('\n').find(line => line.startsWith(`| \`${option}\``)) ?? ''
  return line
    .split(/(?<!\\)\|/)
    .slice(3, -1)
    .map(cell => cell.trim())
}

describe('the page of proofs', () => {
  it('has a line for each row, or for each option below it that has a witness', () => {
    const options = proofPage([], runs).match(/(?<=^\| `)[^`]+/gm)
    expect(options).toEqual(['id', 'flags.gvrp', 'flags.mvrp', 'newer', 'flush'])
  })

  it('says what was seen, and on which kernel', () => {
    expect(cells(proofPage([], runs), 'id')).toEqual(['', 'ip', 'ip set', 'no: `links.set: no \\| no`', '6.12', ''])
  })

  it('says that a change was seen, and which one is refused all the same', () => {
    expect(cells(proofPage([], runs), 'flags.gvrp').slice(3, 5)).toEqual(['yes', '6.12'])
    const notes = [...full, seen('flags.gvrp', 'refused', 'not so')]
    expect(cells(proofPage([], [{ release: '6.12.1', notes }]), 'flags.gvrp')[3]).toBe('yes, but `not so`')
  })

  it('says what nobody has seen, and why', () => {
    const page = proofPage([], runs)
    expect([cells(page, 'newer'), cells(page, 'flush')]).toEqual([
      ['', '', '', '', '', 'needs Linux 6.18'],
      ['', '', '', '', '', 'a command'],
    ])
  })

  it('has the directions in which the bytes of an option, of its whole or of its parts are proven', () => {
    const page = proofPage([bytes('id', 'read'), bytes('id', 'sent'), bytes('flags', 'sent'), bytes('flush.x', 'read')], runs)
    expect(['id', 'flags.gvrp', 'newer', 'flush'].map(option => cells(page, option)[0])).toEqual([
      'sent, read',
      'sent',
      '',
      'read',
    ])
  })

  it('takes from a second kernel what the first does not have', () => {
    const second = { release: '6.18.3', notes: [vlan, seen('newer', 'written'), seen('id', 'written', 'a file')] }
    const page = proofPage([], [...runs, second])
    expect([cells(page, 'newer')[4], cells(page, 'id')[1]]).toEqual(['6.18', 'ip'])
    expect(page).toContain('Seen on Linux 6.12.1, Linux 6.18.3.')
  })

  it('says when no kernel has the kind', () => {
    const lacking = { release: '6.12.1', notes: [{ ...vlan, lacking: true }] }
    const pages = [[lacking], [lacking, ...runs]].map(runs => proofPage([], runs))
    expect(pages.map(page => page.includes('No kernel of these tests has it'))).toEqual([true, false])
  })

  it('keeps what was seen on a kernel that did not run this time, and nothing else', () => {
    const second = { release: '6.18.3', notes: [seen('newer', 'written', 'ip | a file')] }
    const former = proofPage([], [...runs, second])
    expect(proofPage([], runs, former)).toBe(former)
    expect(cells(proofPage([], [{ release: '6.12.1', notes: [vlan] }], former), 'id').slice(1, 5)).toEqual(['', '', '', ''])
  })

  it('is the same for two builds of one kernel', () => {
    const [page, other] = ['6.12.1', '6.12.2-debian'].map(release => proofPage([], [{ release, notes: full }]))
    expect([page === other, comparable(page) === comparable(other)]).toEqual([false, true])
  })
})
