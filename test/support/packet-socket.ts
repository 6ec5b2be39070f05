import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { entering, type Held } from './inside.ts'

/** A packet socket that sees every frame of a link, also those that its master takes; prints the first with one of these destinations. */
const RECEIVE = `
import socket, sys
ETH_P_ALL = 3
link, *destinations = sys.argv[1:]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.bind((link, ETH_P_ALL))
wire.settimeout(20)
while True:
    frame = wire.recv(65536).hex()
    if frame[:12] in destinations: break
print(frame)
`

/** The first Ethernet frame to a hardware address that passes a link of that namespace. */
export async function frameTo(netns: Held, link: string, destination: string): Promise<Buffer> {
  const [command, ...args] = [...entering(netns), 'python3', '-c', RECEIVE, link, destination.replaceAll(':', '')]
  const { stdout } = await promisify(execFile)(command, args, { encoding: 'utf8' })
  return Buffer.from(stdout.trim(), 'hex')
}
