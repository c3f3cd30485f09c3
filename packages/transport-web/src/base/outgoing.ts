/** Writes that wait until the connection takes them. */
import { OptionError } from '@sanstls/core'
import type { Drive } from '@sanstls/core/drive'
import type { Failure } from './failure.js'

interface Pending {
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** One promise for all writes that were taken at once. */
const taken = Promise.resolve()

export class Outgoing {
  readonly #drive: Drive
  #pending: Pending[] = []
  #failure: Failure | undefined
  #end: Promise<void> | undefined
  #whenEmpty:
    | { readonly resolve: () => void; readonly reject: (error: unknown) => void }
    | undefined

  constructor(drive: Drive) {
    this.#drive = drive
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      const remedy = 'Give a Uint8Array; text becomes one with `new TextEncoder().encode(text)`.'
      return Promise.reject(new OptionError('bytes', bytes, remedy))
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    if (this.#end !== undefined) return Promise.reject(new Error('write was called after end.'))
    const sent = this.#pending.length === 0 ? this.#drive.send(bytes) : 0
    if (sent === bytes.length && this.#pending.length === 0) return taken
    return new Promise((resolve, reject) => {
      this.#pending.push({ bytes: bytes.subarray(sent), resolve, reject })
    })
  }

  /** Has close_notify sent after the writes that wait. */
  end(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error)
    this.#end ??= new Promise<void>((resolve, reject) => {
      this.#whenEmpty = { resolve, reject }
      this.#finish()
    })
    return this.#end
  }

  /** Sends what waits, as far as it is taken. */
  drain(): void {
    for (let pending = this.#pending[0]; pending !== undefined; pending = this.#pending[0]) {
      const sent = this.#drive.send(pending.bytes)
      // Sending may have failed the connection, which has emptied the list.
      if (this.#pending[0] !== pending) return
      if (sent < pending.bytes.length) {
        this.#pending[0] = { ...pending, bytes: pending.bytes.subarray(sent) }
        return
      }
      this.#pending.shift()
      pending.resolve()
    }
    this.#finish()
  }

  /** No more can be written: it has ended, or failed. */
  get isEnded(): boolean {
    return this.#end !== undefined || this.isOver
  }

  /** The connection is over. */
  get isOver(): boolean {
    return this.#failure !== undefined
  }

  fail(failure: Failure): void {
    this.#failure ??= failure
    for (const pending of this.#pending.splice(0)) pending.reject(failure.error)
    this.#whenEmpty?.reject(failure.error)
    this.#whenEmpty = undefined
  }

  #finish(): void {
    if (this.#whenEmpty === undefined || this.#pending.length > 0) return
    const { resolve } = this.#whenEmpty
    this.#whenEmpty = undefined
    this.#drive.close()
    resolve()
  }
}
