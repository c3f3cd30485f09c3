/** AES-CCM (RFC 3610, RFC 6655) with 12-byte nonces, over noble's AES block. */
import type { Aead, AeadAlgorithm } from '../provider.js'
import { type AesKey, aesHeaderMask, counterMode, encryptBlock, expandAesKey } from './aes.js'
import { equalConstantTime, gather } from './scratch.js'

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
  readonly #counter = new Uint8Array(16)

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
    const text = gather(input, trailer)
    // The tag covers the plaintext, so it comes first.
    const tag = this.#tag(nonce, aad, text)
    this.#crypt(nonce, text)
    out.set(text, outOffset)
    out.set(tag, outOffset + text.length)
    return text.length + this.#tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - this.#tagLength
    if (length < 0) return undefined
    const text = new Uint8Array(length)
    text.set(input.subarray(0, length))
    this.#crypt(nonce, text)
    if (equalConstantTime(this.#tag(nonce, aad, text), input.subarray(length))) return text
    // RFC 3610 2.6: nothing of the message may be revealed.
    text.fill(0)
    return undefined
  }

  wipe(): void {
    this.#key.fill(0)
    this.#counter.fill(0)
  }

  /** RFC 3610 2.3: counter block 0 masks the tag, the text starts at 1. */
  #crypt(nonce: Uint8Array, text: Uint8Array): void {
    if (text.length === 0) return
    counterMode(this.#key, this.#startCounter(nonce, 1), text)
  }

  #startCounter(nonce: Uint8Array, start: number): Uint8Array {
    const counter = this.#counter
    counter[0] = lengthLength - 1
    counter.set(nonce, 1)
    counter.fill(0, 13)
    counter[15] = start
    return counter
  }

  #tag(nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array {
    if (nonce.length !== nonceLength) throw new TypeError('AES-CCM nonce of 12 bytes expected')
    if (text.length >= 2 ** (8 * lengthLength)) throw new RangeError('AES-CCM message too long')
    const mac = new CbcMac(this.#key)
    // RFC 3610 2.2: the first block says which parts follow.
    const first = new Uint8Array(16)
    first[0] = (aad.length > 0 ? 64 : 0) + 8 * ((this.#tagLength - 2) / 2) + (lengthLength - 1)
    first.set(nonce, 1)
    first[13] = text.length >>> 16
    first[14] = text.length >>> 8
    first[15] = text.length
    mac.update(first)
    if (aad.length > 0) mac.update(withLength(aad))
    mac.update(text)
    const mask = new DataView(this.#startCounter(nonce, 0).slice().buffer)
    encryptBlock(this.#key, mask)
    return mac.finish(mask).subarray(0, this.#tagLength)
  }
}

/** RFC 3610 2.2: additional data is preceded by its length in 2 bytes, or in 4 after a mark. */
function withLength(aad: Uint8Array): Uint8Array {
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
  return block
}

class CbcMac {
  readonly #key: AesKey
  readonly #state = new DataView(new ArrayBuffer(16))

  constructor(key: AesKey) {
    this.#key = key
  }

  /** Absorbs `data`, padded with zeros to whole blocks. */
  update(data: Uint8Array): void {
    const state = this.#state
    const view = new DataView(data.buffer, data.byteOffset, data.length)
    const whole = data.length & ~15
    for (let at = 0; at < whole; at += 16) {
      for (let i = 0; i < 16; i += 4) state.setInt32(i, state.getInt32(i) ^ view.getInt32(at + i))
      encryptBlock(this.#key, state)
    }
    if (whole === data.length) return
    for (let i = whole; i < data.length; i++) {
      state.setUint8(i - whole, state.getUint8(i - whole) ^ view.getUint8(i))
    }
    encryptBlock(this.#key, state)
  }

  finish(mask: DataView): Uint8Array {
    const tag = new Uint8Array(16)
    for (let i = 0; i < 16; i++) tag[i] = this.#state.getUint8(i) ^ mask.getUint8(i)
    return tag
  }
}
