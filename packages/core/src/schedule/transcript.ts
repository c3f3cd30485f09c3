/** The running hash over the handshake (RFC 9846 4.1). */
import { concat } from '../bytes.js'
import type { HashAlgorithm, RunningHash } from '../crypto/provider.js'
import { messageType } from '../wire/registry.js'

export class Transcript {
  readonly #hash: HashAlgorithm
  #running: RunningHash

  constructor(hash: HashAlgorithm, messages: readonly Uint8Array[] = []) {
    this.#hash = hash
    this.#running = hash.create()
    for (const message of messages) this.add(message)
  }

  add(message: Uint8Array): void {
    this.#running.update(message)
  }

  hash(): Uint8Array {
    return this.#running.digest()
  }

  /** The hash with `more` behind it, without adding it: for binders, which cover a part of a message. */
  hashWith(more: Uint8Array): Uint8Array {
    const running = this.#running.clone()
    running.update(more)
    return running.digest()
  }

  /** A HelloRetryRequest puts the first ClientHello's hash in its place. */
  static afterRetry(hash: HashAlgorithm, firstHelloHash: Uint8Array): Transcript {
    return new Transcript(hash, [messageHash(firstHelloHash)])
  }

  clone(): Transcript {
    const copy = new Transcript(this.#hash)
    copy.#running = this.#running.clone()
    return copy
  }
}

/** The synthetic message that stands for the first ClientHello. */
export function messageHash(hash: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(messageType.messageHash, 0, 0, hash.length), hash)
}
