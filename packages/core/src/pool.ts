/** Buffers that nobody uses, for whoever needs one next: connections share them, so that an idle one holds none. */
export class Pool {
  readonly #length: number
  readonly #most: number
  readonly #free: Uint8Array[] = []

  /** @param length bytes of each. @param most so many are kept. */
  constructor(length: number, most: number) {
    this.#length = length
    this.#most = most
  }

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.#length)
  }

  /** Takes back what `take` gave; `buffer` may be in nobody's hands any more. Buffers of other lengths are left alone. */
  give(buffer: Uint8Array): void {
    if (buffer.length === this.#length && this.#free.length < this.#most) this.#free.push(buffer)
  }
}
