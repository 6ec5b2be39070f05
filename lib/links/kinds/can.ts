import { invalidValue, missingOption } from '../../errors.ts'
import { enumOf, flagsOf, switchesOf } from '../../schema/enums.ts'
import { derived } from '../../schema/headers.ts'
import { nest } from '../../schema/nests.ts'
import type { Program } from '../../schema/program.ts'
import { arrayOf, checkInteger, flag, u16, u32 } from '../../schema/scalars.ts'
import { Struct, type StructOutput, structOf } from '../../schema/structs.ts'
import { Table } from '../../schema/table.ts'
import { defineLinkKind } from '../kind.ts'
import { canMtus } from './vcan.ts'

const readOnly = { access: 'readOnly' } as const

const bitTiming = new Struct('canBitTiming', {
  bitrate: 'u32',
  samplePoint: 'u32',
  timeQuantum: 'u32',
  propagationSegment: 'u32',
  phaseSegment1: 'u32',
  phaseSegment2: 'u32',
  jumpWidth: 'u32',
  prescaler: 'u32',
})

const bitTimingLimits = new Struct('canBitTimingLimits', {
  controller: 'text16',
  timeSegment1Min: 'u32',
  timeSegment1Max: 'u32',
  timeSegment2Min: 'u32',
  timeSegment2Max: 'u32',
  jumpWidthMax: 'u32',
  prescalerMin: 'u32',
  prescalerMax: 'u32',
  prescalerIncrement: 'u32',
})

const errorCounters = new Struct('canErrorCounters', { tx: 'u16', rx: 'u16' })

const statisticsLayout = {
  busErrors: 'u32',
  errorWarnings: 'u32',
  errorPassives: 'u32',
  busOffs: 'u32',
  arbitrationLosses: 'u32',
  restarts: 'u32',
} as const
const statistics = new Struct('canStatistics', statisticsLayout)

const modes = {
  loopback: 0x1,
  listenOnly: 0x2,
  tripleSampling: 0x4,
  oneShot: 0x8,
  busErrorReporting: 0x10,
  fd: 0x20,
  presumeAck: 0x40,
  fdNonIso: 0x80,
  classicLength8Dlc: 0x100,
  tdcAuto: 0x200,
  tdcManual: 0x400,
  restricted: 0x800,
  xl: 0x1000,
  xlTdcAuto: 0x2000,
  xlTdcManual: 0x4000,
  xlTransceiverModeSwitching: 0x8000,
}

const delayCompensation = new Table('canTdc', {
  /** Least `value` that the controller takes; absent without `tdcManual`. */
  valueMin: u32(1, 'IFLA_CAN_TDC_TDCV_MIN', readOnly),
  /** Largest `value` that the controller takes. */
  valueMax: u32(2, 'IFLA_CAN_TDC_TDCV_MAX', readOnly),
  /** Least `offset` that the controller takes. */
  offsetMin: u32(3, 'IFLA_CAN_TDC_TDCO_MIN', readOnly),
  /** Largest `offset` that the controller takes. */
  offsetMax: u32(4, 'IFLA_CAN_TDC_TDCO_MAX', readOnly),
  /** Least `filterWindow` that the controller takes; absent where it has none. */
  filterWindowMin: u32(5, 'IFLA_CAN_TDC_TDCF_MIN', readOnly),
  /** Largest `filterWindow` that the controller takes. */
  filterWindowMax: u32(6, 'IFLA_CAN_TDC_TDCF_MAX', readOnly),
  /** Time from a bit's start at the TX pin to its arrival at the RX pin, in clock periods. Only with `tdcManual`, and required there; with `tdcAuto` the transceiver measures it. `ip` calls it `tdcv`. */
  value: u32(7, 'IFLA_CAN_TDC_TDCV', { unit: 'clock periods' }),
  /** Time from that arrival to the second sample point, in clock periods. Required. `ip` calls it `tdco`. */
  offset: u32(8, 'IFLA_CAN_TDC_TDCO', { unit: 'clock periods' }),
  /** Least distance of the second sample point, in clock periods. Default 0. `ip` calls it `tdcf`. */
  filterWindow: u32(9, 'IFLA_CAN_TDC_TDCF', { unit: 'clock periods' }),
})

