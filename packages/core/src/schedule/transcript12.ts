/**
 * The running hash over a handshake of TLS 1.2 (RFC 5246 7.4.9). Until it is known that no CertificateVerify will need
 * them, the messages themselves are kept: it signs them with a hash of its own (RFC 5246 7.4.8).
 */
import { concat } from '../bytes.js'
import type { HashAlgorithm, RunningHash } from '../crypto/provider.js'
import { Fault } from '../fault.js'

export class Transcript12 {
  readonly #running: RunningHash
  #messages: Uint8Array[] | undefined = []

  constructor(hash: HashAlgorithm, messages: readonly Uint8Array[]) {
    this.#running = hash.create()
    for (const message of messages) this.add(message)
  }

  add(message: Uint8Array): void {
    this.#running.update(message)
    this.#messages?.push(message)
  }

  hash(): Uint8Array {
    return this.#running.digest()
  }

  /** All messages so far, joined. */
  messages(): Uint8Array {
    // A signature over nothing would be one for every connection.
    if (this.#messages === undefined) throw new Fault('internalError', 'the messages are forgotten')
    return concat(...this.#messages)
  }

  /** No signature needs the messages. */
  forgetMessages(): void {
    this.#messages = undefined
  }
}
