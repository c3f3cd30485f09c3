/** Handshake messages out of a stream of fragments (RFC 9846 5.1), each copied once. */
import { noBytes } from '../bytes.js'
import { Fault } from '../fault.js'
import type { HandshakeMessage } from './layer.js'

const headerLength = 4

export class Reassembly {
  readonly #limit: number
  #buffer: Uint8Array = noBytes
  #start = 0
  #end = 0

  /** @param limit bytes of one message's body. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get empty(): boolean {
    return this.#start === this.#end
  }

  /** Copies a fragment. The length of a message is checked when its header is there, before its body is kept. */
  push(fragment: Uint8Array): void {
    const left = this.#end - this.#start
    if (this.#end + fragment.length > this.#buffer.length) {
      // Messages view this memory, so it is never written twice; doubling keeps many small fragments cheap.
      const buffer = new Uint8Array(Math.max(left + fragment.length, left * 2))
      buffer.set(this.#buffer.subarray(this.#start, this.#end))
      this.#buffer = buffer
      this.#start = 0
      this.#end = left
    }
    this.#buffer.set(fragment, this.#end)
    this.#end += fragment.length
    this.#bodyLength()
  }

  /** A copy of what is not a whole message yet. */
  export(): Uint8Array {
    return this.#buffer.slice(this.#start, this.#end)
  }

  next(): HandshakeMessage | undefined {
    const length = this.#bodyLength()
    if (length === undefined || this.#end - this.#start < headerLength + length) return undefined
    const raw = this.#buffer.subarray(this.#start, this.#start + headerLength + length)
    this.#start += raw.length
    if (this.empty) {
      this.#buffer = noBytes
      this.#start = 0
      this.#end = 0
    }
    return { type: raw[0] ?? 0, body: raw.subarray(headerLength), raw }
  }

  #bodyLength(): number | undefined {
    if (this.#end - this.#start < headerLength) return undefined
    const at = this.#start
    const b = this.#buffer
    const length = ((b[at + 1] ?? 0) << 16) | ((b[at + 2] ?? 0) << 8) | (b[at + 3] ?? 0)
    if (length > this.#limit)
      throw new Fault('messageTooLong', `${length} bytes where the limit is ${this.#limit}`)
    return length
  }
}
