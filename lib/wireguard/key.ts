import { invalidValue } from '../errors.ts'
import { type Access, Field, type RowOptions } from '../schema/field.ts'
import type { Program } from '../schema/program.ts'

const LENGTH = 32
/** 32 bytes are 43 characters and one of padding, whose last bits are zero. */
const TEXT = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/
const EXPECTED = 'a key: 44 characters of base64, as `wg genkey` prints'

/** PKCS #8 and X.509 wrappings of an X25519 key (RFC 8410): everything before its 32 bytes. */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_LENGTH = 12

/** Loaded on first use: it takes as long as a tenth of this package does. */
function crypto() {
  return process.getBuiltinModule('node:crypto')
}

/** 32 bytes, as base64. `null` takes the key away; the kernel's sign of no key is all zeros, which is reported as undefined. */
export function key<const A extends Access = 'readWrite'>(
  number: number,
  constant: string,
  options: RowOptions<A> = {},
): Field<string | null, string | undefined, A, 'sometimes'> {
  return new Field('attribute', number, constant, options as RowOptions<A, 'sometimes'>, {
    wire: '32 bytes',
    allowed: 'base64',
    minLength: LENGTH,
    lower: (program, value) => lowerKey(program, number, value),
    decode: (message, offset) => {
      const bytes = Buffer.from(message.bytes.buffer, message.bytes.byteOffset + offset, LENGTH)
      return bytes.every(byte => byte === 0) ? undefined : bytes.toString('base64')
    },
  })
}

function lowerKey(program: Program, number: number, value: unknown): void {
  if (value !== null && (typeof value !== 'string' || !TEXT.test(value))) program.expected(EXPECTED, value)
  program.octets(number, value === null ? new Uint8Array(LENGTH) : Buffer.from(value, 'base64'))
}

/** A new private key. Same as `wg genkey`. */
export function generateWireguardKey(): string {
  const { privateKey } = crypto().generateKeyPairSync('x25519')
  return privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-LENGTH).toString('base64')
}

/** A new key that two peers share beside their own. Same as `wg genpsk`. */
export function generateWireguardPresharedKey(): string {
  return crypto().randomBytes(LENGTH).toString('base64')
}

/** The public key of a private one. Same as `wg pubkey`. */
export function wireguardPublicKey(privateKey: string): string {
  if (typeof privateKey !== 'string' || !TEXT.test(privateKey))
    throw invalidValue('wireguardPublicKey', 'privateKey', 'is not 44 characters of base64, as `wg genkey` prints')
  const { createPrivateKey, createPublicKey } = crypto()
  const der = Buffer.concat([PKCS8, Buffer.from(privateKey, 'base64')])
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_LENGTH).toString('base64')
}
