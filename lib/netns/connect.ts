import type net from 'node:net'
import { invalidValue, missingOption } from '../errors.ts'
import { checkKeys, checkObject } from '../schema/check-options.ts'
import { namespaceSocket } from './namespace-socket.ts'
import type { Place } from './place.ts'

const OPERATION = 'netns.connect'

/** Options of `netns.connect`: those of `net.connect`, less those that lead out of the namespace. */
export interface ConnectOptions
  extends Omit<net.TcpNetConnectOpts, 'port' | 'fd' | 'hints' | 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'> {
  /** Address, or a name, which is looked up inside the namespace. Default `'localhost'`. */
  host?: string | undefined
  /** Port, 1–65535. */
  port?: number | undefined
  /** In place of host and port: a Unix socket. Abstract names (`'\0name'`) belong to the namespace, files to the file system. */
  path?: string | undefined
  /** Link to send and receive through (SO_BINDTODEVICE). The zone of an address (`fe80::1%eth0`) means the same. */
  interface?: string | undefined
  /** Looks names up in place of `netns.lookup`. What it does for that is its own affair. */
  lookup?: net.LookupFunction | undefined
  /** Bytes that are buffered before reading stops, or writing says so. */
  highWaterMark?: number | undefined
  /** Addresses that are refused. */
  blockList?: net.BlockList | undefined
  /** Only the first address of a name is tried: Node would make the second attempt outside. */
  autoSelectFamily?: false | undefined
}

/** What can be said of a connection, whatever speaks through it. */
export const CONNECTION_KEYS: readonly (keyof ConnectOptions)[] = [
  'interface',
  'localAddress',
  'localPort',
  'family',
  'lookup',
  'timeout',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'allowHalfOpen',
  'signal',
  'highWaterMark',
  'blockList',
]
const KEYS: readonly (keyof ConnectOptions)[] = [
  'host',
  'port',
  'path',
  ...CONNECTION_KEYS,
  'readable',
  'writable',
  'onread',
  'autoSelectFamily',
]

/** What a caller says, checked; Node checks the rest. */
export function checkConnectOptions(options: ConnectOptions): void {
  checkKeys(OPERATION, checkObject(OPERATION, options), KEYS)
  if (options.port === undefined && options.path === undefined) throw missingOption(OPERATION, 'port', ', or "path"')
  if (options.autoSelectFamily)
    throw invalidValue(
      OPERATION,
      'autoSelectFamily',
      'Node makes the second attempt outside the namespace; the first address is tried',
    )
}

/** A `net.Socket` that connects in a namespace, as often as it is told to. */
export function connect(place: Place, options: ConnectOptions, listener?: () => void): net.Socket {
  const socket = new (namespaceSocket())(place, options)
  if (options.timeout) socket.setTimeout(options.timeout)
  return socket.connect({ ...options } as net.TcpSocketConnectOpts, listener)
}
