/** Record protection of TLS 1.3 (RFC 9846 5.2): the content type and padding go inside. */
import { noBytes, packed, wipe } from '../bytes.js'
import type { Aead, AeadAlgorithm } from '../crypto/provider.js'
import type { OpenedRecord, RecordProtection } from './layer.js'

export class Protection13 implements RecordProtection {
  readonly concealsType = true
  readonly #algorithm: AeadAlgorithm
  readonly #aead: Aead
  /** Packed, since keys are held as long as the connection. */
  readonly #iv: number[]

  constructor(algorithm: AeadAlgorithm, key: Uint8Array, iv: Uint8Array) {
    this.#algorithm = algorithm
    this.#aead = algorithm.create(key)
    this.#iv = packed(iv)
  }

  get confidentialityLimit(): number {
    return this.#algorithm.confidentialityLimit
  }

  get integrityLimit(): number {
    return this.#algorithm.integrityLimit
  }

  sealedLength(length: number, padding: number): number {
    return length + 1 + padding + this.#algorithm.tagLength
  }

  longestSealed(length: number): number {
    return this.sealedLength(length, 0)
  }

  seal(
    sequence: number,
    type: number,
    content: Uint8Array,
    padding: number,
    header: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): void {
    const trailer = padding === 0 ? trailerOf(type) : new Uint8Array(1 + padding)
    if (padding > 0) trailer[0] = type
    this.#aead.seal(this.#nonceFor(sequence), header, content, trailer, out, outOffset)
  }

  open(
    sequence: number,
    _type: number,
    header: Uint8Array,
    fragment: Uint8Array,
  ): OpenedRecord | undefined {
    const inner = this.#aead.open(this.#nonceFor(sequence), header, fragment)
    if (inner === undefined) return undefined
    let end = inner.length
    while (end > 0 && inner[end - 1] === 0) end--
    if (end === 0) return { type: 0, content: noBytes }
    return { type: inner[end - 1] ?? 0, content: inner.subarray(0, end - 1) }
  }

  wipe(): void {
    this.#aead.wipe()
    wipe(this.#iv)
  }

  /** RFC 9846 5.3: the sequence number, 64 bits, xored onto the end of the IV. */
  #nonceFor(sequence: number): Uint8Array {
    const { nonceLength } = this.#algorithm
    const nonce = scratch.length === nonceLength ? scratch : new Uint8Array(nonceLength)
    for (let i = 0; i < nonceLength; i++) nonce[i] = (this.#iv[i >> 2] ?? 0) >> (8 * (i & 3))
    const last = nonce.length - 1
    let left = sequence
    for (let i = last; i > last - 8 && left > 0; i--) {
      nonce[i] = (nonce[i] ?? 0) ^ (left & 0xff)
      left = Math.floor(left / 256)
    }
    return nonce
  }
}

/** Nonces are no secrets, and are used up before the call that needs one returns: one place does for all keys. */
const scratch = new Uint8Array(12)

// One byte for each content type, so that sealing allocates nothing.
const trailers = new Map<number, Uint8Array>()
function trailerOf(type: number): Uint8Array {
  let trailer = trailers.get(type)
  if (trailer === undefined) {
    trailer = Uint8Array.of(type)
    trailers.set(type, trailer)
  }
  return trailer
}
