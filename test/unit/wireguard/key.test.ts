import { describe, expect, it } from 'vitest'
import { generateWireguardKey, generateWireguardPresharedKey, wireguardPublicKey } from '../../../lib/index.ts'

describe('wireguard keys', () => {
  it('gives the public key of a private one, as wg pubkey does', () => {
    expect(wireguardPublicKey('aIotKZqUToI50WpODHfRLEpAzIzYXUWOets/ssNYSnQ=')).toBe(
      'OxKtu8gQOyPsTSKpYqEbteAPS/lN47N6spCb8FVYZwM=',
    )
  })

  it.each([generateWireguardKey, generateWireguardPresharedKey])('makes another key each time', generate => {
    const keys = Array.from({ length: 20 }, generate)
    expect(new Set(keys).size).toBe(20)
    for (const key of keys) expect(Buffer.from(key, 'base64')).toHaveLength(32)
  })

  it('quotes nothing of what is no key', () => {
    expect(() => wireguardPublicKey('hunter2')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', message: expect.not.stringContaining('hunter2') }),
    )
  })
})
