/** The window of record numbers that were received in one epoch (RFC 9147 4.5.1). */

const size = 256

export class ReplayWindow {
  readonly #seen = new Uint32Array(size / 32)
  #next = 0

  /** One more than the highest number received. */
  get next(): number {
    return this.#next
  }

  /** False for a number that was received, or that is too old to tell. */
  isNew(sequence: number): boolean {
    if (sequence >= this.#next) return true
    if (this.#next - sequence > size) return false
    return ((this.#seen[wordOf(sequence)] ?? 0) & bitOf(sequence)) === 0
  }

  /** Called only for a record that has authenticated. */
  add(sequence: number): void {
    if (sequence >= this.#next) {
      // What the window moves over has not been seen.
      const from = Math.max(this.#next, sequence - size + 1)
      for (let each = from; each <= sequence; each++) this.#clear(each)
      this.#next = sequence + 1
    }
    this.#seen[wordOf(sequence)] = (this.#seen[wordOf(sequence)] ?? 0) | bitOf(sequence)
  }

  #clear(sequence: number): void {
    this.#seen[wordOf(sequence)] = (this.#seen[wordOf(sequence)] ?? 0) & ~bitOf(sequence)
  }
}

function wordOf(sequence: number): number {
  return (sequence % size) >>> 5
}

function bitOf(sequence: number): number {
  return 1 << (sequence % 32)
}
