/** ChaCha20-Poly1305 (RFC 8439). */
import type { Aead, AeadAlgorithm, HeaderMask } from '../provider.js'
import { type ChaChaState, chachaBlock, chachaCrypt, chachaState } from './chacha20.js'
import { fresh } from './fresh.js'
import { Poly1305 } from './poly1305.js'

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
  readonly #state: ChaChaState
  readonly #mac = new Poly1305()
  readonly #tag = new Int32Array(4)
  /** Of block 0. */
  readonly #first = new Int32Array(16)

  constructor(key: Uint8Array) {
    checkKey(key)
    this.#state = chachaState(key)
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
    this.#start(nonce)
    chachaCrypt(this.#state, record, record, length)
    this.#computeTag(aad, record, length)
    // The tag has four words.
    for (let i = 0; i < 4; i++) record.setInt32(length + 4 * i, this.#tag[i] as number, true)
    return length + tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - tagLength
    if (length < 0) return undefined
    const record = new DataView(input.buffer, input.byteOffset, input.length)
    this.#start(nonce)
    this.#computeTag(aad, record, length)
    let difference = 0
    for (let i = 0; i < 4; i++) {
      difference |= (this.#tag[i] as number) ^ record.getInt32(length + 4 * i, true)
    }
    if (difference !== 0) return undefined
    return fresh(length, (text) => chachaCrypt(this.#state, record, text, length))
  }

  wipe(): void {
    this.#state.fill(0)
    this.#mac.wipe()
    this.#tag.fill(0)
    this.#first.fill(0)
  }

  /** RFC 8439 2.6: the authenticator's key is the first half of block 0. The text starts at block 1. */
  #start(nonce: Uint8Array): void {
    if (nonce.length !== nonceLength) throw new TypeError('ChaCha20 nonce of 12 bytes expected')
    const state = this.#state
    state[12] = 0
    // All indices are below 12.
    for (let i = 0; i < 3; i++) {
      state[13 + i] =
        (nonce[4 * i] as number) |
        ((nonce[4 * i + 1] as number) << 8) |
        ((nonce[4 * i + 2] as number) << 16) |
        ((nonce[4 * i + 3] as number) << 24)
    }
    chachaBlock(state, this.#first)
    this.#mac.start(this.#first)
    state[12] = 1
  }

  /** RFC 8439 2.8: Poly1305 of both parts, each padded to 16 bytes, and their lengths. Leaves the tag in #tag. */
  #computeTag(aad: Uint8Array, record: DataView, length: number): void {
    const mac = this.#mac
    mac.update(new DataView(aad.buffer, aad.byteOffset, aad.length), aad.length)
    mac.update(record, length)
    mac.updateLengths(aad.length, length)
    mac.finish(this.#tag)
  }
}

/** RFC 9001 5.4.4: block number and nonce come from the sample, and the mask is the start of the key stream. */
function chachaHeaderMask(key: Uint8Array): HeaderMask {
  checkKey(key)
  const state = chachaState(key)
  const stream = new Int32Array(16)
  return (sample) => {
    const bytes = new DataView(sample.buffer, sample.byteOffset, 16)
    for (let i = 0; i < 4; i++) state[12 + i] = bytes.getInt32(4 * i, true)
    chachaBlock(state, stream)
    const mask = new Uint8Array(8)
    const view = new DataView(mask.buffer)
    view.setInt32(0, stream[0] as number, true)
    view.setInt32(4, stream[1] as number, true)
    return mask
  }
}

function checkKey(key: Uint8Array): void {
  if (key.length !== keyLength) throw new TypeError('ChaCha20 key of 32 bytes expected')
}
