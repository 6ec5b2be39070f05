import { BitNames, flagsOf } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { nest } from '../schema/nests.ts'
import { string } from '../schema/octets.ts'
import { bool, u32 } from '../schema/scalars.ts'
import { Table } from '../schema/table.ts'

/** RTAX_* by the names of the rows below, for `lock`. */
const NUMBERS = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttVariance: 5,
  slowStartThreshold: 6,
  congestionWindow: 7,
  advertisedMss: 8,
  reordering: 9,
  hopLimit: 10,
  initialCongestionWindow: 11,
  features: 12,
  minRto: 13,
  initialReceiveWindow: 14,
  quickAck: 15,
  congestionControl: 16,
  fastOpenNoCookie: 17,
} as const

type Bits = { [K in keyof typeof NUMBERS]: number }

const locks = new BitNames(Object.fromEntries(Object.entries(NUMBERS).map(([name, number]) => [name, 1 << number])) as Bits)

/** Milliseconds, which the kernel keeps in finer steps. */
function milliseconds(number: number, constant: string, steps: number): Field<number, number, 'readWrite', 'sometimes'> {
  const most = 0xffff_ffff / steps
  return new Field('attribute', number, constant, { unit: 'ms' } as const, {
    wire: `u32, in 1/${steps} ms`,
    allowed: `0…${most}`,
    minLength: 4,
    lower: (program, value) => {
      if (typeof value !== 'number') program.expected('a number of milliseconds', value)
      const raw = Math.round(value * steps)
      if (!(raw >= 0 && raw <= 0xffff_ffff)) program.outOfRange(`0 to ${most} ms`, value)
      program.u32(number, raw)
    },
    decode: (message, offset) => message.u32(offset) / steps,
  })
}

/** What connections over the route start with; 0 leaves the kernel's own value. */
export const metricsTable = new Table('routeMetrics', {
  /** Metrics that the kernel may not change by what it learns, such as a path MTU: `['mtu']`. Same as `mtu lock 1400`. */
  lock: new Field<readonly (keyof Bits)[], readonly (keyof Bits)[], 'readWrite', 'sometimes'>(
    'attribute',
    1,
    'RTAX_LOCK',
    {},
    {
      wire: 'u32',
      allowed: locks.listing,
      minLength: 4,
      lower: (program, value) => program.u32(1, locks.toBits(program, value, 0xffff_ffff)),
      decode: (message, offset) => locks.toNames(message.u32(offset)) as (keyof Bits)[],
    },
  ),
  /** Largest packet, in bytes. */
  mtu: u32(NUMBERS.mtu, 'RTAX_MTU', { unit: 'bytes' }),
  /** Largest TCP window to advertise, in bytes. */
  window: u32(NUMBERS.window, 'RTAX_WINDOW', { unit: 'bytes' }),
  /** First guess of the round-trip time, in milliseconds, to 1/8 ms. */
  rtt: milliseconds(NUMBERS.rtt, 'RTAX_RTT', 8),
  /** First guess of how far round-trip times vary, in milliseconds, to 1/4 ms. Same as `rttvar`. */
  rttVariance: milliseconds(NUMBERS.rttVariance, 'RTAX_RTTVAR', 4),
  /** First slow-start threshold, in segments. Same as `ssthresh`. */
  slowStartThreshold: u32(NUMBERS.slowStartThreshold, 'RTAX_SSTHRESH', { unit: 'segments' }),
  /** Upper bound of the congestion window, in segments; the kernel heeds it when locked. Same as `cwnd`. */
  congestionWindow: u32(NUMBERS.congestionWindow, 'RTAX_CWND', { unit: 'segments' }),
  /** Maximum segment size to advertise, in bytes. Same as `advmss`. */
  advertisedMss: u32(NUMBERS.advertisedMss, 'RTAX_ADVMSS', { unit: 'bytes' }),
  /** How many packets may overtake each other before one counts as lost. */
  reordering: u32(NUMBERS.reordering, 'RTAX_REORDERING'),
  /** TTL or hop limit of packets, 0–255. */
  hopLimit: u32(NUMBERS.hopLimit, 'RTAX_HOPLIMIT', { max: 255 }),
  /** First congestion window, in segments. Same as `initcwnd`. */
  initialCongestionWindow: u32(NUMBERS.initialCongestionWindow, 'RTAX_INITCWND', { unit: 'segments' }),
  /** TCP features of the route. Same as `features ecn`. */
  features: flagsOf(NUMBERS.features, 'RTAX_FEATURES', 'u32', { ecn: 1, sack: 2, timestamp: 4, allfrag: 8, tcp_usec_ts: 16 }),
  /** Shortest retransmission timeout, in milliseconds. Giving it locks it, else the kernel would ignore it. Same as `rto_min`. */
  minRto: u32(NUMBERS.minRto, 'RTAX_RTO_MIN', { unit: 'ms' }),
  /** First receive window, in segments. Same as `initrwnd`. */
  initialReceiveWindow: u32(NUMBERS.initialReceiveWindow, 'RTAX_INITRWND', { unit: 'segments' }),
  /** Whether received segments are acknowledged at once. */
  quickAck: bool(NUMBERS.quickAck, 'RTAX_QUICKACK', { wire: 'u32' }),
  /** Congestion control algorithm, such as `'bbr'`; the kernel must have it. Same as `congctl`. */
  congestionControl: string(NUMBERS.congestionControl, 'RTAX_CC_ALGO', { max: 15 }),
  /** Whether TCP Fast Open works without a cookie. */
  fastOpenNoCookie: bool(NUMBERS.fastOpenNoCookie, 'RTAX_FASTOPEN_NO_COOKIE', { wire: 'u32' }),
})

/** RTA_METRICS as a nest; `ip` writes it without NLA_F_NESTED. */
const plainField = nest(8, 'RTA_METRICS', metricsTable, { plain: true })

type Metrics = Parameters<typeof plainField.lower>[1]

/** The kernel heeds RTAX_RTO_MIN only when it is locked, so giving it locks it, as `ip` does. */
function withLock(metrics: Metrics): Metrics {
  const { minRto, lock = [] } = metrics
  if (minRto === undefined || !Array.isArray(lock) || lock.includes('minRto')) return metrics
  return { ...metrics, lock: [...lock, 'minRto'] }
}

/** Metrics of a route. */
export const metricsField: typeof plainField = new Field(
  'attribute',
  plainField.number,
  plainField.constant,
  {},
  {
    ...plainField,
    lower: (program, value: Metrics) =>
      plainField.lower(program, typeof value === 'object' && value !== null ? withLock(value) : value),
  },
)
