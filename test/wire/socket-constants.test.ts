import { describe, expect, it } from 'vitest'
import * as own from '../../lib/netns/open-socket-now.ts'
import { readKernelHeaders } from '../support/kernel-headers.ts'

const headers = readKernelHeaders(['in.h', 'in6.h', '../asm-generic/socket.h'])
const constants = Object.entries(own).filter(([name]) => /^(SO|SOL|IPPROTO|IPV6|MCAST)_/.test(name))

describe('the constants of socket options', () => {
  it.for(constants)('%s is %i in the kernel’s header', ([name, value], context) => {
    if (headers === undefined) context.skip('the kernel headers are not installed (on Debian: linux-libc-dev, which g++ brings)')
    expect(headers?.constants.get(name)).toBe(value)
  })
})
