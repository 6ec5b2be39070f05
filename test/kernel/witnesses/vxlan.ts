import { vxlan } from '../../../lib/links/kinds/vxlan.ts'
import { ofKind } from './kind.ts'

const old = 'iproute2 6.1 does not know it'
const overIpv6 = { options: { local: '2001:db8::1' }, words: 'local 2001:db8::1' }
/** `ip` turns learning off with it; GPE and a list of ids do not go with learning. */
const external = { options: { collectMetadata: true, learning: false }, words: 'external' }

export const vxlanWitnesses = ofKind(vxlan, {
  // Two tunnels of one namespace differ by id or by port; those with metadata have no id.
  needs: (n, witness) => {
    const { option, beside } = witness ?? {}
    const vni = option === 'vni' || option === 'collectMetadata' || beside === external ? undefined : 1000 + n
    const port = option === 'port' ? undefined : 10_000 + n
    return { options: { vni, port }, words: [vni ? `id ${vni}` : '', port ? `dstport ${port}` : ''].join(' ').trim() }
  },
  prepare: async ns => {
    await ns.links.add({ kind: 'veth', name: 'under', index: 7001, up: true, veth: { peer: { name: 'below', up: true } } })
  },
  witnesses: [
    { option: 'vni', value: 0xff_ffff, words: 'id 16777215', shows: ['id', 0xff_ffff] },
    { option: 'remote', value: '192.0.2.9', words: 'remote 192.0.2.9', shows: ['remote', '192.0.2.9'] },
    {
      option: 'remote',
      value: '2001:db8::9',
      words: 'remote 2001:db8::9',
      shows: ['remote6', '2001:db8::9'],
      fixed: 'the family of a tunnel stays',
    },
    {
      option: 'remote',
      value: '239.1.1.1',
      words: 'group 239.1.1.1',
      shows: ['group', '239.1.1.1'],
      beside: { options: { link: 'under' }, words: 'dev under' },
    },
    { option: 'link', value: 'under', reads: 7001, words: 'dev under', shows: ['link', 'under'] },
    { option: 'local', value: '192.0.2.1', words: 'local 192.0.2.1', shows: ['local', '192.0.2.1'] },
    {
      option: 'local',
      value: '2001:db8::1',
      words: 'local 2001:db8::1',
      shows: ['local6', '2001:db8::1'],
      fixed: 'the family of a tunnel stays',
    },
    { option: 'ttl', value: 7, words: 'ttl 7', shows: ['ttl', 7] },
    { option: 'tos', value: 16, words: 'tos 0x10', shows: ['tos', '0x10'] },
    { option: 'tos', value: 'inherit', words: 'tos inherit', shows: ['tos', '0x1'] },
    { option: 'learning', value: false, words: 'nolearning', shows: ['learning', false] },
    { option: 'ageing', value: 60, words: 'ageing 60', shows: ['ageing', 60] },
    { option: 'maxAddresses', value: 100, words: 'maxaddress 100', shows: ['limit', 100] },
    {
      option: 'portRange',
      value: { low: 1000, high: 2000 },
      words: 'srcport 1000 2000',
      shows: ['port_range', { low: 1000, high: 2000 }],
    },
    { option: 'proxy', value: true, words: 'proxy', shows: ['proxy', true] },
    { option: 'routeShortCircuit', value: true, words: 'rsc', shows: ['rsc', true] },
    { option: 'l2Miss', value: true, words: 'l2miss', shows: ['l2miss', true] },
    { option: 'l3Miss', value: true, words: 'l3miss', shows: ['l3miss', true] },
    { option: 'port', value: 4789, words: 'dstport 4789', shows: ['port', 4789] },
    { option: 'udpChecksum', value: false, words: 'noudpcsum', shows: ['udp_csum', false] },
    { option: 'udp6ZeroChecksumTx', value: true, words: 'udp6zerocsumtx', shows: ['udp_zero_csum6_tx', true] },
    { option: 'udp6ZeroChecksumRx', value: true, words: 'udp6zerocsumrx', shows: ['udp_zero_csum6_rx', true] },
    { option: 'remoteChecksumTx', value: true, words: 'remcsumtx', shows: ['remcsum_tx', true] },
    { option: 'remoteChecksumRx', value: true, words: 'remcsumrx', shows: ['remcsum_rx', true] },
    { option: 'gbp', value: true, words: 'gbp', shows: ['gbp', true] },
    { option: 'remoteChecksumNoPartial', value: true, unseen: 'iproute2 has no word for it' },
    { option: 'collectMetadata', value: true, words: 'external', shows: ['external', true] },
    { option: 'flowLabel', value: 0x12345, words: 'flowlabel 0x12345', shows: ['label', '0x12345'], beside: overIpv6 },
    { option: 'gpe', value: true, words: 'gpe', shows: ['gpe', true], beside: external },
    { option: 'ttlInherit', value: true, words: 'ttl inherit', unseen: 'ip prints it as text only' },
    { option: 'df', value: 'set', words: 'df set', shows: ['df', 'set'] },
    { option: 'vniFilter', value: true, words: 'vnifilter', shows: ['vnifilter', true], beside: external },
    { option: 'localBypass', value: false, unseen: old, needs: 'Linux 6.5' },
    { option: 'flowLabelPolicy', value: 'inherit', unseen: old, beside: overIpv6, needs: 'Linux 6.8' },
    { option: 'reservedBits', value: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0xff]), unseen: old, needs: 'Linux 6.14' },
  ],
  unwitnessed: { multicastRoute: 'Linux 6.18 takes it and does not report it' },
})
