import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { entering, type Held } from './inside.ts'

/** A raw CAN socket, bound to a link. */
const OPEN = `
import socket, struct, sys
CLASSICAL, FLEXIBLE = '=IB3x8s', '=IB3x64s'
bus = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
bus.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FD_FRAMES, 1)
bus.bind((sys.argv[1],))
`

/** More than 8 bytes make it a frame of CAN FD. */
const SEND = `${OPEN}
data = bytes.fromhex(sys.argv[3])
bus.send(struct.pack(CLASSICAL if len(data) <= 8 else FLEXIBLE, int(sys.argv[2], 16), len(data), data))
`

const RECEIVE = `${OPEN}
bus.settimeout(20)
print('ready', flush=True)
frame = bus.recv(struct.calcsize(FLEXIBLE))
identifier, length, data = struct.unpack(CLASSICAL if len(frame) == struct.calcsize(CLASSICAL) else FLEXIBLE, frame)
print(f'{identifier:x}#{data[:length].hex()}')
`

/** A frame as `candump` writes it: `123#c0ffee`. */
export type CanFrame = `${string}#${string}`

/** Sends a frame through a raw socket on a link of that namespace; throws what the kernel says when it does not take it. */
export function sendCan(netns: Held, link: string, frame: CanFrame): void {
  const [command, ...args] = [...entering(netns), 'python3', '-c', SEND, link, ...frame.split('#')]
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })
}

/** The first frame that a raw socket on a link of that namespace gets of what `send` sends. */
export async function receiveCan(netns: Held, link: string, send: () => void): Promise<string> {
  const [command, ...args] = [...entering(netns), 'python3', '-c', RECEIVE, link]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const parts: string[] = []
  child.stdout.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  await once(child.stdout, 'data')
  send()
  await ended
  return parts.join('').replace('ready', '').trim()
}
