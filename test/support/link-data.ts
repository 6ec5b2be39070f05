import { runInside } from './ip.ts'

/** Sends a request about links, and reads what comes back: nothing here knows a constant beyond <linux/rtnetlink.h>. */
const NETLINK = `
import json, os, socket, struct, sys

IFNAME, LINKINFO = 3, 18
KIND, DATA, PORT_KIND, PORT_DATA = 1, 2, 4, 5
NEWLINK, GETLINK, ERROR = 16, 18, 2
REQUEST, ACK, EXCL, CREATE = 1, 4, 0x200, 0x400
HEADER, IFINFO = 16, 16

def attribute(number, payload):
    return struct.pack('=HH', 4 + len(payload), number) + payload + bytes(-len(payload) % 4)

def attributes(data):
    found = {}
    while len(data) >= 4:
        length, number = struct.unpack_from('=HH', data)
        found[number & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found

def request(message, flags, *parts):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        body = bytes(IFINFO) + b''.join(parts)
        netlink.send(struct.pack('=IHHII', HEADER + len(body), message, REQUEST | flags, 1, 0) + body)
        answer = netlink.recv(1 << 16)
    if struct.unpack_from('=H', answer, 4)[0] == ERROR:
        errno = -struct.unpack_from('=i', answer, HEADER)[0]
        return sys.exit(os.strerror(errno)) if errno != 0 else {}
    return attributes(answer[HEADER + IFINFO:])

def text(payload):
    return payload.rstrip(b'\\0').decode()

name, *rest = sys.argv[1:]
named = attribute(IFNAME, name.encode() + b'\\0')
`

const READ = `${NETLINK}
info = attributes(request(GETLINK, 0, named).get(LINKINFO, b''))
hexed = lambda nest: {number: payload.hex() for number, payload in attributes(info.get(nest, b'')).items()}
print(json.dumps({'data': hexed(DATA), 'port': hexed(PORT_DATA)}))
`

const CREATE = `${NETLINK}
kind, *given = rest
data = b''.join(attribute(int(number), bytes.fromhex(payload)) for number, payload in (word.split('=') for word in given))
info = attribute(KIND, kind.encode() + b'\\0') + attribute(DATA, data)
request(NEWLINK, ACK | EXCL | CREATE, named, attribute(LINKINFO, info))
`

/** Attributes of a link's kind, and of it as a port, by their number: payloads in hex. */
export interface LinkData {
  readonly data: Readonly<Record<string, string>>
  readonly port: Readonly<Record<string, string>>
}

/** What a link says of its kind, attribute by attribute, as a program reads it that is neither this library nor ip(8). */
export function readLinkData(namespace: string, name: string): LinkData {
  return JSON.parse(runInside(namespace, 'python3', '-c', READ, name))
}

/** Words that create a link of a kind with those attributes (`3=02000000`: number and payload), for a kind that `ip` has no words for. */
export function createLinkWith(name: string, kind: string, data: readonly string[]): string[] {
  return ['python3', '-c', CREATE, name, kind, ...data]
}
