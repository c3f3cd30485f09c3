/** What is on its way out: one write under way at a time, and what has gathered for the next. */
import type { Transport } from './transport.js'

/** Who writes. */
export interface Writing {
  /** These bytes are free again. */
  released(bytes: Uint8Array): void
  /** A write has completed, or failed. */
  written(error: unknown): void
}

/** Idle, it has no lists, and no callback. */
export class WriteQueue {
  readonly #transport: Transport
  readonly #writing: Writing
  #gathered: Uint8Array[] | undefined
  #underWay: readonly Uint8Array[] | undefined
  #stopped = false
  /** Bytes that the transport has not taken yet. */
  size = 0

  constructor(transport: Transport, writing: Writing) {
    this.#transport = transport
    this.#writing = writing
  }

  push(bytes: Uint8Array): void {
    if (this.#gathered === undefined) this.#gathered = [bytes]
    else this.#gathered.push(bytes)
    this.size += bytes.length
  }

  /** Begins a write of all that has gathered, unless one is under way. */
  flush(): void {
    const gathered = this.#gathered
    if (this.#stopped || this.#underWay !== undefined || gathered === undefined) return
    this.#underWay = gathered
    this.#gathered = undefined
    this.#transport.write(gathered, (error) => this.#onWritten(error))
  }

  get isEmpty(): boolean {
    return this.#underWay === undefined && this.#gathered === undefined
  }

  stop(): void {
    this.#stopped = true
    this.#gathered = undefined
  }

  #onWritten(error: unknown): void {
    const chunks = this.#underWay
    if (this.#stopped || chunks === undefined) return
    this.#underWay = undefined
    if (error !== undefined && error !== null) {
      this.#writing.written(error)
      return
    }
    for (const chunk of chunks) {
      this.size -= chunk.length
      // Not before: a slow reader would be sent what the next record put into the same memory.
      if (this.#transport.copiesWrites) this.#writing.released(chunk)
    }
    this.#writing.written(undefined)
  }
}
