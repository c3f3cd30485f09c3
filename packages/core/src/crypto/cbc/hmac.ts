import type { HashAlgorithm, RunningHash } from '../provider.js'

/** HMAC (RFC 2104) under one key for many messages: the key's two blocks are hashed once. */
export class KeyedHmac {
  /** Bytes. */
  readonly length: number
  #keyed: { readonly inner: RunningHash; readonly outer: RunningHash } | undefined

  /** @param key no longer than a block of the hash. */
  constructor(hash: HashAlgorithm, key: Uint8Array) {
    this.length = hash.outputLength
    this.#keyed = { inner: started(hash, key, 0x36), outer: started(hash, key, 0x5c) }
  }

  mac(...parts: readonly Uint8Array[]): Uint8Array {
    const running = this.begin()
    for (const part of parts) running.update(part)
    return this.finish(running.digest())
  }

  /** The inner hash, to be given the message. */
  begin(): RunningHash {
    return this.#states.inner.clone()
  }

  /** The MAC of what `begin`'s hash has this digest of. */
  finish(innerDigest: Uint8Array): Uint8Array {
    const running = this.#states.outer.clone()
    running.update(innerDigest)
    return running.digest()
  }

  /** A running hash cannot be overwritten, only forgotten. */
  wipe(): void {
    this.#keyed = undefined
  }

  get #states() {
    if (this.#keyed === undefined) throw new Error('the key was wiped')
    return this.#keyed
  }
}

function started(hash: HashAlgorithm, key: Uint8Array, pad: number): RunningHash {
  const block = new Uint8Array(hash.blockLength).fill(pad)
  for (let i = 0; i < key.length; i++) block[i] = (key[i] as number) ^ pad
  const running = hash.create()
  running.update(block)
  block.fill(0)
  return running
}