const pulseWidth = new Table('canPwm', {
  /** Least `short` that the controller takes. */
  shortMin: u32(1, 'IFLA_CAN_PWM_PWMS_MIN', readOnly),
  /** Largest `short` that the controller takes. */
  shortMax: u32(2, 'IFLA_CAN_PWM_PWMS_MAX', readOnly),
  /** Least `long` that the controller takes. */
  longMin: u32(3, 'IFLA_CAN_PWM_PWML_MIN', readOnly),
  /** Largest `long` that the controller takes. */
  longMax: u32(4, 'IFLA_CAN_PWM_PWML_MAX', readOnly),
  /** Least `offset` that the controller takes. */
  offsetMin: u32(5, 'IFLA_CAN_PWM_PWMO_MIN', readOnly),
  /** Largest `offset` that the controller takes. */
  offsetMax: u32(6, 'IFLA_CAN_PWM_PWMO_MAX', readOnly),
  /** Length of the short phase, in clock periods. `ip` calls it `pwms`. */
  short: u32(7, 'IFLA_CAN_PWM_PWMS', { unit: 'clock periods' }),
  /** Length of the long phase, in clock periods. `ip` calls it `pwml`. */
  long: u32(8, 'IFLA_CAN_PWM_PWML', { unit: 'clock periods' }),
  /** Offset of the pulses, in clock periods. Default 0. `ip` calls it `pwmo`. */
  offset: u32(9, 'IFLA_CAN_PWM_PWMO', { unit: 'clock periods' }),
})

const controlModeExtension = new Table('canControlModeExtension', {
  /** Control modes that this controller can be set to. */
  supported: flagsOf(1, 'IFLA_CAN_CTRLMODE_SUPPORTED', 'u32', modes, readOnly),
})

type Given = Readonly<Record<string, unknown>>

/** can_validate() in drivers/net/can/dev/netlink.c answers EOPNOTSUPP to most of this, and no word. */
function check(program: Program, options: Given): void {
  for (const key of ['bitTiming', 'dataBitTiming', 'xlDataBitTiming']) checkTiming(program, key, options[key])
  checkFd(program, options)
}

function checkTiming(program: Program, key: string, timing: unknown): void {
  if (typeof timing !== 'object' || timing === null) return
  const { bitrate = 0, samplePoint = 0, timeQuantum = 0 } = timing as Given
  program.at(key)
  if ((bitrate === 0) === (timeQuantum === 0))
    throw invalidValue(
      program.operation,
      program.option,
      'takes either "bitrate", and the kernel computes the segments, or "timeQuantum" and the segments',
    )
  program.enter()
  program.at('samplePoint')
  checkInteger(program, samplePoint, 0, 999)
  program.leave()
}

function checkFd(program: Program, options: Given): void {
  const { bitTiming, dataBitTiming, tdc } = options
  const mode = (options.controlMode ?? {}) as Given
  const along = 'along with controlMode: { fd: true }'
  if (mode.fd === true && bitTiming === undefined) missing(program, ['bitTiming'], along)
  if (mode.fd === true && dataBitTiming === undefined) missing(program, ['dataBitTiming'], along)
  if (mode.fd !== true && (dataBitTiming !== undefined || tdc !== undefined))
    missing(program, ['controlMode', 'fd'], 'in the call that gives "dataBitTiming" or "tdc"')
  checkTdc(program, mode, tdc)
}

function checkTdc(program: Program, { tdcAuto = false, tdcManual = false }: Given, tdc: unknown): void {
  if (tdcAuto === true && tdcManual === true) refuse(program, ['controlMode', 'tdcManual'], 'excludes "tdcAuto"')
  const on = tdcAuto === true || tdcManual === true
  if (on && tdc === undefined) missing(program, ['tdc'], 'with controlMode: { tdcAuto: true } or { tdcManual: true }')
  if (typeof tdc !== 'object' || tdc === null) return
  const { value, offset } = tdc as Given
  if (!on) missing(program, ['controlMode', 'tdcAuto'], 'with "tdc" (or tdcManual: true)')
  if (offset === undefined) missing(program, ['tdc', 'offset'], 'with "tdc"')
  if (tdcManual === true && value === undefined) missing(program, ['tdc', 'value'], 'with controlMode: { tdcManual: true }')
  if (tdcAuto === true && value !== undefined)
    refuse(program, ['tdc', 'value'], 'is measured with controlMode: { tdcAuto: true }')
}

