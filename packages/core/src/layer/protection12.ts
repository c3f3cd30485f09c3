/** Record protection of TLS 1.2 under an AEAD (RFC 5246 6.2.3.3, RFC 5288, RFC 6655, RFC 7905). */
import { noBytes, wipe } from '../bytes.js'
import type { Aead, AeadRecords } from '../crypto/provider.js'
import type { OpenedRecord, RecordProtection } from './layer.js'

const explicitLength = 8

export class Protection12 implements RecordProtection {
  readonly concealsType = false
  /** RFC 5246 knows no limit but the sequence number's; there is no KeyUpdate that could follow one. */
  readonly confidentialityLimit = Number.POSITIVE_INFINITY
  readonly integrityLimit = Number.POSITIVE_INFINITY
  readonly #aead: Aead
  readonly #tagLength: number
  readonly #explicit: boolean
  readonly #iv: Uint8Array
  readonly #nonce: Uint8Array
  /** seq_num, type, version, length. */
  readonly #additional = new Uint8Array(13)

  /** @param iv the key's part of the nonce; kept, not copied. */
  constructor({ aead, nonce }: AeadRecords, key: Uint8Array, iv: Uint8Array) {
    this.#aead = aead.create(key)
    this.#tagLength = aead.tagLength
    this.#explicit = nonce === 'explicit'
    this.#iv = iv
    this.#nonce = new Uint8Array(aead.nonceLength)
  }

  sealedLength(length: number): number {
    return (this.#explicit ? explicitLength : 0) + length + this.#tagLength
  }

  longestSealed(length: number): number {
    return this.sealedLength(length)
  }

  seal(
    sequence: number,
    type: number,
    content: Uint8Array,
    _padding: number,
    _header: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): void {
    const additional = this.#additionalData(sequence, type, content.length)
    let offset = outOffset
    if (this.#explicit) {
      // The record's number never repeats under a key.
      writeSequence(out, offset, sequence)
      offset += explicitLength
    }
    const nonce = this.#nonceOf(out, outOffset, sequence)
    this.#aead.seal(nonce, additional, content, noBytes, out, offset)
  }

  open(
    sequence: number,
    type: number,
    _header: Uint8Array,
    fragment: Uint8Array,
  ): OpenedRecord | undefined {
    const length = fragment.length - this.sealedLength(0)
    if (length < 0) return undefined
    const nonce = this.#nonceOf(fragment, 0, sequence)
    const sealed = this.#explicit ? fragment.subarray(explicitLength) : fragment
    const content = this.#aead.open(nonce, this.#additionalData(sequence, type, length), sealed)
    return content === undefined ? undefined : { type, content }
  }

  wipe(): void {
    this.#aead.wipe()
    wipe(this.#iv, this.#nonce)
  }

  #nonceOf(bytes: Uint8Array, offset: number, sequence: number): Uint8Array {
    const nonce = this.#nonce
    const start = nonce.length - explicitLength
    if (this.#explicit) {
      nonce.set(this.#iv)
      for (let i = 0; i < explicitLength; i++) nonce[start + i] = bytes[offset + i] ?? 0
      return nonce
    }
    writeSequence(nonce.fill(0), start, sequence)
    for (let i = 0; i < nonce.length; i++) nonce[i] = (nonce[i] ?? 0) ^ (this.#iv[i] ?? 0)
    return nonce
  }

  #additionalData(sequence: number, type: number, length: number): Uint8Array {
    const additional = this.#additional
    writeSequence(additional, 0, sequence)
    additional[8] = type
    additional[9] = 3
    additional[10] = 3
    additional[11] = length >> 8
    additional[12] = length & 0xff
    return additional
  }
}

/** 64 bits, big-endian. */
export function writeSequence(out: Uint8Array, offset: number, sequence: number): void {
  let left = sequence
  for (let i = offset + 7; i >= offset; i--) {
    out[i] = left % 256
    left = Math.floor(left / 256)
  }
}
