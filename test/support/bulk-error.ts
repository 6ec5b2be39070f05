import { expect } from 'vitest'
import { BulkError } from '../../lib/index.ts'

/** The error of a call that is to fail for some of its entries. */
export async function bulkErrorOf(call: Promise<unknown>): Promise<BulkError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(BulkError)
  return error as BulkError
}
