import { describe, expect, it } from 'vitest'
import { LaunchStep, launchArguments } from '../../../lib/native/launch.ts'
import { launchFailed, readReports } from '../../../lib/netns/processes/launch-report.ts'

const words = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer)

describe('launchArguments', () => {
  it('say where the descriptors are, and end with --', () => {
    expect(launchArguments({ status: 3, net: 4, mounts: false })).toEqual(['status=3', 'net=4', '--'])
  })

  it('name user namespace, mounts, files and ids', () => {
    expect(launchArguments({ status: 3, net: 4, user: 5, mounts: true, etc: 'blue', uid: 0, gid: 100 })).toEqual([
      'status=3',
      'net=4',
      'user=5',
      'uid=0',
      'gid=100',
      'mounts',
      'etc=blue',
      '--',
    ])
  })

  it('leave the files out without mounts', () => {
    expect(launchArguments({ status: 3, net: 4, mounts: false, etc: 'blue' })).not.toContain('etc=blue')
  })
})

describe('reports of the launcher', () => {
  it('are none when the command was executed', () => {
    expect(readReports(Buffer.alloc(0))).toEqual([])
  })

  it('are read one after another, with paths of any length', () => {
    const path = '/etc/netns/blue/ü'
    const bytes = Buffer.concat([
      words(LaunchStep.mountFile, 2, Buffer.byteLength(path)), // step, errno, length
      Buffer.from(path),
      words(LaunchStep.execute, 13, 0),
    ])
    expect(readReports(bytes)).toEqual([
      { step: LaunchStep.mountFile, errno: 2, path },
      { step: LaunchStep.execute, errno: 13, path: undefined },
    ])
  })

  it('that were cut off, because the launcher was killed, are left out', () => {
    expect(readReports(words(LaunchStep.execute, 2, 0).subarray(0, 11))).toEqual([])
  })

  it('of a step that a newer launcher has are an error all the same', () => {
    expect(launchFailed({ step: 99, errno: 1, path: undefined }, 'netns.spawn')).toMatchObject({
      name: 'SystemError',
      code: 'EPERM',
      syscall: 'launch',
      operation: 'netns.spawn',
    })
  })
})
