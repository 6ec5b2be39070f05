import { geneve } from '../../../lib/links/kinds/geneve.ts'
import { ofKind } from './kind.ts'
import type { Witness } from './witness.ts'

const old = 'iproute2 6.1 does not know it'
const overIpv6 = { options: { remote: '2001:db8::9' }, words: 'remote 2001:db8::9' }

export const geneveWitnesses = ofKind(geneve, {
  // Two tunnels of one namespace differ by id, port or remote. ip takes each word once.
  needs: (n, { option, beside }: Partial<Witness> = {}) => {
    const metadata = option === 'collectMetadata'
    const vni = metadata || option === 'vni' ? undefined : 1000 + n
    const remote = metadata || beside === overIpv6 ? undefined : '192.0.2.9'
    const port = option === 'port' ? undefined : 10_000 + n
    const words = [vni && `id ${vni}`, remote && option !== 'remote' && `remote ${remote}`, port && `dstport ${port}`]
    return { options: { vni, remote, port }, words: words.filter(Boolean).join(' ') }
  },
  witnesses: [
    { option: 'vni', value: 0xff_ffff, words: 'id 16777215', shows: ['id', 0xff_ffff] },
    { option: 'remote', value: '192.0.2.7', words: 'remote 192.0.2.7', shows: ['remote', '192.0.2.7'] },
    {
      option: 'remote',
      value: '2001:db8::7',
      words: 'remote 2001:db8::7',
      shows: ['remote6', '2001:db8::7'],
      fixed: 'the family of a tunnel stays',
    },
    { option: 'ttl', value: 7, words: 'ttl 7', shows: ['ttl', 7] },
    { option: 'tos', value: 16, words: 'tos 0x10', shows: ['tos', '0x10'] },
    { option: 'tos', value: 'inherit', words: 'tos inherit', shows: ['tos', '0x1'] },
    { option: 'port', value: 6082, words: 'dstport 6082', shows: ['port', 6082] },
    { option: 'collectMetadata', value: true, words: 'external', shows: ['external', true] },
    { option: 'udpChecksum', value: true, words: 'udpcsum', shows: ['udp_csum', true] },
    {
      option: 'udp6ZeroChecksumTx',
      value: true,
      words: 'udp6zerocsumtx',
      shows: ['udp_zero_csum6_tx', true],
      beside: overIpv6,
    },
    {
      option: 'udp6ZeroChecksumRx',
      value: true,
      words: 'udp6zerocsumrx',
      shows: ['udp_zero_csum6_rx', true],
      beside: overIpv6,
    },
    { option: 'flowLabel', value: 0x12345, words: 'flowlabel 0x12345', shows: ['label', '0x12345'], beside: overIpv6 },
    { option: 'ttlInherit', value: true, words: 'ttl inherit', unseen: 'ip prints it as text only' },
    { option: 'df', value: 'set', words: 'df set', shows: ['df', 'set'] },
    { option: 'innerProtocolInherit', value: true, words: 'innerprotoinherit', shows: ['inner_proto_inherit', true] },
    { option: 'portRange', value: { low: 1000, high: 2000 }, unseen: old, needs: 'Linux 6.15' },
    { option: 'groHint', value: true, unseen: old, needs: 'Linux 7.0' },
    { option: 'local', value: '192.0.2.1', unseen: old, needs: 'Linux 7.2' },
  ],
})
