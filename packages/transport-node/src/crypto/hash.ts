/** Hashes of node:crypto, and HMAC over those. */

import * as nodeCrypto from 'node:crypto'
import { createHash, type Hash } from 'node:crypto'
import type { HashAlgorithm, HashName, RunningHash } from '@sanstls/core'
import { sha256 as pureSha256 } from '@sanstls/core/noble'
import { type Available, tried } from './available.js'
import { plain } from './bytes.js'

export type NativeHash = HashAlgorithm & Available

/** One call for the whole hash: half the time of three for a short message. Node has it since 20.12. */
const hashOnce =
  typeof nodeCrypto.hash === 'function'
    ? (name: HashName, data: Uint8Array): Buffer => nodeCrypto.hash(name, data, 'buffer')
    : (name: HashName, data: Uint8Array): Buffer => createHash(name).update(data).digest()

/** Bytes. */
export const hashLengths: Readonly<Record<HashName, number>> = {
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

/** Bytes. */
const shortMessage = 128

function native(name: HashName, blockLength: number): NativeHash {
  const outputLength = hashLengths[name]
  return {
    name,
    outputLength,
    blockLength,
    hash: (data) => plain(hashOnce(name, data)),
    create: () => new Running(createHash(name)),
    hmac: (key, data) => hmac(name, blockLength, key, data),
    available: tried(() => createHash(name).copy().digest().length === outputLength),
  }
}

/** For HMAC in old protocol versions and for the certificate ids of OCSP (RFC 6960 4.1.1), never for signatures. */
export const sha1: NativeHash = /* @__PURE__ */ native('sha1', 64)
export const sha224: NativeHash = /* @__PURE__ */ native('sha224', 64)
export const sha256: NativeHash = /* @__PURE__ */ (() => {
  const hash = native('sha256', 64)
  // Calls take longer than the few blocks of a key schedule's messages.
  const hmac: HashAlgorithm['hmac'] = (key, data) =>
    (data.length <= shortMessage ? pureSha256 : hash).hmac(key, data)
  return { ...hash, hmac }
})()
export const sha384: NativeHash = /* @__PURE__ */ native('sha384', 128)
export const sha512: NativeHash = /* @__PURE__ */ native('sha512', 128)

class Running implements RunningHash {
  readonly #state: Hash

  constructor(state: Hash) {
    this.#state = state
  }

  update(data: Uint8Array): void {
    this.#state.update(data)
  }

  /** node:crypto's digest ends its state, so a copy is ended instead. */
  digest(): Uint8Array {
    return plain(this.#state.copy().digest())
  }

  clone(): RunningHash {
    return new Running(this.#state.copy())
  }
}

/** Room for a block and the messages of a key schedule. Hashing is synchronous, so nobody else sees it in use. */
const scratch = /* @__PURE__ */ new Uint8Array(1024)

/**
 * RFC 2104 2 in two calls of the hash over one buffer. createHmac takes as long at best, and five times as long on
 * Node 24, where it makes a KeyObject of the key.
 */
function hmac(name: HashName, blockLength: number, key: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length > blockLength) key = hashOnce(name, key)
  const length = blockLength + data.length
  const block = length <= scratch.length ? scratch : new Uint8Array(length)
  xorKey(block, blockLength, key, 0x36)
  block.set(data, blockLength)
  const inner = hashOnce(name, block.subarray(0, length))
  xorKey(scratch, blockLength, key, 0x5c)
  scratch.set(inner, blockLength)
  const mac = hashOnce(name, scratch.subarray(0, blockLength + inner.length))
  block.fill(0)
  scratch.fill(0)
  return plain(mac)
}

function xorKey(block: Uint8Array, blockLength: number, key: Uint8Array, pad: number): void {
  block.fill(pad, 0, blockLength)
  // The index is below the key's length.
  for (let i = 0; i < key.length; i++) block[i] = (key[i] as number) ^ pad
}
