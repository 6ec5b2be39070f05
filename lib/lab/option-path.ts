import { isOptionError, type Locate, renameOption, retell } from '../schema/option-path.ts'

export { below, type Locate, optionsOf } from '../schema/option-path.ts'

export const OPERATION = 'Lab.create'

/** Runs a check of one part. What it objects to is named by its path in the whole description. */
export function inside<T>(locate: Locate, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (isOptionError(error)) renameOption(error, OPERATION, locate)
    throw error
  }
}

/**
 * Waits for one step of the building. What goes wrong stays the error that it is, and says which part of the description it is about; `option` becomes
 * its path there.
 */
export async function building<T>(locate: Locate, step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    if (error instanceof Error && 'operation' in error) place(error, locate)
    throw error
  }
}

function place(error: Error & { option?: unknown }, locate: Locate): void {
  const { message, option } = error
  const part = locate('')
  const path = typeof option === 'string' ? locate(option) : undefined
  // An option that the lab has added is nothing that the caller could find.
  const text = path === part ? message.replace(`option "${option}": `, '') : message
  retell(error, `${OPERATION}: ${part}: ${text}`)
  if (path !== undefined) error.option = path
}
