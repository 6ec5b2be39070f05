import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { entering, type Held } from './inside.ts'

/** Prints every frame of a link as hex digits, until its input ends. */
const CAPTURE = `
import select, socket, sys
packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
packets.bind((sys.argv[1], 0))
print('ready', flush=True)
ended = False
while True:
    readable, _, _ = select.select([packets] if ended else [packets, sys.stdin], [], [], 0.2 if ended else None)
    if packets in readable: print(packets.recv(65536).hex(), flush=True)
    elif ended: break
    if sys.stdin in readable: ended = True
`

/** The frames that AF_PACKET sees on a link of that namespace, sent and received, while `work` runs. */
export async function framesOn(netns: Held, link: string, work: () => Promise<unknown>): Promise<Buffer[]> {
  const [command, ...args] = [...entering(netns), 'python3', '-c', CAPTURE, link]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await once(child.stdout, 'data')
  try {
    await work()
  } finally {
    child.stdin.end()
    await ended
  }
  return text
    .split('\n')
    .filter(line => line !== '' && line !== 'ready')
    .map(line => Buffer.from(line, 'hex'))
}
