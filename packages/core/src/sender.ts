/** Plaintext on its way out: queued until it may be sent, then sealed, with the keys changed in time. */
import { copyBytes, noBytes } from './bytes.js'
import type { Effects } from './effects.js'
import type { Connected } from './handshake/context.js'
import type { Layer } from './layer/layer.js'

export class Sender {
  readonly #layer: Layer
  readonly #effects: Effects
  readonly #maxQueued: number
  #queue: Uint8Array[] | undefined
  #queued = 0

  constructor(layer: Layer, effects: Effects, maxQueued: number) {
    this.#layer = layer
    this.#effects = effects
    this.#maxQueued = maxQueued
  }

  /** Bytes that wait for the handshake, or for room in the layer. */
  get queued(): number {
    return this.#queued
  }

  /** Copies what there is room for, to be sent when it may be; returns the bytes taken. */
  enqueue(plaintext: Uint8Array): number {
    const accepted = this.#share(plaintext, this.#maxQueued - this.#queued)
    if (accepted > 0) {
      this.#queue ??= []
      this.#queue.push(copyBytes(plaintext, 0, accepted))
    }
    this.#queued += accepted
    return accepted
  }

  /** Sends what was queued; false while something of it is left. */
  sendQueued(connected: Connected | undefined): boolean {
    const queue = this.#queue ?? []
    while (queue.length > 0) {
      const [first = noBytes] = queue
      const sent = this.seal(first, connected)
      this.#queued -= sent
      if (sent < first.length) {
        queue[0] = first.subarray(sent)
        return false
      }
      queue.shift()
    }
    this.#queue = undefined
    return true
  }

  /** Returns the bytes taken. @param connected undefined while half-RTT data is sent. */
  seal(plaintext: Uint8Array, connected: Connected | undefined): number {
    // A reply to the peer's request goes before more data (RFC 9846 4.7.3).
    connected?.beforeData(this.#effects)
    if (this.#layer.writeKeyExhausted) connected?.updateKeys(false, this.#effects)
    let offset = this.#layer.sendData(plaintext)
    while (this.#layer.writeKeyExhausted && offset < plaintext.length) {
      // RFC 9846 5.5: the sender changes keys before the cipher's limit.
      if (connected === undefined) break
      connected.updateKeys(false, this.#effects)
      const sent = this.#layer.sendData(plaintext.subarray(offset))
      if (sent === 0) break
      offset += sent
    }
    return offset
  }

  /** Client: seals what the ticket still allows; returns the bytes taken. */
  sealEarly(plaintext: Uint8Array): number {
    const left = this.#effects.earlyWrite
    const accepted = this.#layer.sendData(plaintext.subarray(0, this.#share(plaintext, left)))
    this.#effects.setEarlyWrite(left - accepted)
    return accepted
  }

  /** @throws {RangeError} where each send is a message of its own, and this one is too long. */
  checkLength(plaintext: Uint8Array): void {
    const { messageLimit } = this.#layer
    if (messageLimit !== undefined && plaintext.length > messageLimit)
      throw new RangeError(`send: ${plaintext.length} bytes, and a datagram takes ${messageLimit}`)
  }

  drop(): void {
    for (const bytes of this.#queue ?? []) bytes.fill(0)
    this.#queue = undefined
    this.#queued = 0
  }

  /** How much of the plaintext there is room for; a message is not divided. */
  #share(plaintext: Uint8Array, room: number): number {
    if (plaintext.length <= room) return plaintext.length
    return this.#layer.messageLimit === undefined ? Math.max(room, 0) : 0
  }
}
