import { describe, expect, it } from 'vitest'
import { PACKET_TYPES } from '../../lib/capture/packet-type.ts'
import { readKernelHeaders } from '../support/kernel-headers.ts'

const headers = readKernelHeaders(['if_packet.h'])

describe('the types of packets', () => {
  it.for(Object.entries(PACKET_TYPES))('%s is %i in the kernel’s header', ([name, value], context) => {
    if (headers === undefined) context.skip('the kernel headers are not installed (on Debian: linux-libc-dev, which g++ brings)')
    expect(headers?.constants.get(`PACKET_${name.toUpperCase()}`)).toBe(value)
  })
})
