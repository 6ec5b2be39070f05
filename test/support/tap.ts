import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { asRunnable } from './unprivileged.ts'

/** TUNSETIFF with these flags, then waits until its input ends. */
const OPEN = `
import fcntl, struct, sys
tap = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(tap, 0x400454ca, struct.pack('16sH22x', sys.argv[1].encode(), int(sys.argv[2])))
print('open', flush=True)
sys.stdin.read()
`

/** IFF_TUN and IFF_TAP, with IFF_NO_PI. */
const FLAGS = { tun: 0x1001, tap: 0x1002 }

/** Opens a tap, or a tun, in a namespace, in a process of its own; the function that it resolves with closes it, and the link is gone. */
export async function openTap(namespace: string, name: string, mode: 'tun' | 'tap' = 'tap'): Promise<() => Promise<void>> {
  const words = ['netns', 'exec', namespace, 'python3', '-c', OPEN, name, String(FLAGS[mode])]
  const [command, ...args] = asRunnable('ip', words).words
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    await once(child, 'exit')
  }
}
