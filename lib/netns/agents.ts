import type http from 'node:http'
import type https from 'node:https'
import type stream from 'node:stream'
import { builtin } from './builtin.ts'
import { type ConnectOptions, connect } from './connect.ts'
import type { Place } from './place.ts'
import { connectionOptions } from './tls-connect.ts'

/** An `http.Agent` whose connections are made in a namespace. */
export function httpAgent(place: Place, options: http.AgentOptions): http.Agent {
  const agent = new (builtin('node:http').Agent)(withoutProxy(options))
  return Object.assign(agent, {
    createConnection: (options: ConnectOptions): stream.Duplex => connect(place, connectionOptions(options)),
  })
}

/** Likewise an `https.Agent`, which goes on reusing TLS sessions. */
export function httpsAgent(place: Place, options: https.AgentOptions): https.Agent {
  const agent = new (builtin('node:https').Agent)(withoutProxy(options))
  const secure = agent.createConnection.bind(agent) as (options: object, ...rest: unknown[]) => stream.Duplex
  return Object.assign(agent, {
    createConnection: (options: ConnectOptions, ...rest: unknown[]): stream.Duplex =>
      secure({ ...options, socket: connect(place, connectionOptions(options)) }, ...rest),
  })
}

/** Node would reach a proxy from outside. */
function withoutProxy<Options extends object>(options: Options): Options {
  return { ...options, proxyEnv: undefined }
}
