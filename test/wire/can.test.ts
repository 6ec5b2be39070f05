import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const ZERO = '00 00 00 00'

function change(can: object): string[] {
  return lines(encodeLink({ can }, 'change'))
}

describe('can on the wire', () => {
  it('sends what ip sends for bit rates, modes and delay compensation', () => {
    const bytes = newLink(`
      90 00 12 80   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        84 00 02 80   # IFLA_INFO_DATA
          08 00 06 00  64 00 00 00   # IFLA_CAN_RESTART_MS = 100
          06 00 0b 00  78 00 00 00   # IFLA_CAN_TERMINATION = 120, 16 bits
          24 00 01 00  20 a1 07 00 20 03 00 00 ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO}   # IFLA_CAN_BITTIMING = 500000 bit/s, 800 ‰
          24 00 09 00  80 84 1e 00 ee 02 00 00 ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO}   # IFLA_CAN_DATA_BITTIMING = 2000000 bit/s, 750 ‰
          0c 00 05 00  23 04 00 00 21 04 00 00   # IFLA_CAN_CTRLMODE = mask 0x423, flags 0x421
          1c 00 10 80   # IFLA_CAN_TDC
            08 00 07 00  05 00 00 00   # IFLA_CAN_TDC_TDCV = 5
            08 00 08 00  06 00 00 00   # IFLA_CAN_TDC_TDCO = 6
            08 00 09 00  07 00 00 00   # IFLA_CAN_TDC_TDCF = 7`)
    const ours = change({
      restartDelay: 100,
      termination: 120,
      bitTiming: { bitrate: 500_000, samplePoint: 800 },
      dataBitTiming: { bitrate: 2_000_000, samplePoint: 750 },
      controlMode: { fd: true, tdcManual: true, loopback: true, listenOnly: false },
      tdc: { value: 5, offset: 6, filterWindow: 7 },
    })
    expect(ours).toEqual(lines(bytes))
  })

  it('sends what ip sends for a timing in segments', () => {
    const bytes = newLink(`
      34 00 12 80   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        28 00 02 80   # IFLA_INFO_DATA
          24 00 01 00  ${ZERO} ${ZERO} 7d 00 00 00 06 00 00 00 07 00 00 00 02 00 00 00 01 00 00 00 ${ZERO}   # IFLA_CAN_BITTIMING`)
    const segments = { propagationSegment: 6, phaseSegment1: 7, phaseSegment2: 2, jumpWidth: 1 }
    expect(change({ bitTiming: { timeQuantum: 125, ...segments } })).toEqual(lines(bytes))
  })

  it('sends what ip sends for a restart', () => {
    const bytes = newLink(`
      18 00 12 80   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        0c 00 02 80   # IFLA_INFO_DATA
          08 00 07 00  01 00 00 00   # IFLA_CAN_RESTART = 1`)
    expect(change({ restart: true })).toEqual(lines(bytes))
    expect(change({ restart: false }).join(' ')).not.toContain('08 00 07 00')
  })

  it('sends what is newer than ip 6.1', () => {
    const bytes = newLink(`
      70 00 12 80   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        64 00 02 80   # IFLA_INFO_DATA
          0c 00 05 00  00 f8 00 00 00 d0 00 00   # IFLA_CAN_CTRLMODE = mask 0xf800, flags 0xd000
          24 00 12 00  40 4b 4c 00 ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO}   # IFLA_CAN_XL_DATA_BITTIMING = 5000000 bit/s
          14 00 15 80   # IFLA_CAN_XL_TDC
            08 00 07 00  05 00 00 00   # IFLA_CAN_TDC_TDCV = 5
            08 00 08 00  06 00 00 00   # IFLA_CAN_TDC_TDCO = 6
          1c 00 16 80   # IFLA_CAN_XL_PWM
            08 00 07 00  04 00 00 00   # IFLA_CAN_PWM_PWMS = 4
            08 00 08 00  0c 00 00 00   # IFLA_CAN_PWM_PWML = 12
            08 00 09 00  02 00 00 00   # IFLA_CAN_PWM_PWMO = 2`)
    const xl = { xl: true, xlTdcAuto: false, xlTdcManual: true, xlTransceiverModeSwitching: true, restricted: false }
    const ours = change({
      controlMode: xl,
      xlDataBitTiming: { bitrate: 5_000_000 },
      xlTdc: { value: 5, offset: 6 },
      xlPwm: { short: 4, long: 12, offset: 2 },
    })
    expect(ours).toEqual(lines(bytes))
  })

  it('reads what a controller with everything reports', () => {
    const bytes = newLink(`
      08 00 03 00  63 61 6e 30   # IFLA_IFNAME = "can0"
      20 01 12 00   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        1c 00 03 00  01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05 00 00 00 06 00 00 00   # IFLA_INFO_XSTATS
        f8 00 02 00   # IFLA_INFO_DATA
          24 00 01 00  20 a1 07 00 6b 03 00 00 7d 00 00 00 06 00 00 00 07 00 00 00 02 00 00 00 01 00 00 00 05 00 00 00   # IFLA_CAN_BITTIMING
          34 00 02 00  6d 63 70 32 35 31 78 66 64 00 00 00 00 00 00 00
                       02 00 00 00 00 01 00 00 01 00 00 00 80 00 00 00 80 00 00 00 01 00 00 00 00 01 00 00 01 00 00 00   # IFLA_CAN_BITTIMING_CONST
          08 00 03 00  00 5a 62 02   # IFLA_CAN_CLOCK = 40000000
          08 00 04 00  02 00 00 00   # IFLA_CAN_STATE = 2
          0c 00 05 00  00 00 00 00 20 00 01 00   # IFLA_CAN_CTRLMODE = mask 0, flags 0x10020, of which 0x10000 has no name
          08 00 06 00  64 00 00 00   # IFLA_CAN_RESTART_MS = 100
          08 00 08 00  80 00 07 00   # IFLA_CAN_BERR_COUNTER = tx 128, rx 7
          24 00 09 00  80 84 1e 00 ee 02 00 00 19 00 00 00 07 00 00 00 07 00 00 00 05 00 00 00 01 00 00 00 01 00 00 00   # IFLA_CAN_DATA_BITTIMING
          06 00 0b 00  78 00 00 00   # IFLA_CAN_TERMINATION = 120
          08 00 0c 00  00 00 78 00   # IFLA_CAN_TERMINATION_CONST = 0, 120
          0c 00 0d 00  20 a1 07 00 40 42 0f 00   # IFLA_CAN_BITRATE_CONST = 500000, 1000000
          08 00 0f 00  00 12 7a 00   # IFLA_CAN_BITRATE_MAX = 8000000
          1c 00 10 00   # IFLA_CAN_TDC
            08 00 03 00  00 00 00 00   # IFLA_CAN_TDC_TDCO_MIN = 0
            08 00 04 00  7f 00 00 00   # IFLA_CAN_TDC_TDCO_MAX = 127
            08 00 08 00  0f 00 00 00   # IFLA_CAN_TDC_TDCO = 15
          0c 00 11 00   # IFLA_CAN_CTRLMODE_EXT
            08 00 01 00  23 00 00 00   # IFLA_CAN_CTRLMODE_SUPPORTED = 0x23`)
    const link = given(decodeNewLink(bytes)) as { kind: string; can: Record<string, object> }
    expect(link.kind).toBe('can')
    const { controlMode, ...rest } = link.can
    expect(controlMode).toMatchObject({ fd: true, loopback: false, xlTransceiverModeSwitching: false, unknown: 0x1_0000 })
    expect(rest).toEqual({
      bitTiming: {
        bitrate: 500_000,
        samplePoint: 875,
        timeQuantum: 125,
        propagationSegment: 6,
        phaseSegment1: 7,
        phaseSegment2: 2,
        jumpWidth: 1,
        prescaler: 5,
      },
      bitTimingLimits: {
        controller: 'mcp251xfd',
        timeSegment1Min: 2,
        timeSegment1Max: 256,
        timeSegment2Min: 1,
        timeSegment2Max: 128,
        jumpWidthMax: 128,
        prescalerMin: 1,
        prescalerMax: 256,
        prescalerIncrement: 1,
      },
      clock: 40_000_000,
      state: 'errorPassive',
      restartDelay: 100,
      errorCounters: { tx: 128, rx: 7 },
      dataBitTiming: {
        bitrate: 2_000_000,
        samplePoint: 750,
        timeQuantum: 25,
        propagationSegment: 7,
        phaseSegment1: 7,
        phaseSegment2: 5,
        jumpWidth: 1,
        prescaler: 1,
      },
      termination: 120,
      terminations: [0, 120],
      bitrates: [500_000, 1_000_000],
      maxBitrate: 8_000_000,
      tdc: { offsetMin: 0, offsetMax: 127, offset: 15 },
      controlModeExtension: { supported: ['loopback', 'listenOnly', 'fd'] },
      statistics: { busErrors: 1, errorWarnings: 2, errorPassives: 3, busOffs: 4, arbitrationLosses: 5, restarts: 6 },
    })
  })

  it('reads what Linux 6.12 reports of a serial adapter', () => {
    const bytes = newLink(`
      b0 00 12 00   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        1c 00 03 00  ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO}   # IFLA_INFO_XSTATS
        88 00 02 00   # IFLA_INFO_DATA
          24 00 01 00  90 d0 03 00 ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO} ${ZERO}   # IFLA_CAN_BITTIMING = 250000 bit/s
          08 00 03 00  ${ZERO}   # IFLA_CAN_CLOCK = 0
          08 00 04 00  04 00 00 00   # IFLA_CAN_STATE = 4
          0c 00 05 00  00 00 00 00 02 00 00 00   # IFLA_CAN_CTRLMODE = mask 0, flags 2
          08 00 06 00  ${ZERO}   # IFLA_CAN_RESTART_MS = 0
          28 00 0d 00  10 27 00 00 20 4e 00 00 50 c3 00 00 a0 86 01 00 48 e8 01 00 90 d0 03 00 20 a1 07 00 00 35 0c 00 40 42 0f 00   # IFLA_CAN_BITRATE_CONST
          08 00 0f 00  ${ZERO}   # IFLA_CAN_BITRATE_MAX = 0
          0c 00 11 80   # IFLA_CAN_CTRLMODE_EXT
            08 00 01 00  02 00 00 00   # IFLA_CAN_CTRLMODE_SUPPORTED = 2`)
    expect(given(decodeNewLink(bytes))).toMatchObject({
      can: {
        bitTiming: { bitrate: 250_000 },
        state: 'stopped',
        controlMode: { listenOnly: true },
        bitrates: [10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000],
        controlModeExtension: { supported: ['listenOnly'] },
        statistics: { busErrors: 0, restarts: 0 },
      },
    })
  })

  it('reads what is newer than Linux 6.12', () => {
    const bytes = newLink(`
      38 00 12 00   # IFLA_LINKINFO
        08 00 01 00  63 61 6e 00   # IFLA_INFO_KIND = "can"
        2c 00 02 00   # IFLA_INFO_DATA
          08 00 14 00  00 2d 31 01   # IFLA_CAN_XL_DATA_BITRATE_CONST = 20000000
          0c 00 15 00   # IFLA_CAN_XL_TDC
            08 00 08 00  0f 00 00 00   # IFLA_CAN_TDC_TDCO = 15
          14 00 16 00   # IFLA_CAN_XL_PWM
            08 00 01 00  01 00 00 00   # IFLA_CAN_PWM_PWMS_MIN = 1
            08 00 07 00  04 00 00 00   # IFLA_CAN_PWM_PWMS = 4`)
    expect(given(decodeNewLink(bytes))).toMatchObject({
      can: { xlDataBitrates: [20_000_000], xlTdc: { offset: 15 }, xlPwm: { shortMin: 1, short: 4 } },
    })
  })
})

