import { Field, type RowOptions } from '../schema/field.ts'
import type { Message } from '../schema/message.ts'
import type { Program } from '../schema/program.ts'
import { AF_INET, AF_INET6 } from '../values/family.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../values/ip.ts'

/** struct sockaddr_in and sockaddr_in6: family in host order, port in network order, then the addresses. */
const SOCKADDR_IN = { size: 16, port: 2, address: 4 } as const
const SOCKADDR_IN6 = { size: 28, port: 2, address: 8, scope: 24 } as const
const EXPECTED = 'an address and a port: "192.0.2.1:51820" or "[2001:db8::1]:51820"'

/** Where a peer is: `address:port`. The scope of a link-local address is an index: `[fe80::1%7]:51820`. */
export function endpoint(
  number: number,
  constant: string,
  options: RowOptions<'readWrite'> = {},
): Field<string, string | undefined, 'readWrite', 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<'readWrite', 'sometimes'>, {
    wire: 'struct sockaddr_in or sockaddr_in6',
    allowed: 'address:port',
    minLength: SOCKADDR_IN.size,
    lower: (program, value) => {
      if (typeof value !== 'string') program.expected(EXPECTED, value)
      program.octets(number, socketAddress(program, value))
    },
    decode: decodeEndpoint,
  })
}

function socketAddress(program: Program, text: string): Uint8Array {
  const [, inBrackets, scope, plain, port] = /^(?:\[([^\]%]+)(?:%(\d+))?\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const isIpv6 = inBrackets !== undefined
  const layout = isIpv6 ? SOCKADDR_IN6 : SOCKADDR_IN
  const bytes = new Uint8Array(layout.size)
  const view = new DataView(bytes.buffer)
  const parsed = isIpv6 ? parseIpv6(inBrackets, bytes, layout.address) : parseIpv4(plain ?? '', bytes, layout.address)
  if (!parsed || Number(port) === 0 || Number(port) > 0xffff) program.expected(EXPECTED, text)
  new Uint16Array(bytes.buffer)[0] = isIpv6 ? AF_INET6 : AF_INET
  view.setUint16(layout.port, Number(port))
  if (scope !== undefined) new Uint32Array(bytes.buffer)[SOCKADDR_IN6.scope / 4] = Number(scope)
  return bytes
}

function decodeEndpoint(message: Message, offset: number, length: number): string | undefined {
  const family = message.u16(offset)
  if (family === AF_INET)
    return `${formatIpv4(message.bytes, offset + SOCKADDR_IN.address)}:${message.be16(offset + SOCKADDR_IN.port)}`
  if (family !== AF_INET6 || length < SOCKADDR_IN6.size) return undefined
  const scope = message.u32(offset + SOCKADDR_IN6.scope)
  const address = formatIpv6(message.bytes, offset + SOCKADDR_IN6.address)
  return `[${address}${scope === 0 ? '' : `%${scope}`}]:${message.be16(offset + SOCKADDR_IN6.port)}`
}
