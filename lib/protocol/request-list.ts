import type { Request, RequestOwner } from './request.ts'

/** Requests of one session in flight, in call order. The links are in the requests, so that adding and removing one allocates nothing. */
export class RequestList implements RequestOwner {
  #first: Request<unknown> | undefined
  #last: Request<unknown> | undefined

  add(request: Request<unknown>): void {
    request.before = this.#last
    if (this.#last === undefined) this.#first = request
    else this.#last.after = request
    this.#last = request
  }

  ended(request: Request<unknown>): void {
    const { before, after } = request
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    request.before = undefined
    request.after = undefined
  }

  get isEmpty(): boolean {
    return this.#first === undefined
  }

  forEach(visit: (request: Request<unknown>) => void): void {
    for (let request = this.#first; request !== undefined; ) {
      const { after } = request
      visit(request)
      request = after
    }
  }
}