const timing = { bitTiming: { bitrate: 500_000 }, dataBitTiming: { bitrate: 2_000_000 } }
const MISSING = 'ERR_MISSING_OPTION'
const INVALID = 'ERR_INVALID_ARG_VALUE'

describe('can refuses what the kernel would refuse without a word:', () => {
  it.each<[string, object, string, string]>([
    ['a bit rate and segments', { bitTiming: { bitrate: 500_000, timeQuantum: 125 } }, 'bitTiming', INVALID],
    ['neither of them', { bitTiming: { samplePoint: 800 } }, 'bitTiming', INVALID],
    [
      'a sample point of 100 %',
      { bitTiming: { bitrate: 500_000, samplePoint: 1000 } },
      'bitTiming.samplePoint',
      'ERR_OUT_OF_RANGE',
    ],
    ['CAN FD without a bit rate', { controlMode: { fd: true }, dataBitTiming: timing.dataBitTiming }, 'bitTiming', MISSING],
    ['CAN FD without a data bit rate', { controlMode: { fd: true }, bitTiming: timing.bitTiming }, 'dataBitTiming', MISSING],
    ['a data bit rate without CAN FD', timing, 'controlMode.fd', MISSING],
    ['delay compensation without CAN FD', { tdc: { offset: 1 } }, 'controlMode.fd', MISSING],
    [
      'delay compensation of two kinds',
      { ...timing, controlMode: { fd: true, tdcAuto: true, tdcManual: true } },
      'controlMode.tdcManual',
      INVALID,
    ],
    ['its mode alone', { ...timing, controlMode: { fd: true, tdcAuto: true } }, 'tdc', MISSING],
    ['its values alone', { ...timing, controlMode: { fd: true }, tdc: { offset: 1 } }, 'controlMode.tdcAuto', MISSING],
    ['no offset', { ...timing, controlMode: { fd: true, tdcAuto: true }, tdc: {} }, 'tdc.offset', MISSING],
    [
      'a value that is measured',
      { ...timing, controlMode: { fd: true, tdcAuto: true }, tdc: { offset: 1, value: 1 } },
      'tdc.value',
      INVALID,
    ],
    [
      'no value where it is not',
      { ...timing, controlMode: { fd: true, tdcManual: true }, tdc: { offset: 1 } },
      'tdc.value',
      MISSING,
    ],
  ])('%s', (_, can, option, code) => {
    expect(() => change(can)).toThrow(expect.objectContaining({ code, option: `can.${option}` }))
  })

  it.each<[string, object]>([
    ['CAN FD with delay compensation computed by the kernel', { ...timing, controlMode: { fd: true } }],
    ['delay compensation turned off', { ...timing, controlMode: { fd: true, tdcAuto: false, tdcManual: false } }],
    ['measured delay compensation', { ...timing, controlMode: { fd: true, tdcAuto: true }, tdc: { offset: 1 } }],
    ['CAN FD turned off', { controlMode: { fd: false } }],
  ])('but not %s', (_, can) => {
    expect(() => change(can)).not.toThrow()
  })
})
