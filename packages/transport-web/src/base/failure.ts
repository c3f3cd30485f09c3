/** Why nothing more can be read or written. */
export interface Failure {
  readonly error: unknown
}

/** The error is made when somebody asks for it: its stack takes microseconds, and mostly nobody does. */
export class LateFailure implements Failure {
  readonly #message: string
  #error: Error | undefined

  constructor(message: string) {
    this.#message = message
  }

  get error(): Error {
    this.#error ??= new Error(this.#message)
    return this.#error
  }
}
