import { invalidValue, missingOption } from '../errors.ts'
import type { Program } from '../schema/program.ts'
import { AF_INET } from '../values/family.ts'
import { addressTable } from './address-table.ts'
import { FOREVER, scopes } from './attributes.ts'
import { IFADDR } from './header.ts'
import { subject } from './subject.ts'

const IFA_CACHEINFO = 6
const IFA_FLAGS = 8
const LOOPBACK = 127
const { rows } = addressTable

type Given = Readonly<Record<string, unknown>>

/** Writes an address that is to be added or replaced. */
export function lowerAddress(program: Program, options: object): void {
  const given = options as Given
  if (given.address === undefined) addressTable.checkKeys(program, given)
  lowerSubject(program, given)
  if (given.scope === undefined && isLoopback()) program.header(IFADDR.scope.word, scopes.names.host)
  addressTable.lower(program, options, 'create')
  lowerLifetimes(program)
  lowerManyFlags(program)
}

/** Writes what an address is deleted by; the rest of a listed address is passed over. */
export function lowerIdentity(program: Program, options: object): void {
  const given = options as Given
  addressTable.checkKeys(program, given)
  if (given.link === undefined) throw missingOption(program.operation, 'link')
  lowerSubject(program, given)
  for (const key of ['link', 'address', 'peer', 'label', 'manageTemporary'] as const) {
    if (given[key] === undefined) continue
    program.at(key)
    rows[key].lower(program, given[key] as never)
  }
  lowerManyFlags(program)
}

function lowerSubject(program: Program, given: Given): void {
  if (given.address === undefined) throw missingOption(program.operation, 'address')
  subject.read(program, given.address, given.peer)
  program.header(IFADDR.family.word, subject.family)
  program.header(IFADDR.prefixLength.word, subject.prefixLength)
}

function isLoopback(): boolean {
  return subject.family === AF_INET && subject.local[0] === LOOPBACK
}

function lowerLifetimes(program: Program): void {
  const { validLifetime: valid = FOREVER, preferredLifetime } = subject
  if (preferredLifetime === undefined && valid === FOREVER) return
  const preferred = preferredLifetime ?? valid
  if (preferred > valid) throw invalidValue(program.operation, 'preferredLifetime', 'is longer than "validLifetime"')
  if (valid === 0) throw invalidValue(program.operation, 'validLifetime', 'is 0: use addresses.delete')
  const at = program.reserveOctets(IFA_CACHEINFO, 16) >> 2
  program.words[at] = preferred
  program.words[at + 1] = valid
  program.words[at + 2] = 0
  program.words[at + 3] = 0
}

/** The header has room for eight flags; with more, all go into the attribute. */
function lowerManyFlags(program: Program): void {
  const flags = program.headerWord(IFADDR.flags.word)
  if (flags <= 0xff) return
  program.u32(IFA_FLAGS, flags)
  program.header(IFADDR.flags.word, 0)
}
