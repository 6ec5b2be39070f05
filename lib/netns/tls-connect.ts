import type tls from 'node:tls'
import { builtin } from './builtin.ts'
import { CONNECTION_KEYS, type ConnectOptions, connect } from './connect.ts'
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
  const target: ConnectOptions = options.path ? { path: options.path } : { host: options.host, port: options.port }
  // Node tells an option that is undefined from one that is not there.
  const given = CONNECTION_KEYS.filter(key => options[key] !== undefined).map(key => [key, options[key]])
  return { ...target, ...Object.fromEntries(given) }
}
