/** An AEAD that leaves the plaintext as it is, with a checksum over key, nonce, additional data and text as its tag. */
import { copyBytes } from '../../bytes.js'
import type { Aead, AeadAlgorithm } from '../../crypto/provider.js'
import { NullHash } from './hash.js'

const tagLength = 16

export interface NullAeadOptions {
  /** Records that may be sealed under one key. */
  readonly confidentialityLimit?: number
  /** Records that may fail to open under one key. */
  readonly integrityLimit?: number
}

export function nullAead(
  name: string,
  keyLength: number,
  { confidentialityLimit = 2 ** 24, integrityLimit = 2 ** 36 }: NullAeadOptions,
): AeadAlgorithm {
  return {
    name,
    keyLength,
    nonceLength: 12,
    tagLength,
    confidentialityLimit,
    integrityLimit,
    create: (key) => new NullAead(key),
    headerMask(key) {
      const keyed = new NullHash(8)
      keyed.update(key)
      return (sample) => {
        const running = keyed.clone()
        running.separate()
        running.update(sample)
        return running.digest().subarray(0, 16)
      }
    },
  }
}

class NullAead implements Aead {
  #keyed = new NullHash(8)

  constructor(key: Uint8Array) {
    this.#keyed.update(key)
    this.#keyed.separate()
  }

  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    input: Uint8Array,
    trailer: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): number {
    const length = input.length + trailer.length
    out.set(input, outOffset)
    out.set(trailer, outOffset + input.length)
    out.set(this.#tag(nonce, aad, out.subarray(outOffset, outOffset + length)), outOffset + length)
    return length + tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    if (input.length < tagLength) return undefined
    const text = copyBytes(input, 0, input.length - tagLength)
    const expected = this.#tag(nonce, aad, text)
    for (let i = 0; i < tagLength; i++) if (expected[i] !== input[text.length + i]) return undefined
    return text
  }

  wipe(): void {
    // Another key than any: what is sealed or opened after this fails to match.
    this.#keyed = new NullHash(8)
  }

  #tag(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array {
    const running = this.#keyed.clone()
    for (const part of [nonce, aad, text]) {
      running.update(part)
      running.separate()
    }
    return running.digest().subarray(0, tagLength)
  }
}
