import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

describe('rmnet on the wire', () => {
  it('sends what ip sends for the same words', () => {
    const bytes = newLink(`
      08 00 05 00  03 00 00 00   # IFLA_LINK = 3
      07 00 03 00  78 30 00 00   # IFLA_IFNAME = "x0"
      1c 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  72 6d 6e 65 74 00 00 00   # IFLA_INFO_KIND = "rmnet"
        0c 00 02 80   # IFLA_INFO_DATA
          06 00 01 00  05 00 00 00   # IFLA_RMNET_MUX_ID = 5`)
    expect(lines(encodeLink({ link: 3, name: 'x0', kind: 'rmnet', rmnet: { muxId: 5 } }))).toEqual(lines(bytes))
  })

  it('sends which flags change, and to what', () => {
    const flags = { ingressDeaggregation: false, ingressMapCommands: true, egressChecksumV5: true }
    const bytes = newLink(`
      28 00 12 80   # IFLA_LINKINFO
        0a 00 01 00  72 6d 6e 65 74 00 00 00   # IFLA_INFO_KIND = "rmnet"
        18 00 02 80   # IFLA_INFO_DATA
          06 00 01 00  05 00 00 00   # IFLA_RMNET_MUX_ID = 5
          0c 00 02 00  22 00 00 00 23 00 00 00   # IFLA_RMNET_FLAGS = flags 0x22, mask 0x23`)
    expect(lines(encodeLink({ rmnet: { muxId: 5, flags } }, 'change'))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports', () => {
    const bytes = newLink(`
      28 00 12 00   # IFLA_LINKINFO
        0a 00 01 00  72 6d 6e 65 74 00 00 00   # IFLA_INFO_KIND = "rmnet"
        18 00 02 00   # IFLA_INFO_DATA
          06 00 01 00  05 00 00 00   # IFLA_RMNET_MUX_ID = 5
          0c 00 02 00  01 00 00 00 ff ff ff ff   # IFLA_RMNET_FLAGS = flags 1, mask all`)
    const off = { ingressMapCommands: false, ingressChecksumV4: false, egressChecksumV4: false }
    const flags = { ...off, ingressDeaggregation: true, ingressChecksumV5: false, egressChecksumV5: false }
    expect(given(decodeNewLink(bytes))).toMatchObject({ kind: 'rmnet', rmnet: { muxId: 5, flags } })
  })

  it('misses the channel in a change, as the kernel would', () => {
    const missing = { code: 'ERR_MISSING_OPTION', option: 'rmnet.muxId', message: expect.stringContaining('hear it again') }
    expect(() => encodeLink({ rmnet: { flags: {} } }, 'change')).toThrow(expect.objectContaining(missing))
  })

  it('refuses channel 255', () => {
    const refusal = { name: 'RangeError', option: 'rmnet.muxId' }
    expect(() => encodeLink({ link: 3, kind: 'rmnet', rmnet: { muxId: 255 } })).toThrow(expect.objectContaining(refusal))
  })
})
