/** Bytes from the transport: used in place while they are lent, copied where a record spans two chunks. */
import { noBytes } from '../bytes.js'
import { Pool } from '../pool.js'

/** Bytes: more than a record of any version has. */
const wholeRecord = 18_944
/** In bulk every few records one spans two chunks. */
const pool = /* @__PURE__ */ new Pool(wholeRecord, 1)

export class InputBuffer {
  #carry: Uint8Array = noBytes
  #carryStart = 0
  #carryEnd = 0
  #view: Uint8Array = noBytes
  #viewStart = 0
  /** The length that was last asked for in vain. */
  #wanted = 0

  get length(): number {
    return this.#carryEnd - this.#carryStart + this.#view.length - this.#viewStart
  }

  /** Lends `bytes` until `keep`; what was lent before is copied now. */
  push(bytes: Uint8Array): void {
    this.keep()
    this.#view = bytes
    this.#viewStart = 0
  }

  /** Copies the first bytes into `out`; false where there are fewer than it takes. */
  copyTo(out: Uint8Array): boolean {
    if (out.length > this.length) {
      this.#wanted = out.length
      return false
    }
    const carried = this.#carryEnd - this.#carryStart
    for (let i = 0; i < out.length; i++)
      out[i] =
        (i < carried
          ? this.#carry[this.#carryStart + i]
          : this.#view[this.#viewStart + i - carried]) ?? 0
    return true
  }

  /** `length` bytes behind the first `skip`, contiguous, or undefined where there are fewer. Valid until the next call. */
  peek(length: number, skip = 0): Uint8Array | undefined {
    const needed = skip + length
    if (needed > this.length) {
      this.#wanted = needed
      return undefined
    }
    const carried = this.#carryEnd - this.#carryStart
    if (carried === 0) return this.#view.subarray(this.#viewStart + skip, this.#viewStart + needed)
    if (carried < needed) this.#carryMore(needed - carried)
    return this.#carry.subarray(this.#carryStart + skip, this.#carryStart + needed)
  }

  /** Drops the first `length` bytes, which have been peeked at. */
  consume(length: number): void {
    const carried = this.#carryEnd - this.#carryStart
    if (carried === 0) {
      this.#viewStart += length
      return
    }
    this.#carryStart += length
    // An idle connection holds no buffer.
    if (this.#carryStart === this.#carryEnd) this.#dropCarry()
  }

  /** Copies what is still lent. */
  keep(): void {
    const left = this.#view.length - this.#viewStart
    if (left > 0) this.#carryMore(left)
    this.#view = noBytes
    this.#viewStart = 0
  }

  clear(): void {
    this.#view = noBytes
    this.#viewStart = 0
    this.#dropCarry()
  }

  #carryMore(length: number): void {
    const carried = this.#carryEnd - this.#carryStart
    if (this.#carryEnd + length > this.#carry.length) {
      const grown = this.#room(carried, length)
      grown.set(this.#carry.subarray(this.#carryStart, this.#carryEnd))
      this.#recycle()
      this.#carry = grown
      this.#carryStart = 0
      this.#carryEnd = carried
    }
    this.#carry.set(this.#view.subarray(this.#viewStart, this.#viewStart + length), this.#carryEnd)
    this.#carryEnd += length
    this.#viewStart += length
  }

  /** Room for so many bytes more. */
  #room(carried: number, length: number): Uint8Array {
    const needed = carried + length
    // For all that is wanted, once an eighth of it is there: nobody can have much memory for little. Until then
    // doubling keeps a record that comes byte by byte cheap.
    const size = Math.max(needed, needed < this.#wanted / 8 ? carried * 2 : this.#wanted)
    return size > wholeRecord || size <= wholeRecord / 2 ? new Uint8Array(size) : pool.take()
  }

  #recycle(): void {
    pool.give(this.#carry)
  }

  #dropCarry(): void {
    this.#recycle()
    this.#carry = noBytes
    this.#carryStart = 0
    this.#carryEnd = 0
  }
}
