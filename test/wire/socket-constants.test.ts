import { describe, expect, it } from 'vitest'
import * as own from '../../lib/netns/open-socket-now.ts'
import { readKernelHeaders } from '../support/kernel-headers.ts'

const headers = readKernelHeaders(['in.h', 'in6.h', '../asm-generic/socket.h'])
const constants = Object.entries(own).filter(([name]) => /^(SO|SOL|IPPROTO|IPV6|MCAST)_/.test(name))

describe('the constants of socket options', () => {
  it.each(constants)('%s is %i in the kernel’s header', (name, value) => {
    if (headers === undefined) throw new Error('the kernel’s headers are not installed')
    expect(headers.constants.get(name)).toBe(value)
  })
})
