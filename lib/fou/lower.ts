import { invalidValue, missingOption } from '../errors.ts'
import type { Program } from '../schema/program.ts'
import type { FouPortIdentity, FouPortOptions } from './fou-port.ts'
import { fouRows, fouTable } from './fou-table.ts'

const IDENTITY = ['port', 'local', 'peer', 'peerPort', 'link'] as const
const PASSED_OVER: ReadonlySet<string> = new Set(['family', 'type', 'ipProtocol'])

/** Writes a port that is to be opened. */
export function lowerPort(program: Program, options: FouPortOptions): void {
  const { type = 'direct' } = options
  fouTable.checkKeys(program, options)
  if (options.port === undefined) throw missingOption(program.operation, 'port')
  checkBinding(program, options)
  if (type === 'direct' && options.ipProtocol === undefined)
    throw missingOption(program.operation, 'ipProtocol', ', unless type is "gue"')
  if (type !== 'direct' && options.ipProtocol !== undefined)
    throw invalidValue(program.operation, 'ipProtocol', 'goes only with type: "direct"')
  fouTable.lower(program, options, 'create', PASSED_OVER)
  lowerRow(program, 'family', options.family ?? familyOf(options))
  lowerRow(program, 'type', type)
  if (options.ipProtocol !== undefined) lowerRow(program, 'ipProtocol', options.ipProtocol)
}

/** Writes what a port is found by; the rest of a listed one is passed over. */
export function lowerIdentity(program: Program, identity: FouPortIdentity): void {
  fouTable.checkKeys(program, identity)
  if (identity.port === undefined) throw missingOption(program.operation, 'port')
  checkBinding(program, identity)
  for (const key of IDENTITY) if (identity[key] !== undefined) lowerRow(program, key, identity[key])
  lowerRow(program, 'family', identity.family ?? familyOf(identity))
}

function lowerRow(program: Program, key: keyof typeof fouRows, value: unknown): void {
  program.at(key)
  fouRows[key].lower(program, value as never)
}

/** By form alone: whether it is an address at all is the row's question. */
function familyOf({ local, peer }: FouPortIdentity): 'inet' | 'inet6' {
  return String(local ?? peer ?? '').includes(':') ? 'inet6' : 'inet'
}

/** The kernel passes over addresses of another family, and answers a bare EINVAL to the rest (parse_nl_config() in net/ipv4/fou_core.c). */
function checkBinding(program: Program, { family, local, peer, peerPort, link }: FouPortIdentity): void {
  const expected = family ?? familyOf({ local, peer } as FouPortIdentity)
  for (const [key, address] of Object.entries({ local, peer })) {
    if (typeof address !== 'string' || familyOf({ local: address } as FouPortIdentity) === expected) continue
    throw invalidValue(program.operation, key, `is no address of family "${expected}"`)
  }
  if (peer !== undefined && peerPort === undefined) throw missingOption(program.operation, 'peerPort', ' with "peer"')
  if (peer === undefined && peerPort !== undefined) throw missingOption(program.operation, 'peer', ' with "peerPort"')
  if (link !== undefined && link !== null && local === undefined) throw missingOption(program.operation, 'local', ' with "link"')
}
