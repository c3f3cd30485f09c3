/**
 * Which buffers are lent, and by whom: the latest of all connections. A WeakSet would hold any number of them, and take
 * a microsecond each; a transport that gives nothing back must not make this grow.
 */
export class Lent {
  readonly #most: number
  /** In the order in which they were lent, with who lent them at the same index. */
  readonly #buffers: Uint8Array[] = []
  readonly #owners: object[] = []

  /** @param most so many are known; more push the oldest out, which are nobody's business then. */
  constructor(most: number) {
    this.#most = most
  }

  add(buffer: Uint8Array, owner: object): void {
    if (this.#buffers.length === this.#most) this.#remove(0)
    this.#buffers.push(buffer)
    this.#owners.push(owner)
  }

  /** Whether `owner` had lent it, and has it again now. */
  takeBack(buffer: Uint8Array, owner: object): boolean {
    // The last is the likeliest.
    const index = this.#buffers.lastIndexOf(buffer)
    if (index < 0 || this.#owners[index] !== owner) return false
    this.#remove(index)
    return true
  }

  /** Forgets what `owner` has lent. */
  forget(owner: object): void {
    for (let index = this.#owners.length - 1; index >= 0; index--)
      if (this.#owners[index] === owner) this.#remove(index)
  }

  #remove(index: number): void {
    // `splice` makes an array of what it removes.
    if (index === this.#buffers.length - 1) {
      this.#buffers.pop()
      this.#owners.pop()
    } else {
      this.#buffers.splice(index, 1)
      this.#owners.splice(index, 1)
    }
  }
}
