/** The bytes do not have the shape that the specification gives them: decode_error. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

/** A bounded cursor. What it returns views its input. */
export class Reader {
  readonly #input: Uint8Array
  #offset: number
  readonly #end: number

  constructor(input: Uint8Array, offset = 0, end = input.length) {
    this.#input = input
    this.#offset = offset
    this.#end = end
  }

  get remaining(): number {
    return this.#end - this.#offset
  }

  get offset(): number {
    return this.#offset
  }

  uint(width: number): number {
    const start = this.#advance(width)
    let value = 0
    for (let i = start; i < start + width; i++) value = value * 256 + (this.#input[i] ?? 0)
    return value
  }

  take(length: number): Uint8Array {
    const start = this.#advance(length)
    return this.#input.subarray(start, start + length)
  }

  sub(length: number): Reader {
    const start = this.#advance(length)
    return new Reader(this.#input, start, start + length)
  }

  #advance(length: number): number {
    if (length > this.remaining)
      throw new WireError(`${length} bytes wanted, ${this.remaining} are left`)
    const start = this.#offset
    this.#offset += length
    return start
  }
}
