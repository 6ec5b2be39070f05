import { invalidValue } from '../errors.ts'
import { httpAgent, httpsAgent } from './agents.ts'
import { HttpDispatcher } from './http-dispatcher.ts'
import type { Place } from './place.ts'

type Input = Parameters<typeof globalThis.fetch>[0]
type Init = Parameters<typeof globalThis.fetch>[1]

/** Node's own: what a program puts in its place later on may not know of dispatchers, and would go out of the process's namespace. */
const nodesFetch = globalThis.fetch

/** `fetch` from inside one namespace, with connections that are kept for the next request. */
export class Fetch {
  readonly #place: Place
  #dispatcher: HttpDispatcher | undefined
  #closeIdle = () => {}

  constructor(place: Place) {
    this.#place = place
  }

  async fetch(input: Input, init: Init): Promise<Response> {
    this.#place.enter('netns.fetch')
    if (init !== undefined && 'dispatcher' in init && init.dispatcher !== undefined)
      throw invalidValue('netns.fetch', 'dispatcher', 'the namespace has its own, and another would lead out of it')
    this.#dispatcher ??= this.#open()
    return await nodesFetch(input, { ...init, dispatcher: this.#dispatcher } as unknown as Init)
  }

  #open(): HttpDispatcher {
    const agents = { http: httpAgent(this.#place, { keepAlive: true }), https: httpsAgent(this.#place, { keepAlive: true }) }
    this.#closeIdle = () => {
      for (const agent of [agents.http, agents.https]) {
        // Those in use end with their response.
        agent.maxFreeSockets = 0
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
      }
    }
    return new HttpDispatcher(agents)
  }

  /** Closes the connections that wait for another request: they would keep the namespace alive. */
  close(): void {
    this.#closeIdle()
  }
}
