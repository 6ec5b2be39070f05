import { Enumeration } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { IFINFO } from './flags.ts'

/** ARPHRD_* of <linux/if_arp.h>, in the words of `ip link`. */
export const HARDWARE_TYPES = {
  netrom: 0,
  ether: 1,
  ax25: 3,
  arcnet: 7,
  dlci: 15,
  atm: 19,
  ieee1394: 24,
  infiniband: 32,
  slip: 256,
  rose: 270,
  x25: 271,
  can: 280,
  mctp: 290,
  ppp: 512,
  hdlc: 513,
  lapb: 516,
  rawhdlc: 518,
  rawip: 519,
  ipip: 768,
  tunnel6: 769,
  loopback: 772,
  fddi: 774,
  sit: 776,
  gre: 778,
  pimreg: 779,
  ieee80211: 801,
  'ieee802.11/prism': 802,
  'ieee802.11/radiotap': 803,
  'ieee802.15.4': 804,
  phonet: 820,
  phonet_pipe: 821,
  caif: 822,
  gre6: 823,
  netlink: 824,
  '6lowpan': 825,
  vsockmon: 826,
  none: 0xfffe,
  void: 0xffff,
} as const

export const hardwareTypes = new Enumeration(HARDWARE_TYPES)

export type HardwareType = keyof typeof HARDWARE_TYPES | (number & {})

/** The header's hardware type by name. */
export const hardwareType = new Field<unknown, HardwareType, 'readOnly', 'always'>(
  'header',
  IFINFO.type,
  'ifi_type',
  { access: 'readOnly', present: 'always' },
  {
    wire: 'u16',
    minLength: 2,
    lower: () => {},
    decode: (message, offset) => hardwareTypes.toName(message.u16(offset)),
  },
)
