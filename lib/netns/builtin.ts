import type child_process from 'node:child_process'
import type cluster from 'node:cluster'
import type dgram from 'node:dgram'
import type dns from 'node:dns'
import type http from 'node:http'
import type https from 'node:https'
import type module from 'node:module'
import type net from 'node:net'
import type stream from 'node:stream'
import type tls from 'node:tls'
import type worker_threads from 'node:worker_threads'

interface Builtins {
  'node:child_process': typeof child_process
  'node:cluster': typeof cluster
  'node:dgram': typeof dgram
  'node:dns': typeof dns
  'node:http': typeof http
  'node:https': typeof https
  'node:module': typeof module
  'node:net': typeof net
  'node:stream': typeof stream
  'node:tls': typeof tls
  'node:worker_threads': typeof worker_threads
}

/** A module of Node's, loaded on first use: together they would take more time than importing this package does. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  return process.getBuiltinModule(name) as unknown as Builtins[Name]
}
