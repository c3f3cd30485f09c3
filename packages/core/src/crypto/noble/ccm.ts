/** AES-CCM (RFC 3610, RFC 6655) with 12-byte nonces. */

import { equalConstantTime } from '../../bytes.js'
import type { Aead, AeadAlgorithm } from '../provider.js'
import {
  type AesKey,
  aesHeaderMask,
  counterMode,
  encryptBlock,
  expandAesKey,
  readWords,
  writeWords,
} from './aes.js'

const nonceLength = 12
/** RFC 3610 2: what a nonce of 12 bytes leaves for the length of the message, in bytes. */
const lengthLength = 15 - nonceLength

function ccm(name: string, keyLength: number, tagLength: number): AeadAlgorithm {
  return {
    name,
    keyLength,
    nonceLength,
    tagLength,
    // RFC 9147 4.5.3: 2^23 records; 2^23.5 forgeries, and with the short tag only 2^7.
    confidentialityLimit: 2 ** 23,
    integrityLimit: tagLength === 16 ? Math.floor(2 ** 23.5) : 2 ** 7,
    create: (key) => new CcmKey(expandAesKey(key, keyLength), tagLength),
    headerMask: (key) => aesHeaderMask(key, keyLength),
  }
}

export const aes128Ccm: AeadAlgorithm = /* @__PURE__ */ ccm('AES-128-CCM', 16, 16)
export const aes128Ccm8: AeadAlgorithm = /* @__PURE__ */ ccm('AES-128-CCM-8', 16, 8)
export const aes256Ccm: AeadAlgorithm = /* @__PURE__ */ ccm('AES-256-CCM', 32, 16)
export const aes256Ccm8: AeadAlgorithm = /* @__PURE__ */ ccm('AES-256-CCM-8', 32, 8)

class CcmKey implements Aead {
  readonly #key: AesKey
  readonly #tagLength: number
  readonly #counter = new Int32Array(4)

  constructor(key: AesKey, tagLength: number) {
    this.#key = key
    this.#tagLength = tagLength
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
    const text = new DataView(out.buffer, out.byteOffset + outOffset, length)
    // The tag covers the plaintext, so it comes first.
    const tag = this.#tag(nonce, aad, text)
    this.#crypt(nonce, text, text)
    out.set(tag, outOffset + length)
    return length + this.#tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - this.#tagLength
    if (length < 0) return undefined
    const text = new Uint8Array(length)
    const view = new DataView(text.buffer)
    this.#crypt(nonce, new DataView(input.buffer, input.byteOffset, length), view)
    if (equalConstantTime(this.#tag(nonce, aad, view), input.subarray(length))) return text
    // RFC 3610 2.6: nothing of the message may be revealed.
    text.fill(0)
    return undefined
  }

  wipe(): void {
    this.#key.fill(0)
    this.#counter.fill(0)
  }

  /** RFC 3610 2.3: counter block 0 masks the tag, the text starts at 1. */
  #crypt(nonce: Uint8Array, from: DataView, to: DataView): void {
    counterMode(this.#key, this.#startCounter(nonce, 1), from, to, to.byteLength)
  }

  #startCounter(nonce: Uint8Array, start: number): Int32Array {
    if (nonce.length !== nonceLength) throw new TypeError('AES-CCM nonce of 12 bytes expected')
    const block = new Uint8Array(16)
    block[0] = lengthLength - 1
    block.set(nonce, 1)
    block[15] = start
    readWords(this.#counter, new DataView(block.buffer))
    return this.#counter
  }

  #tag(nonce: Uint8Array, aad: Uint8Array, text: DataView): Uint8Array {
    const length = text.byteLength
    if (length >= 2 ** (8 * lengthLength)) throw new RangeError('AES-CCM message too long')
    const mac = new CbcMac(this.#key)
    // RFC 3610 2.2: the first block says which parts follow.
    const first = new Uint8Array(16)
    first[0] = (aad.length > 0 ? 64 : 0) + 8 * ((this.#tagLength - 2) / 2) + (lengthLength - 1)
    first.set(nonce, 1)
    first[13] = length >>> 16
    first[14] = length >>> 8
    first[15] = length
    mac.update(new DataView(first.buffer))
    if (aad.length > 0) mac.update(withLength(aad))
    mac.update(text)
    const mask = this.#startCounter(nonce, 0)
    encryptBlock(this.#key, mask)
    return mac.finish(mask).subarray(0, this.#tagLength)
  }
}

/** RFC 3610 2.2: additional data is preceded by its length in 2 bytes, or in 4 after a mark. */
function withLength(aad: Uint8Array): DataView {
  const prefix = aad.length < 0xff00 ? 2 : 6
  const block = new Uint8Array(prefix + aad.length)
  const view = new DataView(block.buffer)
  if (prefix === 2) {
    view.setUint16(0, aad.length)
  } else {
    view.setUint16(0, 0xfffe)
    view.setUint32(2, aad.length)
  }
  block.set(aad, prefix)
  return view
}

class CbcMac {
  readonly #key: AesKey
  readonly #state = new Int32Array(4)

  constructor(key: AesKey) {
    this.#key = key
  }

  /** Absorbs `bytes`, padded with zeros to whole blocks. */
  update(bytes: DataView): void {
    const state = this.#state
    const whole = bytes.byteLength & ~15
    for (let at = 0; at < whole; at += 16) {
      // The state has four words.
      for (let i = 0; i < 4; i++) state[i] = (state[i] as number) ^ bytes.getInt32(at + 4 * i)
      encryptBlock(this.#key, state)
    }
    if (whole === bytes.byteLength) return
    for (let i = 0; whole + i < bytes.byteLength; i++) {
      const octet = bytes.getUint8(whole + i) << (24 - 8 * (i & 3))
      state[i >> 2] = (state[i >> 2] as number) ^ octet
    }
    encryptBlock(this.#key, state)
  }

  finish(mask: Int32Array): Uint8Array {
    const tag = new Uint8Array(16)
    const words = this.#state.map((word, i) => word ^ (mask[i] as number))
    writeWords(words, new DataView(tag.buffer))
    return tag
  }
}
