/** Where messages are put together. Whoever writes has it, until `finish` has copied the message out and cleared it. */
let scratch: Uint8Array | undefined = new Uint8Array(4096)

/** A growing buffer with back-patched length prefixes. */
export class Writer {
  #buffer: Uint8Array
  #length = 0

  constructor() {
    this.#buffer = scratch ?? new Uint8Array(256)
    scratch = undefined
  }

  get length(): number {
    return this.#length
  }

  uint(value: number, width: number): void {
    this.#reserve(width)
    this.#put(this.#length, value, width)
    this.#length += width
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
  }

  /** Opens a length-prefixed vector; the mark goes to `close`. */
  open(width: number): { readonly at: number; readonly width: number } {
    const at = this.#length
    this.uint(0, width)
    return { at, width }
  }

  /** Writes the prefix and returns the vector's length in bytes. */
  close(mark: { readonly at: number; readonly width: number }): number {
    const length = this.#length - mark.at - mark.width
    if (length >= 2 ** (8 * mark.width))
      throw new RangeError(`a vector of ${length} bytes does not fit its ${mark.width}-byte prefix`)
    this.#put(mark.at, length, mark.width)
    return length
  }

  /** The bytes written; the writer is not used again. */
  finish(): Uint8Array {
    const written = this.#buffer.slice(0, this.#length)
    this.#buffer.fill(0, 0, this.#length)
    scratch ??= this.#buffer
    return written
  }

  #put(at: number, value: number, width: number): void {
    // Widths are 4 at most, so that all values are of 32 bits.
    for (let i = at, shift = 8 * (width - 1); shift >= 0; i++, shift -= 8)
      this.#buffer[i] = value >>> shift
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + more))
    grown.set(this.#buffer)
    this.#buffer = grown
  }
}
