import { describe, expect, it } from 'vitest'
import type { NetlinkError } from '../../../lib/errors.ts'
import { CompletionCode, FAMILY_OFFSET } from '../../../lib/native/binding.ts'
import { Failure, type FamilyNeeds, type Locator } from '../../../lib/protocol/failure.ts'

const [EPERM, ENOENT, ETIMEDOUT] = [1, 2, 110]
const NOTHING = new Uint8Array(16)

const family: FamilyNeeds = { name: 'wireguard', module: { config: 'CONFIG_WIREGUARD', name: 'wireguard' } }
const locator: Locator = { family, locate: () => undefined, keyOf: () => undefined }

function errorOf(code: number, errno: number, detail = FAMILY_OFFSET, needs: FamilyNeeds = family): NetlinkError {
  return new Failure('wireguard.get', code, errno, detail, NOTHING).toError({ ...locator, family: needs }) as NetlinkError
}

describe('a generic netlink family', () => {
  it('that the kernel lacks is named, with what brings it', () => {
    expect(errorOf(CompletionCode.unresolved, ENOENT)).toMatchObject({
      name: 'NetlinkError',
      code: 'ENOENT',
      errno: ENOENT,
      operation: 'wireguard.get',
      message:
        'wireguard.get: this kernel lacks the generic netlink family "wireguard" (ENOENT): it needs CONFIG_WIREGUARD (try: modprobe wireguard)',
    })
  })

  it('that could not be looked up is not said to be lacking', () => {
    expect(errorOf(CompletionCode.unresolved, ETIMEDOUT).message).toBe(
      'wireguard.get: the generic netlink family "wireguard" could not be looked up: connection timed out (ETIMEDOUT)',
    )
  })

  it('says whose capability it asks for', () => {
    expect(errorOf(CompletionCode.refused, EPERM, 0).message).toContain('the user namespace that owns this network namespace')
    expect(errorOf(CompletionCode.refused, EPERM, 0, { ...family, initialCapability: true }).message).toContain(
      'the initial user namespace',
    )
  })
})
