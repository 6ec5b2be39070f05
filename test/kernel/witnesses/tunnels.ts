import type { LinkKind } from '../../../lib/links/kind.ts'
import { erspan } from '../../../lib/links/kinds/erspan.ts'
import { gre } from '../../../lib/links/kinds/gre.ts'
import { gretap } from '../../../lib/links/kinds/gretap.ts'
import { ip6erspan } from '../../../lib/links/kinds/ip6erspan.ts'
import { ip6gre } from '../../../lib/links/kinds/ip6gre.ts'
import { ip6gretap } from '../../../lib/links/kinds/ip6gretap.ts'
import { ip6tnl } from '../../../lib/links/kinds/ip6tnl.ts'
import { ipip } from '../../../lib/links/kinds/ipip.ts'
import { sit } from '../../../lib/links/kinds/sit.ts'
import { ofKind } from './kind.ts'
import type { Reading, Subject, Witness } from './witness.ts'

/** What the encapsulation in UDP needs to be there. */
const packed = { options: { encapsulation: 'gue', encapsulationPort: 5555 }, words: 'encap gue encap-dport 5555' }

const EVERY_TUNNEL: readonly Witness[] = [
  { option: 'link', value: 'under', reads: 7001, words: 'dev under', shows: ['link', 'under'] },
  { option: 'fwmark', value: 9, words: 'fwmark 9', shows: ['fwmark', '0x9'] },
  { option: 'encapsulation', value: 'fou', words: 'encap fou', shows: ['encap.type', 'fou'], beside: packed },
  { option: 'encapsulationPort', value: 6666, words: 'encap-dport 6666', shows: ['encap.dport', 6666], beside: packed },
  { option: 'encapsulationSourcePort', value: 77, words: 'encap-sport 77', shows: ['encap.sport', 77], beside: packed },
  { option: 'encapsulationFlags.checksum', value: true, words: 'encap-csum', shows: ['encap.csum', true], beside: packed },
  { option: 'encapsulationFlags.checksum6', value: true, words: 'encap-udp6-csum', shows: ['encap.csum6', true], beside: packed },
  {
    option: 'encapsulationFlags.remoteChecksum',
    value: true,
    words: 'encap-remcsum',
    shows: ['encap.remcsum', true],
    beside: packed,
  },
]

const EXTERNAL: Witness = { option: 'collectMetadata', value: true, words: 'external', shows: ['external', true], alone: true }

const OVER_IPV4: readonly Witness[] = [
  { option: 'local', value: '192.0.2.9', words: 'local 192.0.2.9', shows: ['local', '192.0.2.9'] },
  { option: 'remote', value: '192.0.2.9', words: 'remote 192.0.2.9', shows: ['remote', '192.0.2.9'] },
  { option: 'ttl', value: 7, words: 'ttl 7', shows: ['ttl', 7] },
  { option: 'tos', value: 16, words: 'tos 0x10', shows: ['tos', '0x10'] },
  { option: 'tos', value: 'inherit', words: 'tos inherit', shows: ['tos', '0x1'] },
]

