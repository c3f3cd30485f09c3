/** AES-GCM (RFC 5116 5.1, NIST SP 800-38D). What depends on the key alone is made once per key. */
import type { Aead, AeadAlgorithm } from '../provider.js'
import {
  type AesKey,
  aesHeaderMask,
  counterMode,
  encryptBlock,
  expandAesKey,
  writeWords,
} from './aes.js'
import { fresh } from './fresh.js'
import { Ghash } from './ghash.js'

const nonceLength = 12
const tagLength = 16

function gcm(name: string, keyLength: number): AeadAlgorithm {
  return {
    name,
    keyLength,
    nonceLength,
    tagLength,
    // RFC 9846 5.5: 2^24.5 full-size records. RFC 9147 4.5.3: 2^36 forgeries.
    confidentialityLimit: Math.floor(2 ** 24.5),
    integrityLimit: 2 ** 36,
    create: (key) => new GcmKey(expandAesKey(key, keyLength)),
    headerMask: (key) => aesHeaderMask(key, keyLength),
  }
}

export const aes128Gcm: AeadAlgorithm = /* @__PURE__ */ gcm('AES-128-GCM', 16)
export const aes256Gcm: AeadAlgorithm = /* @__PURE__ */ gcm('AES-256-GCM', 32)

/** The counter block and the tag of the record under way. All is synchronous, so they do for all keys. */
const counterBlock = /* @__PURE__ */ new Int32Array(4)
const tagWords = /* @__PURE__ */ new Int32Array(4)

class GcmKey implements Aead {
  readonly #key: AesKey
  readonly #ghash: Ghash

  constructor(key: AesKey) {
    this.#key = key
    const h = new Int32Array(4)
    encryptBlock(key, h)
    this.#ghash = new Ghash(h)
    h.fill(0)
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
    const record = new DataView(out.buffer, out.byteOffset + outOffset, length + tagLength)
    this.#setNonce(nonce)
    this.#crypt(record, record, length)
    this.#computeTag(aad, record, length)
    writeWords(tagWords, record, length)
    return length + tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - tagLength
    if (length < 0) return undefined
    const record = new DataView(input.buffer, input.byteOffset, input.length)
    this.#setNonce(nonce)
    this.#computeTag(aad, record, length)
    let difference = 0
    for (let i = 0; i < 4; i++) {
      difference |= (tagWords[i] as number) ^ record.getInt32(length + 4 * i)
    }
    if (difference !== 0) return undefined
    return fresh(length, (text) => this.#crypt(record, text, length))
  }

  wipe(): void {
    this.#key.fill(0)
    this.#ghash.wipe()
  }

  /** SP 800-38D 7.1: a 96-bit nonce is followed by a 32-bit counter; 1 masks the tag, the text starts at 2. */
  #setNonce(nonce: Uint8Array): void {
    if (nonce.length !== nonceLength) throw new TypeError('AES-GCM nonce of 12 bytes expected')
    // All indices are below 12.
    for (let i = 0; i < 3; i++) {
      counterBlock[i] =
        ((nonce[4 * i] as number) << 24) |
        ((nonce[4 * i + 1] as number) << 16) |
        ((nonce[4 * i + 2] as number) << 8) |
        (nonce[4 * i + 3] as number)
    }
  }

  #crypt(from: DataView, to: DataView, length: number): void {
    counterBlock[3] = 2
    counterMode(this.#key, counterBlock, from, to, length)
  }

  /** Leaves the tag of the ciphertext, which begins the record, in `tagWords`. */
  #computeTag(aad: Uint8Array, record: DataView, length: number): void {
    const ghash = this.#ghash
    ghash.start()
    ghash.update(new DataView(aad.buffer, aad.byteOffset, aad.length), aad.length)
    ghash.update(record, length)
    ghash.finish(aad.length, length)
    const tag = tagWords
    tag.set(counterBlock)
    tag[3] = 1
    encryptBlock(this.#key, tag)
    for (let i = 0; i < 4; i++) tag[i] = (tag[i] as number) ^ (ghash.state[i] as number)
  }
}
