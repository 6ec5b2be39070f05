import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** TUNSETIFF with IFF_TAP | IFF_NO_PI, then waits until its input ends. */
const OPEN = `
import fcntl, struct, sys
tap = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(tap, 0x400454ca, struct.pack('16sH22x', sys.argv[1].encode(), 0x1002))
print('open', flush=True)
sys.stdin.read()
`

/** Opens a tap in a namespace, in a process of its own; the function that it resolves with closes it, and the tap is gone. */
export async function openTap(namespace: string, name: string): Promise<() => Promise<void>> {
  const child = spawn('ip', ['netns', 'exec', namespace, 'python3', '-c', OPEN, name], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    await once(child, 'exit')
  }
}
