import { describe, expect, it } from 'vitest'
import { lowerPlan, type Step } from '../../../lib/masquerade/lower.ts'
import { asTransaction } from '../../../lib/masquerade/nf-tables.ts'
import { readOptions } from '../../../lib/masquerade/options.ts'
import { errorOf } from '../../../lib/masquerade/refusals.ts'
import { CompletionCode, SystemCall } from '../../../lib/native/binding.ts'
import { loadAddon } from '../../../lib/native/load.ts'
import { Failure } from '../../../lib/protocol/failure.ts'
import { begin } from '../../support/encode.ts'

const OPTIONS = { source: ['10.0.0.0/8', 'fd00::/8'], out: 'eth0' }
const [EPERM, ENOENT, EPROTONOSUPPORT, EOPNOTSUPP, EAFNOSUPPORT] = [1, 2, 93, 95, 97]
const NLMSGERR_ATTR_OFFS = 2

/** The messages of that masquerade, and what each is for. */
function transaction(): { messages: Uint8Array[]; steps: Step[] } {
  const program = asTransaction(begin('transaction'))
  const steps = lowerPlan(program, readOptions('test', OPTIONS), 't', true)
  const bytes = loadAddon().encode('transaction', program.words, program.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const messages: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += view.getUint32(at, true))
    messages.push(bytes.subarray(at, at + view.getUint32(at, true)))
  return { messages, steps }
}

/** What the addon tells of a refusal: with an offset, where the kernel gave one. */
function refusal(errno: number, message: number, at?: string): Error {
  const { messages, steps } = transaction()
  const offset = at === undefined ? undefined : Buffer.from(messages[message]).indexOf(at) - 8
  const ack = offset === undefined ? new Uint32Array() : Uint32Array.of(8 | (NLMSGERR_ATTR_OFFS << 16), offset)
  const payload = Buffer.concat([Buffer.from(ack.buffer), messages[message]])
  const detail = ack.byteLength | (message << 16)
  return errorOf(new Failure('netns.masquerade', CompletionCode.refused, errno, detail, payload), steps, OPTIONS) as Error
}

describe('a masquerade that is refused', () => {
  it.each([
    ['nf_tables', EOPNOTSUPP, 0, undefined, /nf_tables: it needs CONFIG_NF_TABLES \(try: modprobe nf_tables\)/],
    ['tables for IPv6', EAFNOSUPPORT, 4, undefined, /no tables for IPv6: it needs CONFIG_NF_TABLES_IPV6/],
    [
      'chains for NAT',
      ENOENT,
      2,
      undefined,
      /chains for NAT in nf_tables: it needs CONFIG_NFT_NAT \(try: modprobe nft_chain_nat\)/,
    ],
    ['masquerading', ENOENT, 3, 'masq', /lacks masquerading: it needs CONFIG_NFT_MASQ \(try: modprobe nft_masq\)/],
    ['masquerading, from a kernel that gives no offset', ENOENT, 3, undefined, /masq or nat/],
  ])('says that the kernel lacks %s', (_, errno, message, at, text) => {
    const error = refusal(errno, message, at)
    expect(error).toMatchObject({ name: 'NetlinkError', operation: 'netns.masquerade', errno })
    expect(error.message).toMatch(text)
  })

  it('says that the process lacks the capability', () => {
    expect(refusal(EPERM, 0).message).toMatch(/EPERM\); it needs CAP_NET_ADMIN/)
  })

  it('names the source that the expression is about, and the link', () => {
    expect(refusal(EOPNOTSUPP, 6, 'payload')).toMatchObject({ option: 'source.1' })
    expect(refusal(EOPNOTSUPP, 3, 'meta')).toMatchObject({ option: 'out' })
  })

  it('says that the kernel has no netfilter over netlink at all', () => {
    const failure = new Failure('netns.masquerade', CompletionCode.failed, EPROTONOSUPPORT, SystemCall.socket, new Uint8Array())
    expect(errorOf(failure, transaction().steps, OPTIONS)).toMatchObject({
      name: 'SystemError',
      code: 'EPROTONOSUPPORT',
      message: expect.stringContaining('CONFIG_NETFILTER_NETLINK (try: modprobe nfnetlink)'),
    })
  })
})
