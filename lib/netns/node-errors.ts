import { withCallersStack } from '../callers-stack.ts'
import type { Failure } from '../protocol/failure.ts'
import { errnoName, errnoText } from '../values/errno.ts'

/** Where a server was to listen. A Unix socket has its path as address, and the port -1. */
export interface ListenAddress {
  readonly address: string
  readonly port: number
}

/** What a `net.Server` emits when it cannot listen: socket, bind and listen are all `'listen'` to Node. */
export function listenError(failure: Failure, where: ListenAddress): Error {
  const code = errnoName(failure.errno)
  const at = where.port > 0 ? `${where.address}:${where.port}` : where.address
  return withCallersStack(() =>
    Object.assign(new Error(`listen ${code}: ${errnoText(failure.errno)} ${at}`), {
      code,
      errno: -failure.errno,
      syscall: 'listen',
      address: where.address,
      ...(where.port === 0 ? {} : { port: where.port }),
    }),
  )
}

/** What a `net.Socket` emits when it cannot connect, or bind before. */
export function connectError(syscall: 'connect' | 'bind', failure: Failure, address: string, port: number): Error {
  const code = errnoName(failure.errno)
  const at = port > 0 ? `${address}:${port}` : address
  return withCallersStack(() =>
    Object.assign(new Error(`${syscall} ${code} ${at}`), {
      errno: -failure.errno,
      code,
      syscall,
      address,
      ...(port > 0 ? { port } : {}),
    }),
  )
}

/** What a `net.Server` throws when it is told to listen and does so already. */
export function alreadyListening(): Error {
  const text = 'Listen method has been called more than once without closing.'
  return withCallersStack(() => Object.assign(new Error(text), { code: 'ERR_SERVER_ALREADY_LISTEN' }))
}
