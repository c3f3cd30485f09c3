/** What stands for CBC and HMAC: an IV in each record, the plaintext as it is, and a checksum over all there is. */
import { concat } from '../../bytes.js'
import type { AeadAlgorithm, CbcOptions, CbcRecords } from '../../crypto/provider.js'
import type { OpenedRecord, RecordProtection } from '../../layer/layer.js'

const ivLength = 16

/** @param aead whose key has the length of both keys, and one byte that says which comes first, MAC or encryption. */
export function nullCbc(aead: AeadAlgorithm, macKeyLength: number): CbcRecords {
  return {
    kind: 'cbc',
    macKeyLength,
    keyLength: aead.keyLength - macKeyLength - 1,
    create: (options) => new NullCbcProtection(aead, options),
  }
}

class NullCbcProtection implements RecordProtection {
  readonly concealsType = false
  readonly confidentialityLimit = Number.POSITIVE_INFINITY
  readonly integrityLimit = Number.POSITIVE_INFINITY
  readonly #aead
  readonly #tagLength: number
  readonly #random

  constructor(algorithm: AeadAlgorithm, { macKey, key, encryptThenMac, random }: CbcOptions) {
    this.#aead = algorithm.create(concat(macKey, key, Uint8Array.of(encryptThenMac ? 1 : 0)))
    this.#tagLength = algorithm.tagLength
    this.#random = random
  }

  sealedLength(length: number): number {
    return ivLength + length + this.#tagLength
  }

  longestSealed(length: number): number {
    return this.sealedLength(length)
  }

  seal(
    sequence: number,
    type: number,
    content: Uint8Array,
    _padding: number,
    header: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): void {
    const iv = this.#random(ivLength)
    out.set(iv, outOffset)
    const aad = additionalData(sequence, type, header)
    this.#aead.seal(iv, aad, content, new Uint8Array(0), out, outOffset + ivLength)
  }

  open(
    sequence: number,
    type: number,
    header: Uint8Array,
    fragment: Uint8Array,
  ): OpenedRecord | undefined {
    if (fragment.length < ivLength + this.#tagLength) return undefined
    const aad = additionalData(sequence, type, header)
    const iv = fragment.subarray(0, ivLength)
    const content = this.#aead.open(iv, aad, fragment.subarray(ivLength))
    return content && { type, content }
  }

  wipe(): void {
    this.#aead.wipe()
  }
}

/** RFC 5246 6.2.3.1: sequence number, type and version; the checksum covers the length by itself. */
function additionalData(sequence: number, type: number, header: Uint8Array): Uint8Array {
  const data = new Uint8Array(11)
  const view = new DataView(data.buffer)
  view.setUint32(0, Math.floor(sequence / 2 ** 32))
  view.setUint32(4, sequence % 2 ** 32)
  data[8] = type
  data.set(header.subarray(1, 3), 9)
  return data
}
