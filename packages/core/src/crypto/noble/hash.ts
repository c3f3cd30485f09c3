/** Hashes and HMAC over noble. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import {
  sha224 as nobleSha224,
  sha256 as nobleSha256,
  sha384 as nobleSha384,
  sha512 as nobleSha512,
} from '@noble/hashes/sha2.js'
import type { HashAlgorithm, HashName, RunningHash } from '../provider.js'
import { hmacSha256 } from './hmac-sha256.js'

/** What noble's hash functions have in common. */
interface State {
  update(data: Uint8Array): unknown
  digest(): Uint8Array
  clone(): State
}

type NobleHash = typeof nobleSha256 | typeof nobleSha512 | typeof nobleSha1

function hash(name: HashName, noble: NobleHash): HashAlgorithm {
  return {
    name,
    outputLength: noble.outputLen,
    blockLength: noble.blockLen,
    hash: (data) => noble(data),
    create: () => new Running(noble.create()),
    hmac: (key, data) => hmac(noble, key, data),
  }
}

/** For HMAC in old protocol versions and for the certificate ids of OCSP (RFC 6960 4.1.1), never for signatures. */
export const sha1: HashAlgorithm = /* @__PURE__ */ hash('sha1', nobleSha1)
export const sha224: HashAlgorithm = /* @__PURE__ */ hash('sha224', nobleSha224)
export const sha256: HashAlgorithm = /* @__PURE__ */ (() => ({
  ...hash('sha256', nobleSha256),
  hmac: (key: Uint8Array, data: Uint8Array) =>
    hmacSha256(key.length > nobleSha256.blockLen ? nobleSha256(key) : key, data),
}))()
export const sha384: HashAlgorithm = /* @__PURE__ */ hash('sha384', nobleSha384)
export const sha512: HashAlgorithm = /* @__PURE__ */ hash('sha512', nobleSha512)

class Running implements RunningHash {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  update(data: Uint8Array): void {
    this.#state.update(data)
  }

  /** noble's digest ends its state, so a copy is ended instead. */
  digest(): Uint8Array {
    return this.#state.clone().digest()
  }

  clone(): RunningHash {
    return new Running(this.#state.clone())
  }
}
