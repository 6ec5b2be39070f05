import { TextForm } from '../native/binding.ts'
import { hasHostBits, NO_PREFIX, parseCidr } from '../values/cidr.ts'
import { parseIpv4, parseIpv6 } from '../values/ip.ts'
import { parseMac } from '../values/mac.ts'

/** Writes the address that `text` is, in that form, and answers the length of a network's prefix; -1 when it is none. As Addon.readTexts() in binding.ts, in all the ways of writing that are taken here. */
export function readAddress(form: number, text: string, into: Uint8Array, at: number): number {
  if (form === TextForm.ipv4) return parseIpv4(text, into, at) ? 0 : -1
  if (form === TextForm.ipv6) return parseIpv6(text, into, at) ? 0 : -1
  if (form === TextForm.mac) return parseMac(text, into, at, 6) === 6 ? 0 : -1
  return readNetwork(form === TextForm.ipv4Network ? 4 : 16, text, into, at)
}

/** Of the other family it could be longer than there is room. */
const found = new Uint8Array(16)

function readNetwork(length: number, text: string, into: Uint8Array, at: number): number {
  const parsed = parseCidr(text, found, 0)
  if (parsed <= 0 || parsed >> 8 !== length) return -1
  const prefix = (parsed & 0xff) === NO_PREFIX ? length * 8 : parsed & 0xff
  if (length === 4 && hasHostBits(found, 0, 4, prefix)) return -1
  for (let i = 0; i < length; i++) into[at + i] = found[i]
  return prefix
}