function stand(program: Program, path: readonly string[]): void {
  path.forEach((key, depth) => {
    if (depth > 0) program.enter()
    program.at(key)
  })
}

function missing(program: Program, path: readonly string[], why: string): never {
  stand(program, path)
  throw missingOption(program.operation, program.option, ` ${why}`)
}

function refuse(program: Program, path: readonly string[], reason: string): never {
  stand(program, path)
  throw invalidValue(program.operation, program.option, reason)
}

/**
 * A CAN controller. Its driver makes the link; this sets it up: bit timing and modes while the link is down, and both bit timings with `fd` in one call.
 * Most of it is the controller's to have: what is not reported is not there. Same as `ip link set can0 type can bitrate 500000 restart-ms 100`.
 */
export const can = defineLinkKind(
  'can',
  {
    /**
     * Timing of a bit. Give `bitrate` in bit/s, and if need be `samplePoint` in ‰ (default 875, 800 above 500 kbit/s, 750 above 800 kbit/s) and `jumpWidth` in time quanta: the kernel computes the
     * rest. Or give `timeQuantum` in ns, and `propagationSegment`, `phaseSegment1`, `phaseSegment2` and `jumpWidth` in time quanta. `prescaler` is reported only. Not reported before it is set.
     */
    bitTiming: structOf(1, 'IFLA_CAN_BITTIMING', bitTiming),
    /** Name of the controller and what its timing registers hold. `timeSegment1` is `propagationSegment` and `phaseSegment1`, `timeSegment2` is `phaseSegment2`, both in time quanta. */
    bitTimingLimits: structOf(2, 'IFLA_CAN_BITTIMING_CONST', bitTimingLimits, readOnly),
    /** Clock of the controller, in Hz. */
    clock: u32(3, 'IFLA_CAN_CLOCK', { ...readOnly, unit: 'Hz' }),
    /** What the controller may do on the bus, by its count of errors: all (below 96, and below 128 with a warning), no more error frames (from 128), nothing (from 256, `'busOff'`). `'stopped'` while the link is down. */
    state: enumOf(
      4,
      'IFLA_CAN_STATE',
      'u32',
      { errorActive: 0, errorWarning: 1, errorPassive: 2, busOff: 3, stopped: 4, sleeping: 5 },
      readOnly,
    ),
    /**
     * Modes, each by itself. `loopback`: what is sent is received too. `listenOnly`: sends nothing, not even acknowledgements. `tripleSampling`: each bit is sampled three times. `oneShot`: a frame is not repeated.
     * `busErrorReporting`: errors of the bus come as frames. `fd`: CAN FD, with `bitTiming` and `dataBitTiming` in the same call. `presumeAck`: a missing acknowledgement is no error. `fdNonIso`: CAN FD as it was before ISO 11898-1:2015.
     * `classicLength8Dlc`: the raw length code of classical frames is kept. `tdcAuto`, `tdcManual`: delay compensation as `tdc` has it, `value` measured or given. Since Linux 6.19: `restricted`: receives only. `xl`: CAN XL. `xlTdcAuto`, `xlTdcManual`: as `tdcAuto` and `tdcManual`.
     * `xlTransceiverModeSwitching`: PWM in the data phase.
     */
    controlMode: switchesOf(5, 'IFLA_CAN_CTRLMODE', modes, { maskFirst: true }),
    /** Time from bus-off until the controller is restarted, in ms; 0 for never. Default 0. */
    restartDelay: u32(6, 'IFLA_CAN_RESTART_MS', { unit: 'ms' }),
    /** Restarts a controller that is in bus-off, while the link is up and `restartDelay` is 0. A command, never reported. */
    restart: flag(7, 'IFLA_CAN_RESTART', { access: 'writeOnly', wire: 'u32' }),
    /** The controller's error counters, 0 to 255 and more. */
    errorCounters: structOf(8, 'IFLA_CAN_BERR_COUNTER', errorCounters, readOnly),
    /** As `bitTiming`, for the data phase of CAN FD. Only with `fd: true` in the same call. */
    dataBitTiming: structOf(9, 'IFLA_CAN_DATA_BITTIMING', bitTiming),
    /** As `bitTimingLimits`, for the data phase of CAN FD. */
    dataBitTimingLimits: structOf(10, 'IFLA_CAN_DATA_BITTIMING_CONST', bitTimingLimits, readOnly),
    /** Resistance of the termination that is switched in, in Ω, one of `terminations`; 0 for none. */
    termination: u16(11, 'IFLA_CAN_TERMINATION', { unit: 'Ω' }),
    /** Values that `termination` can have. */
    terminations: arrayOf(12, 'IFLA_CAN_TERMINATION_CONST', 'u16', { ...readOnly, unit: 'Ω' }),
    /** Bit rates of a controller that has a few only, in bit/s. */
    bitrates: arrayOf(13, 'IFLA_CAN_BITRATE_CONST', 'u32', { ...readOnly, unit: 'bit/s' }),
    /** As `bitrates`, for the data phase of CAN FD. */
    dataBitrates: arrayOf(14, 'IFLA_CAN_DATA_BITRATE_CONST', 'u32', { ...readOnly, unit: 'bit/s' }),
    /** Highest bit rate of the transceiver, in bit/s; 0 for no limit. */
    maxBitrate: u32(15, 'IFLA_CAN_BITRATE_MAX', { ...readOnly, unit: 'bit/s' }),
    /** Transmitter delay compensation of CAN FD: a second sample point for the controller's own bits. Only with `fd` and one of `tdcAuto` and `tdcManual` in the same call; without all of these the kernel computes it from `dataBitTiming`. Since Linux 5.16. */
    tdc: nest(16, 'IFLA_CAN_TDC', delayCompensation),
    /** What there is to say of `controlMode`. Since Linux 5.17. */
    controlModeExtension: nest(17, 'IFLA_CAN_CTRLMODE_EXT', controlModeExtension, readOnly),
    /** As `bitTiming`, for the data phase of CAN XL. Since Linux 6.19. */
    xlDataBitTiming: structOf(18, 'IFLA_CAN_XL_DATA_BITTIMING', bitTiming),
    /** As `bitTimingLimits`, for the data phase of CAN XL. Since Linux 6.19. */
    xlDataBitTimingLimits: structOf(19, 'IFLA_CAN_XL_DATA_BITTIMING_CONST', bitTimingLimits, readOnly),
    /** As `bitrates`, for the data phase of CAN XL. Since Linux 6.19. */
    xlDataBitrates: arrayOf(20, 'IFLA_CAN_XL_DATA_BITRATE_CONST', 'u32', { ...readOnly, unit: 'bit/s' }),
    /** As `tdc`, for CAN XL. Since Linux 6.19. */
    xlTdc: nest(21, 'IFLA_CAN_XL_TDC', delayCompensation),
    /** Pulses of the data phase with `xlTransceiverModeSwitching`; without it the kernel computes them. Since Linux 6.19. */
    xlPwm: nest(22, 'IFLA_CAN_XL_PWM', pulseWidth),
    /** How often things went wrong since the link was made: bus errors, changes of state, lost arbitrations; and how often the controller was restarted. */
    statistics: derived<never, StructOutput<typeof statisticsLayout>>('IFLA_INFO_XSTATS', 'struct canStatistics', readOnly),
  },
  {
    mtu: canMtus,
    check,
    statistics,
    refusals: {
      set: {
        EBUSY: 'timing, modes and "restartDelay" change while the link is down, and "restart" goes only in the state "busOff"',
        EINVAL:
          '"termination" must be one of "terminations", "tdc" must keep to its limits, and "restart" goes only while the link is up and "restartDelay" is 0',
        EOPNOTSUPP: 'the controller lacks one of these options; "controlModeExtension.supported" lists the modes that it has',
      },
    },
    module: { config: 'CONFIG_CAN_DEV', name: 'can_dev' },
    notCreatable: 'the driver of a CAN controller makes such links; kind: "vcan" is a bus without hardware',
  },
)
