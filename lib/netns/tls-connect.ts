import type tls from 'node:tls'
import { builtin } from './builtin.ts'
import { type ConnectOptions, connect } from './connect.ts'
import type { Place } from './place.ts'

/** Options of `netns.tlsConnect`: those of `tls.connect` and of `netns.connect`. */
export type TlsConnectOptions = Omit<tls.ConnectionOptions, 'socket' | 'port' | 'host' | 'path' | 'lookup' | 'timeout'> &
  ConnectOptions

/** TLS over a connection in a namespace. */
export function tlsConnect(place: Place, options: TlsConnectOptions, listener?: () => void): tls.TLSSocket {
  const { path: _, timeout, ...rest } = options
  const socket = connect(place, { ...connectionOptions(options), timeout: undefined, signal: undefined })
  const secured = builtin('node:tls').connect({ ...rest, socket } as tls.ConnectionOptions, listener)
  // tls.connect() leaves this to whoever brings the socket.
  if (timeout) secured.setTimeout(timeout)
  return secured
}

/** Of the options of a request or of TLS, those of the connection beneath. */
export function connectionOptions(options: ConnectOptions): ConnectOptions {
  const { host, port, path, localAddress, localPort, family, lookup, timeout, noDelay, keepAlive, keepAliveInitialDelay } =
    options
  const connection = { localAddress, localPort, family, lookup, timeout, noDelay, keepAlive, keepAliveInitialDelay }
  const target = path ? { path } : { host, port }
  return { ...target, ...defined(connection), interface: options.interface, signal: options.signal } as ConnectOptions
}

/** Node tells an option that is undefined from one that is not there. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
