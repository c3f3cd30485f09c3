/** ChaCha20-Poly1305 (RFC 8439) over noble's cipher and authenticator. */
import { poly1305 } from '@noble/ciphers/_poly1305.js'
import { chacha20, hchacha } from '@noble/ciphers/chacha.js'
import type { Aead, AeadAlgorithm, HeaderMask } from '../provider.js'
import { equalConstantTime, gather } from './scratch.js'

const keyLength = 32
const nonceLength = 12
const tagLength = 16

export const chacha20Poly1305: AeadAlgorithm = {
  name: 'ChaCha20-Poly1305',
  keyLength,
  nonceLength,
  tagLength,
  // RFC 9846 5.5: the record sequence number would wrap before the limit is reached. RFC 9147 4.5.3: 2^36 forgeries.
  confidentialityLimit: 2 ** 48 - 1,
  integrityLimit: 2 ** 36,
  create: (key) => new ChaChaKey(key),
  headerMask: chachaHeaderMask,
}

class ChaChaKey implements Aead {
  readonly #key: Uint8Array
  readonly #oneTimeKey = new Uint8Array(32)

  constructor(key: Uint8Array) {
    checkKey(key)
    this.#key = key.slice()
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
    chacha20(this.#key, nonce, text, text, 1)
    const tag = this.#tag(nonce, aad, text)
    out.set(text, outOffset)
    out.set(tag, outOffset + text.length)
    return text.length + tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - tagLength
    if (length < 0) return undefined
    const ciphertext = input.subarray(0, length)
    const tag = this.#tag(nonce, aad, ciphertext)
    if (!equalConstantTime(tag, input.subarray(length))) return undefined
    const text = new Uint8Array(length)
    text.set(ciphertext)
    return chacha20(this.#key, nonce, text, text, 1)
  }

  wipe(): void {
    this.#key.fill(0)
    this.#oneTimeKey.fill(0)
  }

  /** RFC 8439 2.8: Poly1305 of both parts, each padded to 16 bytes, and their lengths. */
  #tag(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    // RFC 8439 2.6: the key is the first half of block 0.
    const oneTimeKey = this.#oneTimeKey.fill(0)
    chacha20(this.#key, nonce, oneTimeKey, oneTimeKey, 0)
    const mac = poly1305.create(oneTimeKey)
    if (aad.length > 0) mac.update(padded(aad, 0))
    mac.update(ciphertext)
    const tail = new Uint8Array((-ciphertext.length & 15) + 16)
    const lengths = new DataView(tail.buffer, tail.length - 16)
    // Lengths beyond 2^32 bytes do not fit into memory.
    lengths.setUint32(0, aad.length, true)
    lengths.setUint32(8, ciphertext.length, true)
    mac.update(tail)
    return mac.digest()
  }
}

function padded(bytes: Uint8Array, extra: number): Uint8Array {
  const result = new Uint8Array(((bytes.length + 15) & ~15) + extra)
  result.set(bytes)
  return result
}

/**
 * RFC 9001 5.4.4: block counter and nonce come from the sample. noble refuses the counter 2^32 - 1, which a garbage
 * datagram can contain, so the block is taken from the bare permutation: the first words of a ChaCha20 block are the
 * permuted words plus the constants they started from.
 */
function chachaHeaderMask(key: Uint8Array): HeaderMask {
  checkKey(key)
  const constants = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)
  const keyWords = words(key)
  const output = new Uint32Array(8)
  return (sample) => {
    hchacha(constants, keyWords, words(sample.subarray(0, 16)), output)
    const mask = new Uint8Array(8)
    const view = new DataView(mask.buffer)
    view.setUint32(0, (output[0] as number) + 0x61707865, true)
    view.setUint32(4, (output[1] as number) + 0x3320646e, true)
    return mask
  }
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true))
}

function checkKey(key: Uint8Array): void {
  if (key.length !== keyLength) throw new TypeError('ChaCha20 key of 32 bytes expected')
}
