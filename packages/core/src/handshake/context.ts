/**
 * What a handshake works with: states that consume messages, questions that pause it, and an ordered sink for effects.
 * Handlers do no I/O; everything they cause goes through the context, in order.
 */

import { checkAnswer } from '../answer-check.js'
import type { ClientAuthentication } from '../config.js'
import type { Answers, Question } from '../decision.js'
import type { ExportedKeys } from '../exported.js'
import type {
  FlightTiming,
  HandshakeMessage,
  Layer,
  Level,
  RecordKeys,
  TrafficKeys,
} from '../layer/layer.js'
import type { Observation } from '../observe.js'
import type { ConnectionInfo, Output } from '../output.js'
import type { Time } from '../time.js'
import type { SpokenVersion } from './version.js'

/** Where a handshake stands: the next state, or a question that must be answered first. */
export type Step = State | Pause

/** A state holds exactly the fields that are valid in it. */
export interface State {
  /** As in RFC 9846 appendix A. */
  readonly name: string
  /** The next step, or undefined where this state's table has no entry for the message: unexpected_message. */
  accept(message: HandshakeMessage, context: Context): Step | undefined
  /** Set in the states in which the handshake is complete. */
  readonly connected: Connected | undefined
  /** TLS 1.2: what a warning alert leads to; undefined where it means nothing here. */
  readonly warned?: ((description: number, context: Context) => Step | undefined) | undefined
}

export interface Pause {
  readonly question: Question
  /** The policy that answers at once, or `'decide'`: the caller answers, in its own time. */
  readonly policy: ((question: never) => Answers[Question['kind']]) | 'decide'
  resume(answer: Answers[Question['kind']]): Step
}

/** Asks a question; `resume` gets the answer of its kind. */
export function ask<Q extends Question>(
  question: Q,
  policy: ((question: Q) => Answers[Q['kind']]) | 'decide',
  resume: (answer: Answers[Q['kind']]) => Step,
): Pause {
  return {
    question,
    policy,
    resume(answer) {
      checkAnswer(question.kind, answer)
      // The connection passes the answer to the question that it was given for.
      return resume(answer as Answers[Q['kind']])
    },
  }
}

export function isPause(step: Step): step is Pause {
  return 'question' in step
}

export type Handler<F> = (fields: F, message: HandshakeMessage, context: Context) => Step

/** Which messages a state accepts, by type. */
export type Table<F> = { readonly [messageType: number]: Handler<F> }

export function state<F>(
  name: string,
  table: Table<F>,
  fields: F,
  connected?: Connected,
  warned?: State['warned'],
): State {
  return new TableState(name, table, fields, connected, warned)
}

class TableState<F> implements State {
  readonly name: string
  readonly connected: Connected | undefined
  readonly warned: State['warned']
  readonly #table: Table<F>
  readonly #fields: F

  constructor(
    name: string,
    table: Table<F>,
    fields: F,
    connected: Connected | undefined,
    warned: State['warned'],
  ) {
    this.name = name
    this.connected = connected
    this.warned = warned
    this.#table = table
    this.#fields = fields
  }

  accept(message: HandshakeMessage, context: Context): Step | undefined {
    return this.#table[message.type]?.(this.#fields, message, context)
  }
}

/** What a completed handshake leaves behind. */
export interface Connected {
  readonly info: ConnectionInfo
  /** RFC 9846 7.5. @throws {RangeError} for a length that cannot be. */
  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array
  /** Whether keys can be updated without another handshake. */
  readonly updatesKeys: boolean
  /** Updates our sending keys, and asks the peer to update its own where `request` is set. */
  updateKeys(request: boolean, context: Context): void
  /** All that came has been read: sends what is due by itself. */
  settle(context: Context): void
  /** Application data is about to be sent: answers a request to update keys. */
  beforeData(context: Context): void
  /** Application data came: consecutive KeyUpdates are counted from here. */
  dataReceived(): void
  /** Server: what asks the client for a certificate. @throws {Error} where the client did not offer it. */
  requestClientCertificate(): (context: Context) => State
  channelBinding(
    type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique',
  ): Uint8Array | undefined
  /** `established` was put out. */
  established?(context: Context): void
  /** TLS 1.2: begins another handshake. @throws {Error} where the configuration has none. */
  renegotiate?(options: RenegotiateOptions): (context: Context) => Step
  /** TLS 1.2: the PRF (RFC 5246 section 5); under the main secret where no secret is given. */
  prf?(secret: Uint8Array | undefined, label: string, seed: Uint8Array, length: number): Uint8Array
  /** The secrets, for `export`; the connection is not used any more. */
  exportKeys(): ExportedKeys
  /** Unix ms at which the peer's verification ends. */
  readonly peerExpires: number | undefined
  wipe(): void
}

/** What a renegotiation may change (server). */
export interface RenegotiateOptions {
  /** Whether the client must, may or need not authenticate itself. Default: as before. */
  readonly clientAuthentication?: ClientAuthentication
}

export interface Context {
  readonly layer: Layer
  readonly time: Time
  random(length: number): Uint8Array
  /** Queues a handshake message; returns its transcript bytes. */
  send(type: number, body: Uint8Array): Uint8Array
  /** Ends a flight. Timed by default. */
  flush(timing?: FlightTiming): void
  /** Forgets this handshake, and goes back to where it began. */
  restart(): Step
  emit(output: Output): void
  observe(observation: Observation): void
  /** Whether anyone looks at keylog lines, which are otherwise not made. */
  readonly observed: boolean
  installRead(level: Level, keys: TrafficKeys): void
  installWrite(level: Level, keys: TrafficKeys): void
  /** The version is agreed on, and the peer has shown that it is reachable. */
  setVersion(version: SpokenVersion): void
  /** TLS 1.2: the peer's change_cipher_spec and Finished come next, the latter under these keys. */
  expectChangeCipherSpec(keys: RecordKeys): void
  /** TLS 1.2: sends change_cipher_spec; what follows goes under these keys. */
  changeCipherSpec(keys: RecordKeys): void
  /** TLS 1.2, after an export. */
  installRecordKeys(read: RecordKeys, write: RecordKeys): void
  /** TLS 1.2: sends a warning alert; the connection goes on. */
  warn(description: number): void
  /** TLS 1.2: application data waits while a renegotiation is under way. */
  holdData(held: boolean): void
  /** Client: so many bytes of early data may be sent from here on. */
  setEarlyWrite(bytes: number): void
  /** Server: so many bytes of early data are delivered as they come; undefined: none any more. */
  setEarlyRead(limit: number | undefined): void
  /** The server may send data now although the client's Finished is outstanding. */
  setHalfRtt(): void
  /** RFC 9846 7.5: the early exporter, while there is early data. */
  setEarlyExporter(exporter: Connected['exporter'] | undefined): void
}
