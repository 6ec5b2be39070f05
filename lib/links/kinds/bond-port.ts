import { enumOf, flagsOf } from '../../schema/enums.ts'
import { mac } from '../../schema/octets.ts'
import { s32, u16, u32 } from '../../schema/scalars.ts'
import { definePortKind } from '../kind.ts'

/** LACP_STATE_* of <linux/if_bonding.h>. */
const lacpStates = {
  active: 1,
  shortTimeout: 2,
  aggregating: 4,
  inSync: 8,
  collecting: 16,
  distributing: 32,
  defaulted: 64,
  expired: 128,
} as const

/** Whether a port and its partner agree, after they had time to. */
const churnStates = { monitoring: 0, churned: 1, none: 2 } as const

/** What a link has because it is a port of a bond. Same as `ip link set eth0 type bond_slave …`. */
export const bondPort = definePortKind(
  'bond',
  {
    /** Whether the port works, or waits until it is needed. */
    state: enumOf(1, 'IFLA_BOND_SLAVE_STATE', 'u8', { active: 0, backup: 1 }, { access: 'readOnly' }),
    /** What the monitor knows: up, down, or on the way there while `downDelay` or `upDelay` runs. Without a monitor it stays `'up'`. */
    miiStatus: enumOf(
      2,
      'IFLA_BOND_SLAVE_MII_STATUS',
      'u8',
      { up: 0, goingDown: 1, down: 2, goingBack: 3 },
      { access: 'readOnly' },
    ),
    /** How often the monitor gave the port up. */
    linkFailures: u32(3, 'IFLA_BOND_SLAVE_LINK_FAILURE_COUNT', { access: 'readOnly' }),
    /** Hardware address that the link had before, and gets back. */
    permanentAddress: mac(4, 'IFLA_BOND_SLAVE_PERM_HWADDR', { access: 'readOnly' }),
    /** Transmit queue of the bond that leads to this port, from 1 to the bond's `numTxQueues` (16 unless given), each for one port only; 0 for none. Default 0. tc's `skbedit` puts packets into one. */
    queueId: u16(5, 'IFLA_BOND_SLAVE_QUEUE_ID'),
    /** Number of the aggregator that the port is in. Mode 802.3ad. */
    aggregatorId: u16(6, 'IFLA_BOND_SLAVE_AD_AGGREGATOR_ID', { access: 'readOnly' }),
    /** State of the port in LACP. Mode 802.3ad. */
    actorPortState: flagsOf(7, 'IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE', 'u8', lacpStates, { access: 'readOnly' }),
    /** State of the other side's port, as it has told. Mode 802.3ad. */
    partnerPortState: flagsOf(8, 'IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE', 'u16', lacpStates, { access: 'readOnly' }),
    /** The port with the highest number is preferred when the one that works fails, unless the bond has a `primary`. Default 0. Modes active-backup, balance-tlb and balance-alb. Since Linux 6.0. */
    priority: s32(9, 'IFLA_BOND_SLAVE_PRIO'),
    /** Priority of the port in LACP, for the bond's `adSelect: 'actorPortPriority'`. Default 255. Mode 802.3ad. Since Linux 6.18. */
    actorPortPriority: u16(10, 'IFLA_BOND_SLAVE_ACTOR_PORT_PRIO'),
    /** Whether the port is where it should be: not known yet, no, or yes (`'none'`: no churn). Mode 802.3ad. Newer than Linux 6.18. */
    actorChurn: enumOf(11, 'IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE', 'u8', churnStates, { access: 'readOnly' }),
    /** The same of the other side's port. */
    partnerChurn: enumOf(12, 'IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE', 'u8', churnStates, { access: 'readOnly' }),
  },
  {
    // bond_option_queue_id_set() says no more.
    refusals: {
      EPERM: ({ queueId }) =>
        queueId === undefined
          ? undefined
          : '"port.queueId" must be one that the bond has (its numTxQueues, 16 unless given) and no other port; or the process lacks CAP_NET_ADMIN',
    },
  },
)
