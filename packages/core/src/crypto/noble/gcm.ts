/** AES-GCM (RFC 5116 5.1, NIST SP 800-38D): noble's AES in counter mode, our GHASH with one table per key. */
import type { Aead, AeadAlgorithm } from '../provider.js'
import { type AesKey, aesHeaderMask, counterMode, encryptBlock, expandAesKey } from './aes.js'
import { ghashLengths, ghashTable, ghashUpdate } from './ghash.js'
import { equalConstantTime, gather } from './scratch.js'

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

class GcmKey implements Aead {
  readonly #key: AesKey
  readonly #table: Int32Array
  readonly #counter = new Uint8Array(16)
  readonly #tag = new Uint8Array(tagLength)
  readonly #tagView = new DataView(this.#tag.buffer)
  readonly #state = new Int32Array(4)

  constructor(key: AesKey) {
    this.#key = key
    const h = new Uint8Array(16)
    encryptBlock(key, new DataView(h.buffer))
    this.#table = ghashTable(h)
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
    const text = gather(input, trailer)
    this.#crypt(nonce, text)
    this.#computeTag(nonce, aad, text)
    out.set(text, outOffset)
    out.set(this.#tag, outOffset + text.length)
    return text.length + tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - tagLength
    if (length < 0) return undefined
    this.#computeTag(nonce, aad, input.subarray(0, length))
    if (!equalConstantTime(this.#tag, input.subarray(length))) return undefined
    const text = new Uint8Array(length)
    text.set(input.subarray(0, length))
    this.#crypt(nonce, text)
    return text
  }

  wipe(): void {
    this.#key.fill(0)
    this.#table.fill(0)
    this.#counter.fill(0)
    this.#tag.fill(0)
    this.#state.fill(0)
  }

  #crypt(nonce: Uint8Array, text: Uint8Array): void {
    if (text.length === 0) return
    this.#startCounter(nonce, 2)
    counterMode(this.#key, this.#counter, text)
  }

  /** Leaves the tag of `ciphertext` in #tag. */
  #computeTag(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): void {
    const state = this.#state.fill(0)
    ghashUpdate(state, this.#table, aad)
    ghashUpdate(state, this.#table, ciphertext)
    ghashLengths(state, this.#table, aad.length, ciphertext.length)
    this.#startCounter(nonce, 1)
    this.#tag.set(this.#counter)
    encryptBlock(this.#key, this.#tagView)
    for (let i = 0; i < 4; i++) {
      this.#tagView.setInt32(4 * i, this.#tagView.getInt32(4 * i) ^ (state[i] as number))
    }
  }

  /** SP 800-38D 7.1: a 96-bit nonce is followed by a 32-bit counter; 1 masks the tag, the text starts at 2. */
  #startCounter(nonce: Uint8Array, start: number): void {
    if (nonce.length !== nonceLength) throw new TypeError('AES-GCM nonce of 12 bytes expected')
    this.#counter.set(nonce)
    this.#counter.fill(0, 12)
    this.#counter[15] = start
  }
}