const OVER_IPV6: readonly Witness[] = [
  { option: 'local', value: '2001:db8::9', words: 'local 2001:db8::9', shows: ['local', '2001:db8::9'] },
  { option: 'remote', value: '2001:db8::9', words: 'remote 2001:db8::9', shows: ['remote', '2001:db8::9'] },
  { option: 'hopLimit', value: 7, words: 'hoplimit 7', shows: ['ttl', 7] },
  { option: 'encapLimit', value: 3, words: 'encaplimit 3', shows: ['encap_limit', 3] },
  { option: 'flowInfo.trafficClass', value: 16, words: 'tclass 0x10', shows: ['tclass', '0x10'] },
  { option: 'flowInfo.flowLabel', value: 0x12345, words: 'flowlabel 0x12345', shows: ['flowlabel', '0x12345'] },
  { option: 'flags.ignoreEncapLimit', value: true, words: 'encaplimit none', shows: ['ip6_tnl_f_ign_encap_limit', true] },
  { option: 'flags.inheritTrafficClass', value: true, words: 'tclass inherit', shows: ['ip6_tnl_f_use_orig_tclass', true] },
  { option: 'flags.inheritFlowLabel', value: true, words: 'flowlabel inherit', shows: ['ip6_tnl_f_use_orig_flowlabel', true] },
  { option: 'flags.mobileIpv6', value: true, unseen: 'iproute2 has no word for it' },
  { option: 'flags.copyDscp', value: true, words: 'dscp inherit', shows: ['ip6_tnl_f_rcv_dscp_copy', true] },
  { option: 'flags.inheritFwmark', value: true, words: 'fwmark inherit', shows: ['ip6_tnl_f_use_orig_fwmark', true] },
  { option: 'flags.allowLocalRemote', value: true, words: 'allow-localremote', shows: ['ip6_tnl_f_allow_local_remote', true] },
]

const KEYS: readonly Witness[] = [
  { option: 'inputKey', value: 7, words: 'ikey 7', shows: ['ikey', '0.0.0.7'] },
  { option: 'outputKey', value: '0.0.1.2', reads: 258, words: 'okey 0.0.1.2', shows: ['okey', '0.0.1.2'] },
]

const FLAGS: readonly Witness[] = [
  { option: 'inputFlags.key', value: true, words: 'ikey 0', shows: ['ikey', '0.0.0.0'] },
  { option: 'outputFlags.key', value: true, words: 'okey 0', shows: ['okey', '0.0.0.0'] },
  { option: 'inputFlags.checksum', value: true, words: 'icsum', shows: ['icsum', true] },
  { option: 'outputFlags.checksum', value: true, words: 'ocsum', shows: ['ocsum', true] },
  { option: 'inputFlags.sequence', value: true, words: 'iseq', shows: ['iseq', true] },
  { option: 'outputFlags.sequence', value: true, words: 'oseq', shows: ['oseq', true] },
]

const noPathMtu = { options: { pmtuDiscovery: false }, words: 'nopmtudisc' }

const GRE_OVER_IPV4: readonly Witness[] = [
  ...EVERY_TUNNEL,
  ...OVER_IPV4,
  ...KEYS,
  EXTERNAL,
  { option: 'pmtuDiscovery', value: false, words: 'nopmtudisc', shows: ['pmtudisc', false] },
  { option: 'ignoreDf', value: true, words: 'ignore-df', shows: ['ignore_df', true], beside: noPathMtu },
]

const GRE_OVER_IPV6: readonly Witness[] = [...EVERY_TUNNEL, ...OVER_IPV6, ...KEYS, EXTERNAL]

const version2 = { options: { version: 2 }, words: 'erspan_ver 2' }

const ERSPAN: readonly Witness[] = [
  { option: 'index', value: 0xf_ffff, words: 'erspan 1048575', shows: ['erspan_index', 0xf_ffff] },
  { option: 'version', value: 2, words: 'erspan_ver 2', shows: ['erspan_ver', 2] },
  { option: 'direction', value: 'egress', words: 'erspan_dir egress', shows: ['erspan_dir', 'egress'], beside: version2 },
  { option: 'hardwareId', value: 63, words: 'erspan_hwid 63', shows: ['erspan_hwid', '0x3f'], beside: version2 },
]

const ALWAYS_ON: readonly Reading[] = [
  { option: 'inputFlags.sequence', shows: 'iseq' },
  { option: 'outputFlags.sequence', shows: 'oseq' },
]

const ends = {
  ipv4: (n: number) => ({ local: `203.0.113.${n}`, remote: `198.51.100.${n}` }),
  ipv6: (n: number) => ({ local: `2001:db8:1::${n.toString(16)}`, remote: `2001:db8:2::${n.toString(16)}` }),
}

interface Session {
  readonly options: object
  readonly words: string
}

