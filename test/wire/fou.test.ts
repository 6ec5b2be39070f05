import { describe, expect, it } from 'vitest'
import { decodeFou, fouFamily } from '../../lib/fou/fou-table.ts'
import { lowerIdentity, lowerPort } from '../../lib/fou/lower.ts'
import type { FouPortIdentity, FouPortOptions } from '../../lib/index.ts'
import { decoded, hexLines } from '../support/encode.ts'
import { command, genericLines } from '../support/generic.ts'

function sent(options: FouPortOptions): string[] {
  const program = command(fouFamily, 'add')
  lowerPort(program, options)
  return genericLines(program)
}

function sentToDelete(identity: FouPortIdentity): string[] {
  const program = command(fouFamily, 'delete')
  lowerIdentity(program, identity)
  return genericLines(program)
}

/** Sorted by attribute: the kernel takes them in any order, and `ip` has its own. */
function sorted(message: string[], lengths: readonly number[]): string[] {
  const attributes: string[] = []
  let at = 1
  for (const length of lengths) {
    attributes.push(message.slice(at, at + length).join(' | '))
    at += length
  }
  expect(at).toBe(message.length)
  return [message[0]!, ...attributes.sort()]
}

describe('a fou port on the wire', () => {
  it('is sent as `ip fou add port 5555 ipproto 47` sends it', () => {
    const byIp = hexLines(`
      01 01 00 00               # FOU_CMD_ADD, version 1
      06 00 01 00  15 b3 00 00  # FOU_ATTR_PORT = 5555, network order
      05 00 04 00  01 00 00 00  # FOU_ATTR_TYPE = FOU_ENCAP_DIRECT
      05 00 02 00  02 00 00 00  # FOU_ATTR_AF = AF_INET
      05 00 03 00  2f 00 00 00  # FOU_ATTR_IPPROTO = 47, GRE
    `)
    expect(sorted(sent({ port: 5555, ipProtocol: 'gre' }), [2, 2, 2, 2])).toEqual(sorted(byIp, [2, 2, 2, 2]))
  })

  it('is sent as `ip -6 fou add port 5556 gue local ::1 peer ::1 peer_port 99 dev lo` sends it', () => {
    const byIp = hexLines(`
      01 01 00 00               # FOU_CMD_ADD, version 1
      06 00 01 00  15 b4 00 00  # FOU_ATTR_PORT = 5556
      05 00 04 00  02 00 00 00  # FOU_ATTR_TYPE = FOU_ENCAP_GUE
      05 00 02 00  0a 00 00 00  # FOU_ATTR_AF = AF_INET6
      14 00 07 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 01  # FOU_ATTR_LOCAL_V6 = ::1
      14 00 09 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 01  # FOU_ATTR_PEER_V6 = ::1
      06 00 0a 00  00 63 00 00  # FOU_ATTR_PEER_PORT = 99
      08 00 0b 00  01 00 00 00  # FOU_ATTR_IFINDEX = 1
    `)
    const ours = sent({ port: 5556, type: 'gue', local: '::1', peer: '::1', peerPort: 99, link: 1 })
    expect(sorted(ours, [2, 5, 5, 2, 2, 2, 2])).toEqual(sorted(byIp, [2, 2, 2, 5, 5, 2, 2]))
  })

  it('has remote checksums by a flag', () => {
    const flagged = sent({ port: 1, type: 'gue', remoteChecksumNoPartial: true })
    expect(flagged).toContain('04 00 05 00')
  })

  it('is deleted by what it is bound to, and nothing else', () => {
    const listed = { port: 5555, family: 'inet', type: 'direct', ipProtocol: 'gre', local: '127.0.0.1', link: 1 } as const
    expect(sentToDelete(listed)).toEqual(
      hexLines(`
        02 01 00 00               # FOU_CMD_DEL, version 1
        06 00 01 00  15 b3 00 00  # FOU_ATTR_PORT = 5555
        08 00 06 00  7f 00 00 01  # FOU_ATTR_LOCAL_V4 = 127.0.0.1
        08 00 0b 00  01 00 00 00  # FOU_ATTR_IFINDEX = 1
        05 00 02 00  02 00 00 00  # FOU_ATTR_AF = AF_INET
      `),
    )
  })

  it('is read, without what the kernel says it has not', () => {
    const bytes = `
      03 01 00 00               # FOU_CMD_GET, version 1
      05 00 02 00  02 00 00 00  # FOU_ATTR_AF = AF_INET
      06 00 01 00  15 b3 00 00  # FOU_ATTR_PORT = 5555
      06 00 0a 00  00 00 00 00  # FOU_ATTR_PEER_PORT = 0
      05 00 03 00  2f 00 00 00  # FOU_ATTR_IPPROTO = 47
      05 00 04 00  01 00 00 00  # FOU_ATTR_TYPE = FOU_ENCAP_DIRECT
      08 00 0b 00  00 00 00 00  # FOU_ATTR_IFINDEX = 0
      08 00 06 00  00 00 00 00  # FOU_ATTR_LOCAL_V4 = 0.0.0.0
      08 00 08 00  00 00 00 00  # FOU_ATTR_PEER_V4 = 0.0.0.0
    `
    expect(decoded(decodeFou, bytes)).toEqual({ port: 5555, family: 'inet', type: 'direct', ipProtocol: 'gre' })
  })

  it('is read with all that it is bound to', () => {
    const bytes = `
      03 01 00 00               # FOU_CMD_GET, version 1
      05 00 02 00  0a 00 00 00  # FOU_ATTR_AF = AF_INET6
      06 00 01 00  15 b4 00 00  # FOU_ATTR_PORT = 5556
      06 00 0a 00  00 63 00 00  # FOU_ATTR_PEER_PORT = 99
      05 00 03 00  00 00 00 00  # FOU_ATTR_IPPROTO = 0
      05 00 04 00  02 00 00 00  # FOU_ATTR_TYPE = FOU_ENCAP_GUE
      08 00 0b 00  01 00 00 00  # FOU_ATTR_IFINDEX = 1
      04 00 05 00               # FOU_ATTR_REMCSUM_NOPARTIAL
      14 00 07 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 01  # FOU_ATTR_LOCAL_V6 = ::1
      14 00 09 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 02  # FOU_ATTR_PEER_V6 = ::2
      05 00 63 00  07 00 00 00  # an attribute of a later kernel
    `
    expect(decoded(decodeFou, bytes)).toEqual({
      port: 5556,
      family: 'inet6',
      type: 'gue',
      remoteChecksumNoPartial: true,
      local: '::1',
      peer: '::2',
      peerPort: 99,
      link: 1,
      unknown: [{ type: 99, bytes: Uint8Array.of(7) }],
    })
  })
})
