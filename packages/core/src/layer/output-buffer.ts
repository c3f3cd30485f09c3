/** Outgoing bytes: many records go into one buffer, which the transport has until it gives it back. */
import { noBytes } from '../bytes.js'
import { Pool } from '../pool.js'
import { Lent } from './lent.js'

/** The second size, after one that fits: most of the time a single record goes out. */
const secondSize = 2048
/** The size that buffers grow to in bulk: some records of 16 KiB. */
const bulkSize = 69_632

const mostBulk = 16
/** Bulk buffers that nobody uses. They never held but ciphertext for long. */
const pool = /* @__PURE__ */ new Pool(bulkSize, mostBulk)
/** Bulk buffers that transports have. */
const lent = /* @__PURE__ */ new Lent(mostBulk)

export class OutputBuffer {
  #buffer: Uint8Array = noBytes
  #length = 0
  #ready = 0

  /** Bytes written and not yet handed out. */
  get length(): number {
    return this.#length
  }

  /** Makes room for `size` bytes, and returns the buffer and where they go. */
  reserve(size: number): { readonly buffer: Uint8Array; readonly offset: number } {
    if (this.#length + size > this.#buffer.length) this.#grow(size)
    const offset = this.#length
    this.#length += size
    return { buffer: this.#buffer, offset }
  }

  /** Takes the latest `size` bytes back, and clears them. */
  withdraw(size: number): void {
    this.#length -= size
    this.#buffer.fill(0, this.#length, this.#length + size)
  }

  /** What was written so far may go. */
  flush(): void {
    this.#ready = this.#length
  }

  /** Hands the ready bytes over, or undefined where there are none. */
  take(): Uint8Array | undefined {
    if (this.#ready === 0) return undefined
    const bytes = this.#buffer.subarray(0, this.#ready)
    const rest = this.#length - this.#ready
    const left = rest > 0 ? this.#buffer.slice(this.#ready, this.#length) : noBytes
    this.#buffer = left
    this.#length = rest
    this.#ready = 0
    if (bytes.buffer.byteLength === bulkSize) lent.add(bytes, this)
    return bytes
  }

  /** Takes a handed-out buffer back for reuse; only a bulk buffer is worth keeping. */
  release(bytes: Uint8Array): void {
    // Given back twice, or by another connection, it would be written while somebody still reads it.
    if (lent.takeBack(bytes, this)) pool.give(new Uint8Array(bytes.buffer))
  }

  /** Gives memory back when there is nothing to send. */
  shrink(): void {
    if (this.#length === 0) this.#buffer = noBytes
  }

  clear(): void {
    lent.forget(this)
    this.#buffer = noBytes
    this.#length = 0
    this.#ready = 0
  }

  #grow(size: number): void {
    const needed = this.#length + size
    let grown: Uint8Array
    if (needed <= secondSize) grown = new Uint8Array(this.#length === 0 ? needed : secondSize)
    else if (needed <= bulkSize) grown = pool.take()
    else grown = new Uint8Array(needed * 2)
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}