const NO_SESSION: Session = { options: {}, words: '' }
const SESSION: Session = { options: { inputKey: 5, outputKey: 5 }, words: 'seq key 5' }

/** Two tunnels of one namespace differ by their ends; one with metadata has none. */
function tunnel(
  kind: LinkKind<any, any>,
  family: keyof typeof ends,
  witnesses: readonly Witness[],
  session = NO_SESSION,
  readings: readonly Reading[] = [],
): Subject {
  return ofKind(kind, {
    needs: (n, witness) => {
      if (witness?.option === 'collectMetadata') return { options: {}, words: '' }
      const { local, remote } = ends[family](n)
      return { options: { local, remote, ...session.options }, words: `local ${local} remote ${remote} ${session.words}`.trim() }
    },
    prepare: async ns => {
      await ns.links.add({ kind: 'veth', name: 'under', index: 7001, up: true, veth: { peer: { name: 'below', up: true } } })
    },
    witnesses,
    readings,
  })
}

const inheritedTtl = { options: { ttl: 'inherit' }, words: '' }
const sixRd = { options: { sixRdPrefix: '2001:db8::/32' }, words: '6rd-prefix 2001:db8::/32' }

export const tunnelWitnesses = [
  tunnel(gre, 'ipv4', [...GRE_OVER_IPV4, ...FLAGS]),
  tunnel(gretap, 'ipv4', [...GRE_OVER_IPV4, ...FLAGS]),
  tunnel(
    erspan,
    'ipv4',
    [...GRE_OVER_IPV4, ...ERSPAN, { option: 'version', value: 0, words: 'erspan_ver 0', shows: ['erspan_ver', 0] }],
    SESSION,
    ALWAYS_ON,
  ),
  tunnel(ip6gre, 'ipv6', [...GRE_OVER_IPV6, ...FLAGS]),
  tunnel(ip6gretap, 'ipv6', [...GRE_OVER_IPV6, ...FLAGS]),
  tunnel(ip6erspan, 'ipv6', [...GRE_OVER_IPV6, ...ERSPAN], SESSION, ALWAYS_ON),
  tunnel(ipip, 'ipv4', [
    ...EVERY_TUNNEL,
    ...OVER_IPV4,
    EXTERNAL,
    { option: 'mode', value: 'mplsip', words: 'mode mplsip', shows: ['proto', 'mplsip'] },
    { option: 'mode', value: 'any', words: 'mode any', shows: ['proto', 'any'] },
    { option: 'pmtuDiscovery', value: false, words: 'nopmtudisc', shows: ['pmtudisc', false] },
  ]),
  tunnel(sit, 'ipv4', [
    ...EVERY_TUNNEL,
    ...OVER_IPV4,
    { option: 'ttl', value: 'inherit', words: 'ttl inherit', shows: ['ttl', 0] },
    { option: 'flags.isatap', value: true, words: 'isatap', shows: ['isatap', true] },
    { option: 'mode', value: 'ipip', words: 'mode ipip', shows: ['proto', 'ipip'] },
    { option: 'pmtuDiscovery', value: false, words: 'nopmtudisc', shows: ['pmtudisc', false], beside: inheritedTtl },
    { option: 'sixRdPrefix', value: '2001:db8::/31', words: '6rd-prefix 2001:db8::/31', shows: ['prefixlen', 31] },
    { option: 'sixRdPrefix', value: '2001:db8::/32', words: '6rd-prefix 2001:db8::/32', shows: ['prefix', '2001:db8::'] },
    {
      option: 'sixRdRelayPrefix',
      value: '10.0.0.0/8',
      words: '6rd-relay_prefix 10.0.0.0/8',
      shows: ['relay_prefix', '10.0.0.0'],
      beside: sixRd,
    },
  ]),
  tunnel(ip6tnl, 'ipv6', [
    ...EVERY_TUNNEL,
    ...OVER_IPV6,
    EXTERNAL,
    { option: 'mode', value: 'ipip6', words: 'mode ipip6', shows: ['proto', 'ipip6'] },
  ]),
]
