import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { ip } from './test-namespaces.ts'

/**
 * A CAN controller without hardware: the line discipline of serial adapters on a pseudoterminal whose other end swallows the adapter's commands. It is there for as long as
 * the program has its standard input. The kernel puts it into the machine's first namespace.
 */
const PROGRAM = `
import fcntl, os, pty, struct, sys, termios, threading
TIOCSETD, SIOCGIFNAME, N_SLCAN = termios.TIOCSETD, 0x8910, 17
ours, line = pty.openpty()
fcntl.ioctl(line, TIOCSETD, struct.pack('i', N_SLCAN))
def swallow():
    while os.read(ours, 4096): pass
threading.Thread(target=swallow, daemon=True).start()
print(fcntl.ioctl(line, SIOCGIFNAME, bytes(64)).split(b'\\0')[0].decode(), flush=True)
sys.stdin.read()
`

let known: boolean | undefined

/** Whether this kernel can make such a controller. */
export function hasSerialCan(): boolean {
  known ??= spawnSync('python3', ['-c', PROGRAM], { input: '', stdio: 'pipe' }).status === 0
  return known
}

/** Makes one in that namespace, by that name. */
export async function attachSerialCan(namespace: string, name: string): Promise<{ detach(): Promise<void> }> {
  const child = spawn('python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  ip('link', 'set', 'dev', line.trim(), 'netns', namespace, 'name', name)
  return {
    async detach() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
