/** AES-GCM (RFC 5116 5.1), ChaCha20-Poly1305 (RFC 8439) and AES-CCM (RFC 3610, RFC 6655). */
import {
  type CipherCCMTypes,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
} from 'node:crypto'
import type { Aead, AeadAlgorithm, HeaderMask } from '@sanstls/core'
import { type Available, tried } from './available.js'
import { free, fresh } from './bytes.js'
import { aesHeaderMask, chachaHeaderMask } from './header-mask.js'

export type NativeAead = AeadAlgorithm & Available

const nonceLength = 12

/**
 * After so many records a key seals in bulk, and the memory of ciphertext is given back. Not before: once V8 has seen any
 * memory detached, it checks each access to a typed array for that, in the whole process, which takes a quarter longer.
 */
const recordsBeforeFreeing = 64

interface Parameters {
  readonly name: string
  /** OpenSSL's name. */
  readonly cipher: string
  readonly keyLength: number
  readonly tagLength: number
  readonly confidentialityLimit: number
  readonly integrityLimit: number
  headerMask(key: Uint8Array): HeaderMask
}

function aead(parameters: Parameters): NativeAead {
  const { cipher, headerMask, ...rest } = parameters
  const { name, keyLength, tagLength } = parameters
  const checkKey = (key: Uint8Array): void => {
    if (key.length !== keyLength) throw new TypeError(`${name} key of ${keyLength} bytes expected`)
  }
  const algorithm: AeadAlgorithm = {
    ...rest,
    nonceLength,
    create(key) {
      checkKey(key)
      // A key as bytes would be made a KeyObject again for each record, which costs 8 us on Node 24.
      return new NativeKey(cipher, createSecretKey(key), tagLength)
    },
    headerMask(key) {
      checkKey(key)
      return headerMask(key)
    },
  }
  return { ...algorithm, available: tried(() => exercise(algorithm)) }
}

function gcm(name: string, cipher: string, keyLength: number): NativeAead {
  return aead({
    name,
    cipher,
    keyLength,
    tagLength: 16,
    // RFC 9846 5.5: 2^24.5 full-size records. RFC 9147 4.5.3: 2^36 forgeries.
    confidentialityLimit: Math.floor(2 ** 24.5),
    integrityLimit: 2 ** 36,
    headerMask: aesHeaderMask,
  })
}

function ccm(name: string, cipher: string, keyLength: number, tagLength: number): NativeAead {
  return aead({
    name,
    cipher,
    keyLength,
    tagLength,
    // RFC 9147 4.5.3: 2^23 records; 2^23.5 forgeries, and with the short tag only 2^7.
    confidentialityLimit: 2 ** 23,
    integrityLimit: tagLength === 16 ? Math.floor(2 ** 23.5) : 2 ** 7,
    headerMask: aesHeaderMask,
  })
}

export const aes128Gcm: NativeAead = /* @__PURE__ */ gcm('AES-128-GCM', 'aes-128-gcm', 16)
export const aes256Gcm: NativeAead = /* @__PURE__ */ gcm('AES-256-GCM', 'aes-256-gcm', 32)

export const chacha20Poly1305: NativeAead = /* @__PURE__ */ aead({
  name: 'ChaCha20-Poly1305',
  cipher: 'chacha20-poly1305',
  keyLength: 32,
  tagLength: 16,
  // RFC 9846 5.5: the sequence number would wrap before the limit is reached. RFC 9147 4.5.3: 2^36 forgeries.
  confidentialityLimit: 2 ** 48 - 1,
  integrityLimit: 2 ** 36,
  headerMask: chachaHeaderMask,
})

export const aes128Ccm: NativeAead = /* @__PURE__ */ ccm('AES-128-CCM', 'aes-128-ccm', 16, 16)
export const aes128Ccm8: NativeAead = /* @__PURE__ */ ccm('AES-128-CCM-8', 'aes-128-ccm', 16, 8)
export const aes256Ccm: NativeAead = /* @__PURE__ */ ccm('AES-256-CCM', 'aes-256-ccm', 32, 16)
export const aes256Ccm8: NativeAead = /* @__PURE__ */ ccm('AES-256-CCM-8', 'aes-256-ccm', 32, 8)

class NativeKey implements Aead {
  /** The type stands for the strictest of the three: CCM wants the length in advance, and the tag before the text. */
  readonly #cipher: CipherCCMTypes
  readonly #tagLength: number
  readonly #options: { readonly authTagLength: number }
  #key: KeyObject | undefined
  #sealed = 0

  constructor(cipher: string, key: KeyObject, tagLength: number) {
    this.#cipher = cipher as CipherCCMTypes
    this.#key = key
    this.#tagLength = tagLength
    this.#options = { authTagLength: tagLength }
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
    const cipher = createCipheriv(this.#cipher, this.#use(nonce), nonce, this.#options)
    cipher.setAAD(aad, { plaintextLength: length })
    // In one piece: a second call, for the trailer, takes longer than this copy. The text's place in the output holds it
    // until the ciphertext replaces it.
    const text = out.subarray(outOffset, outOffset + length)
    text.set(input)
    text.set(trailer, input.length)
    const sealed = cipher.update(text)
    text.set(sealed)
    if (this.#sealed < recordsBeforeFreeing) this.#sealed++
    else free(sealed)
    cipher.final()
    out.set(cipher.getAuthTag(), outOffset + length)
    return length + this.#tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - this.#tagLength
    if (length < 0) return undefined
    const decipher = createDecipheriv(this.#cipher, this.#use(nonce), nonce, this.#options)
    decipher.setAuthTag(input.subarray(length))
    decipher.setAAD(aad, { plaintextLength: length })
    let text: Buffer | undefined
    try {
      text = decipher.update(input.subarray(0, length))
      decipher.final()
    } catch {
      // RFC 3610 2.6: nothing of the message may be revealed.
      text?.fill(0)
      return undefined
    }
    return fresh(text)
  }

  wipe(): void {
    // OpenSSL clears a key when it frees it.
    this.#key = undefined
  }

  #use(nonce: Uint8Array): KeyObject {
    if (nonce.length !== nonceLength) throw new TypeError('nonce of 12 bytes expected')
    if (this.#key === undefined) throw new Error('the key was wiped')
    return this.#key
  }
}

/** Seals, opens and masks once: runtimes list ciphers that they cannot use in this way. */
function exercise(algorithm: AeadAlgorithm): boolean {
  const key = new Uint8Array(algorithm.keyLength)
  const nonce = new Uint8Array(nonceLength)
  const aad = new Uint8Array(5)
  const sealed = new Uint8Array(2 + algorithm.tagLength)
  const aead = algorithm.create(key)
  aead.seal(nonce, aad, Uint8Array.of(1), Uint8Array.of(2), sealed, 0)
  const opened = aead.open(nonce, aad, sealed)
  sealed.reverse()
  return (
    opened?.join() === '1,2' &&
    aead.open(nonce, aad, sealed) === undefined &&
    algorithm.headerMask(key)(new Uint8Array(16)).length >= 5
  )
}
