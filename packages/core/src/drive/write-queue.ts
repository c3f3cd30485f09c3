/** What is on its way out: one write under way at a time, and what has gathered for the next. */
import type { Transport } from './transport.js'

/** Who writes. */
export interface Writing {
  /** These bytes are free again. */
  released(bytes: Uint8Array): void
  /** A write has completed, or failed. */
  written(error: unknown): void
}

export class WriteQueue {
  readonly #transport: Transport
  readonly #writing: Writing
  #gathered: Uint8Array[] = []
  #underWay: readonly Uint8Array[] = []
  #stopped = false
  /** Bytes that the transport has not taken yet. */
  size = 0

  constructor(transport: Transport, writing: Writing) {
    this.#transport = transport
    this.#writing = writing
  }

  push(bytes: Uint8Array): void {
    this.#gathered.push(bytes)
    this.size += bytes.length
  }

  /** Begins a write of all that has gathered, unless one is under way. */
  flush(): void {
    if (this.#stopped || this.#underWay.length > 0 || this.#gathered.length === 0) return
    this.#underWay = this.#gathered
    this.#gathered = []
    this.#transport.write(this.#underWay, this.#onWritten)
  }

  get isEmpty(): boolean {
    return this.#underWay.length === 0 && this.#gathered.length === 0
  }

  stop(): void {
    this.#stopped = true
    this.#gathered = []
  }

  readonly #onWritten = (error?: unknown): void => {
    const chunks = this.#underWay
    if (this.#stopped || chunks.length === 0) return
    this.#underWay = []
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
