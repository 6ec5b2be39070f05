import { beforeEach } from 'vitest'
import { reasonToSkip } from '../../scripts/takes-root.mjs'

beforeEach(context => {
  const { file, fullTestName = '' } = context.task as { file: { filepath: string }; fullTestName?: string }
  const reason = reasonToSkip(file.filepath, fullTestName)
  if (reason !== undefined) context.skip(reason)
})
