import { describe, expect, it } from 'vitest'
import { lowerDeletion, lowerFlush, lowerLookup, lowerMdb } from '../../lib/mdb/lower.ts'
import { decodeMdb, decodeRouterPorts, mdbLocator } from '../../lib/mdb/mdb-table.ts'
import { Message } from '../../lib/schema/message.ts'
import type { Program } from '../../lib/schema/program.ts'
import { begin, decoded, encodedLines, hexLines } from '../support/encode.ts'
import { hex } from '../support/wire.ts'

type Lower = (program: Program, options: object) => void

function sent(options: object, lower: Lower = lowerMdb): string[] {
  const program = begin('multicastGroup', 'mdb.add')
  lower(program, options)
  const call = lower === lowerLookup ? 'getMulticastGroup' : lower === lowerMdb ? 'newMulticastGroup' : 'deleteMulticastGroup'
  return encodedLines(call, program)
}

const HEADER = '07 00 00 00  02 00 00 00   # struct br_port_msg: AF_BRIDGE, index 2'
const V4 = 'ef 01 01 01 00 00 00 00 00 00 00 00 00 00 00 00  08 00 00 00   # 239.1.1.1, ETH_P_IP'

describe('an entry of a multicast database on the wire', () => {
  it.each([
    [
      'a temporary one, as bridge sends it',
      { master: 2, link: 4, group: '239.1.1.1' },
      `20 00 01 00  04 00 00 00  00 00 00 00   # MDBA_SET_ENTRY: index 4, MDB_TEMPORARY, no flags, no VLAN
         ${V4}`,
    ],
    [
      'a permanent one of one source in a VLAN, as bridge sends it',
      { master: 2, link: 4, group: '239.1.1.1', state: 'permanent', vlan: 10, source: '10.0.0.1' },
      `20 00 01 00  04 00 00 00  01 00 0a 00   # MDBA_SET_ENTRY: index 4, MDB_PERMANENT, VLAN 10
         ${V4}
       0c 00 02 80   # MDBA_SET_ENTRY_ATTRS
         08 00 01 00  0a 00 00 01   # MDBE_ATTR_SOURCE = 10.0.0.1`,
    ],
    [
      'one of the bridge itself',
      { link: 2, group: 'ff05::1' },
      `20 00 01 00  02 00 00 00  00 00 00 00   # MDBA_SET_ENTRY: index 2
         ff 05 00 00 00 00 00 00 00 00 00 00 00 00 00 01  86 dd 00 00   # ff05::1, ETH_P_IPV6`,
    ],
    [
      'one of a hardware address, which is permanent',
      { master: 2, link: 4, group: '01:00:5e:01:01:01' },
      `20 00 01 00  04 00 00 00  01 00 00 00   # MDBA_SET_ENTRY: index 4, MDB_PERMANENT
         01 00 5e 01 01 01 00 00 00 00 00 00 00 00 00 00  00 00 00 00   # the address, no protocol`,
    ],
    [
      'one with sources',
      {
        master: 2,
        link: 4,
        group: '239.1.1.1',
        filterMode: 'include',
        sourceList: ['10.0.0.1', { address: '10.0.0.2', timer: 3 }],
        protocol: 'bgp',
      },
      `20 00 01 00  04 00 00 00  00 00 00 00
         ${V4}
       30 00 02 80   # MDBA_SET_ENTRY_ATTRS
         1c 00 02 80   # MDBE_ATTR_SRC_LIST
           0c 00 01 80   # MDBE_SRC_LIST_ENTRY
             08 00 01 00  0a 00 00 01   # MDBE_SRCATTR_ADDRESS
           0c 00 01 80   # MDBE_SRC_LIST_ENTRY
             08 00 01 00  0a 00 00 02   # MDBE_SRCATTR_ADDRESS
         05 00 03 00  01 00 00 00   # MDBE_ATTR_GROUP_MODE = MCAST_INCLUDE
         05 00 04 00  ba 00 00 00   # MDBE_ATTR_RTPROT = RTPROT_BGP`,
    ],
    [
      'one of a vxlan, which is permanent',
      { link: 2, group: '239.1.1.1', remote: '192.0.2.9', port: 4799, vni: 7, via: 4, srcVni: 100 },
      `20 00 01 00  02 00 00 00  01 00 00 00   # MDBA_SET_ENTRY: index 2, MDB_PERMANENT
         ${V4}
       2c 00 02 80   # MDBA_SET_ENTRY_ATTRS
         08 00 05 00  c0 00 02 09   # MDBE_ATTR_DST
         06 00 06 00  bf 12 00 00   # MDBE_ATTR_DST_PORT = 4799, host order
         08 00 07 00  07 00 00 00   # MDBE_ATTR_VNI
         08 00 08 00  04 00 00 00   # MDBE_ATTR_IFINDEX
         08 00 09 00  64 00 00 00   # MDBE_ATTR_SRC_VNI`,
    ],
  ])('adds %s', (_, options, bytes) => {
    expect(sent(options)).toEqual(hexLines(`${HEADER}\n ${bytes}`))
  })

  it('does not send what the kernel only reports: that it was learned, and how the entry of one source filters', () => {
    const listed = {
      master: 2,
      link: 4,
      group: '239.1.1.1',
      source: '10.0.0.1',
      filterMode: 'include',
      protocol: 'kernel',
      timer: 7,
      flags: [],
    }
    expect(sent(listed)).toEqual(sent({ master: 2, link: 4, group: '239.1.1.1', source: '10.0.0.1' }))
  })

  it('deletes by what an entry is known by', () => {
    const listed = {
      master: 2,
      link: 4,
      group: '239.1.1.1',
      state: 'permanent',
      vlan: 10,
      protocol: 'bgp',
      filterMode: 'exclude',
      timer: 0,
    }
    expect(sent(listed, lowerDeletion)).toEqual(hexLines(`${HEADER}\n 20 00 01 00  04 00 00 00  00 00 0a 00\n ${V4}`))
  })

  it('looks up a group, of one source and network id', () => {
    expect(sent({ master: 2, group: '239.1.1.1', source: '10.0.0.1', srcVni: 100 }, lowerLookup)).toEqual(
      hexLines(`${HEADER}
      20 00 01 00  00 00 00 00  00 00 00 00   # MDBA_GET_ENTRY
        ${V4}
      14 00 02 80   # MDBA_GET_ENTRY_ATTRS
        08 00 01 00  0a 00 00 01   # MDBE_ATTR_SOURCE
        08 00 09 00  64 00 00 00   # MDBE_ATTR_SRC_VNI`),
    )
  })

  it.each([
    [{}, '00 00 00 00  00 00 00 00', ''],
    [{ link: 4, vlan: 10 }, '04 00 00 00  00 00 0a 00', ''],
    [
      { permanent: true },
      '00 00 00 00  01 00 00 00',
      '0c 00 02 80   05 00 0a 00  01 00 00 00   # MDBE_ATTR_STATE_MASK = MDB_PERMANENT',
    ],
    [
      { permanent: false },
      '00 00 00 00  00 00 00 00',
      '0c 00 02 80   05 00 0a 00  01 00 00 00   # MDBE_ATTR_STATE_MASK = MDB_PERMANENT',
    ],
    [
      { protocol: 'static', remote: '192.0.2.9' },
      '00 00 00 00  00 00 00 00',
      '14 00 02 80   05 00 04 00  04 00 00 00   08 00 05 00  c0 00 02 09',
    ],
  ])('flushes %j', (flush, entry, attributes) => {
    const rest = '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  00 00 00 00'
    expect(sent({ master: 2, ...flush }, lowerFlush)).toEqual(
      hexLines(`${HEADER}\n 20 00 01 00  ${entry}  ${rest}\n ${attributes}`),
    )
  })

  it('reads several entries of one message, as Linux 6.12 reports them', () => {
    const message = `
      00 00 00 00  02 00 00 00   # struct br_port_msg: index 2
      c4 00 01 00   # MDBA_MDB
        3c 00 01 00   # MDBA_MDB_ENTRY
          38 00 01 00   # MDBA_MDB_ENTRY_INFO
            04 00 00 00  00 02 00 00   # index 4, MDB_TEMPORARY, MDB_FLAGS_FAST_LEAVE
            ${V4}
            08 00 01 00  35 65 00 00   # MDBA_MDB_EATTR_TIMER = 259.09 s
            05 00 05 00  04 00 00 00   # MDBA_MDB_EATTR_RTPROT = RTPROT_STATIC
            05 00 03 00  00 00 00 00   # MDBA_MDB_EATTR_GROUP_MODE = MCAST_EXCLUDE
        84 00 01 00   # MDBA_MDB_ENTRY
          40 00 01 00   # MDBA_MDB_ENTRY_INFO
            04 00 00 00  01 00 0a 00   # index 4, MDB_PERMANENT, VLAN 10
            ${V4}
            08 00 01 00  00 00 00 00   # MDBA_MDB_EATTR_TIMER
            18 00 02 00   # MDBA_MDB_EATTR_SRC_LIST
              14 00 01 00   # MDBA_MDB_SRCLIST_ENTRY
                08 00 01 00  0a 00 00 02   # MDBA_MDB_SRCATTR_ADDRESS
                08 00 02 00  32 00 00 00   # MDBA_MDB_SRCATTR_TIMER = 0.5 s
          40 00 01 00   # MDBA_MDB_ENTRY_INFO
            02 00 00 00  01 00 00 00   # index 2, MDB_PERMANENT
            01 00 5e 01 01 01 00 00 00 00 00 00 00 00 00 00  00 00 00 00   # a hardware address
            08 00 06 00  c0 00 02 09   # MDBA_MDB_EATTR_DST
            06 00 07 00  bf 12 00 00   # MDBA_MDB_EATTR_DST_PORT
            08 00 08 00  07 00 00 00   # MDBA_MDB_EATTR_VNI
            08 00 09 00  04 00 00 00   # MDBA_MDB_EATTR_IFINDEX`
    const one = { master: 2, link: 4, group: '239.1.1.1' }
    expect(decoded(decodeMdb, message)).toEqual([
      { ...one, state: 'temporary', flags: ['fast_leave'], timer: 259.09, protocol: 'static', filterMode: 'exclude' },
      { ...one, state: 'permanent', vlan: 10, flags: [], timer: 0, sourceList: [{ address: '10.0.0.2', timer: 0.5 }] },
      {
        master: 2,
        link: 2,
        group: '01:00:5e:01:01:01',
        state: 'permanent',
        flags: [],
        remote: '192.0.2.9',
        port: 4799,
        vni: 7,
        via: 4,
      },
    ])
  })

  it('reads the other attributes, and keeps what it does not know', () => {
    const message = `
      00 00 00 00  02 00 00 00
      40 00 01 00  3c 00 01 00  38 00 01 00  04 00 00 00  01 00 00 00  ${V4}
        08 00 04 00  0a 00 00 01   # MDBA_MDB_EATTR_SOURCE
        08 00 0a 00  64 00 00 00   # MDBA_MDB_EATTR_SRC_VNI
        05 00 63 00  01 00 00 00   # 99`
    const entry = { master: 2, link: 4, group: '239.1.1.1', state: 'permanent', flags: [], source: '10.0.0.1', srcVni: 100 }
    expect(decoded(decodeMdb, message)).toEqual([{ ...entry, unknown: [{ type: 99, bytes: Uint8Array.of(1) }] }])
  })

  it('reads the ports of multicast routers', () => {
    const message = `
      00 00 00 00  02 00 00 00   # struct br_port_msg: index 2
      34 00 02 00   # MDBA_ROUTER
        30 00 01 00  04 00 00 00   # MDBA_ROUTER_PORT: index 4
          08 00 01 00  64 00 00 00   # MDBA_ROUTER_PATTR_TIMER = 1 s
          05 00 02 00  02 00 00 00   # MDBA_ROUTER_PATTR_TYPE = MDB_RTR_TYPE_PERM
          08 00 03 00  32 00 00 00   # MDBA_ROUTER_PATTR_INET_TIMER
          08 00 04 00  00 00 00 00   # MDBA_ROUTER_PATTR_INET6_TIMER
          06 00 05 00  0a 00 00 00   # MDBA_ROUTER_PATTR_VID`
    const port = { master: 2, link: 4, type: 'permanent', vlan: 10, timer: 1, inetTimer: 0.5, inet6Timer: 0 }
    expect(decoded(decodeRouterPorts, message)).toEqual([port])
  })

  it.each([
    ['link', { master: 2, group: '239.1.1.1' }, 'ERR_MISSING_OPTION'],
    ['group', { link: 4 }, 'ERR_MISSING_OPTION'],
    ['group', { link: 4, group: 'everybody' }, 'ERR_INVALID_ARG_TYPE'],
    ['vlan', { link: 4, group: '239.1.1.1', vlan: 4095 }, 'ERR_OUT_OF_RANGE'],
    ['state', { link: 4, group: '239.1.1.1', state: 'perm' }, 'ERR_INVALID_ARG_VALUE'],
    ['sourceList', { link: 4, group: '239.1.1.1', sourceList: '10.0.0.1' }, 'ERR_INVALID_ARG_TYPE'],
    ['sourceList.1.address', { link: 4, group: '239.1.1.1', sourceList: ['10.0.0.1', 'x'] }, 'ERR_INVALID_ARG_TYPE'],
    ['grp', { link: 4, group: '239.1.1.1', grp: 1 }, 'ERR_UNKNOWN_OPTION'],
  ])('refuses %s in %j', (option, options, code) => {
    expect(() => sent(options)).toThrow(expect.objectContaining({ option, code, operation: 'mdb.add' }))
  })

  it.each([
    ['the index in the header', 4, 'master'],
    ['the index in the entry', 12, 'link'],
    ['an attribute', 44, 'source'],
  ])('names the option that the kernel means by %s', (_, target, option) => {
    const bytes = hex(`${HEADER}\n 20 00 01 00  04 00 00 00  00 00 00 00\n ${V4}\n 0c 00 02 80  08 00 01 00  0a 00 00 01`)
    expect(mdbLocator.locate(new Message(bytes), 0, bytes.length, target)).toBe(option)
  })
})
