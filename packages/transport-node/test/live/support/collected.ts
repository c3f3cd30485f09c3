/** Bytes that come bit by bit, some programs writing a line at a time, and what is looked for in them. */
export class Collected {
  #buffer = Buffer.alloc(4096)
  #length = 0

  add(chunk: Buffer): void {
    const needed = this.#length + chunk.length
    if (needed > this.#buffer.length) {
      const grown = Buffer.alloc(needed * 2)
      this.#buffer.copy(grown)
      this.#buffer = grown
    }
    chunk.copy(this.#buffer, this.#length)
    this.#length = needed
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** As `includes`, which takes for ever where much data resembles much other data. */
  contains(wanted: Buffer): boolean {
    const data = this.bytes
    if (data.length < wanted.length) return false
    const head = wanted.subarray(0, 40)
    for (let at = data.indexOf(head); at >= 0; at = data.indexOf(head, at + 1))
      if (data.subarray(at, at + wanted.length).equals(wanted)) return true
    return false
  }
}
