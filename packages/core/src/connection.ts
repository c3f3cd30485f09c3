/** The connection object: bytes, time and answers in; outputs out. */
import type { Answers, Decision, Question } from './decision.js'
import type { ExportedConnection } from './exported.js'
import type { RenegotiateOptions } from './handshake/context.js'
import type { ConnectionInfo, Output } from './output.js'
import type { Time } from './time.js'

/**
 * One TLS connection as a pure function of bytes, time and randomness. Nothing that the peer sends makes a method
 * throw; only misuse by the caller does. Where `time` is left out, the latest given is used.
 *
 * A policy or an observer of the configuration runs in the midst of a step: it may read `info`, `state` and the exporters,
 * and call `abort`, which takes effect when the step is over; every other method throws then.
 */
export interface Connection {
  readonly role: 'client' | 'server'
  /**
   * Takes bytes from the transport; returns how many it took. What it did not take is given again after the outputs
   * have been polled. The bytes are lent until `poll` next returns `idle`.
   */
  receive(bytes: Uint8Array, time?: Time): number
  /** The transport's reading side ended. Without a close_notify before it, that is a truncation. */
  receiveEnd(time?: Time): void
  handleTimeout(time?: Time): void
  /** The next output; call until it returns `idle`. */
  poll(): Output
  /**
   * Answers an open decision.
   * @throws {Error} where that decision is not open.
   */
  answer<Q extends Question>(decision: Decision<Q>, answer: Answers[Q['kind']], time?: Time): void
  /**
   * Queues plaintext; returns how many bytes were accepted, which is less than given when the bound is reached.
   * Consumed before it returns. Before `established` it queues.
   * @throws {Error} after `close` or failure.
   */
  send(plaintext: Uint8Array, time?: Time): number
  /** Client: queues early data; returns the bytes accepted: 0 where early data is not offered or its size used up. */
  sendEarly(plaintext: Uint8Array, time?: Time): number
  /** Gives the bytes of a `transmit` back, for reuse. */
  release(bytes: Uint8Array): void
  /**
   * Updates our keys (RFC 9846 4.7.3). Where `requestPeer` is set, the peer updates its own before its next data.
   */
  updateKeys(requestPeer?: boolean, time?: Time): void
  /** Server: asks the client to authenticate itself now (RFC 9846 4.7.2). */
  requestClientCertificate(time?: Time): void
  /**
   * TLS 1.2: another handshake on this connection, for new keys or to authenticate the client; a server may say how. What
   * comes meanwhile is delivered; what is sent waits, unless `sendMeanwhile` is set. `renegotiated` or `renegotiationRefused` follows.
   * @throws {Error} unless the configuration has `renegotiation`, the peer renegotiation_info, and nothing is under way.
   */
  renegotiate(options?: RenegotiateOptions, time?: Time): void
  /**
   * TLS 1.2: `length` bytes of the PRF (RFC 5246 section 5), under the main secret where `secret` is undefined.
   * @throws {Error} before `established`, and in TLS 1.3.
   */
  prf(secret: Uint8Array | undefined, label: string, seed: Uint8Array, length: number): Uint8Array
  /**
   * Exported keying material (RFC 9846 7.5, RFC 5705). In TLS 1.3 an absent context equals an empty one.
   * @throws {Error} before `established`; in TLS 1.2, without the extended main secret (RFC 7627 5.4).
   */
  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array
  /** The early exporter, while early data is under way. @throws {Error} where there is none. */
  earlyExporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array
  /** RFC 9266, RFC 5929. Undefined where the version or the peer's certificate does not allow it. */
  channelBinding(
    type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique',
  ): Uint8Array | undefined
  /** Sends close_notify. What the peer still sends is delivered. */
  close(time?: Time): void
  /**
   * Takes the connection out, to go on with it elsewhere (`@sanstls/core/migrate`); this object is then used up.
   * @throws {Error} unless it is established and idle, with all output transmitted and no decision open.
   */
  export(): ExportedConnection
  /**
   * Ends with an alert, as a policy that throws does: for a decision that cannot be answered. `failed` follows, with the
   * cause; a `Fault` is taken as it is.
   */
  fail(cause: unknown, time?: Time): void
  /** Ends at once: keys are wiped, nothing more is sent or delivered. */
  abort(): void
  /** Set once established. */
  readonly info: ConnectionInfo | undefined
  /** The name of the handshake's state, for traces. */
  readonly state: string
}
