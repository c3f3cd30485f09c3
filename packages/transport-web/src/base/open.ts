/** Wires a connection of the core to a transport, and waits until it is established. */
import type { Connection, ConnectionInfo, Peer, Session } from '@sanstls/core'
import { OptionError } from '@sanstls/core'
import {
  type Clock,
  type Decide,
  Drive,
  type DriveEvent,
  type Handler,
  type Transport,
} from '@sanstls/core/drive'
import { type Addresses, TlsConnection } from './connection.js'
import { Incoming } from './incoming.js'
import { Outgoing } from './outgoing.js'

/** Options of every connection that are no business of the core's. */
export interface ConnectionOptions {
  /** ms. Default 60,000; `Infinity` for none. Includes connecting the transport. */
  readonly handshakeTimeout?: number
  /** Answers what the configuration leaves to `'decide'`, now or later. */
  readonly decide?: Decide
  /** Client: a ticket came, for a later connection's `session`. */
  readonly onSession?: (session: Session) => void
  /** Client: data for the first flight, where the session allows it. `info.earlyData` says whether it was taken. */
  readonly earlyDataToSend?: Uint8Array
  /** Server: data that anyone may have replayed (RFC 9846 section 8). */
  readonly onEarlyData?: (bytes: Uint8Array) => void
  /** Gives up connecting. It has no effect on an established connection. */
  readonly signal?: AbortSignal
}

export interface Opening extends ConnectionOptions {
  readonly connection: Connection
  readonly transport: Transport
  readonly clock: Clock
  /** Bytes that were read from the transport before it was handed over. */
  readonly head?: Uint8Array | undefined
  readonly addresses?: Addresses | undefined
}

const defaultHandshakeTimeout = 60_000

/**
 * The time that is left of the handshake's, in ms, after `elapsed`.
 * @throws {OptionError} for a timeout that is none.
 */
export function handshakeTimeout(options: ConnectionOptions, elapsed = 0): number {
  const timeout = options.handshakeTimeout ?? defaultHandshakeTimeout
  if (typeof timeout !== 'number' || !(timeout > 0)) {
    throw new OptionError('handshakeTimeout', timeout, 'Give milliseconds above 0, or Infinity.')
  }
  return Math.max(timeout - elapsed, 1)
}

/** Performs the handshake. Rejects with the fault, or with the signal's reason; the transport is freed then. */
export function open(opening: Opening): Promise<TlsConnection> {
  return new Promise((resolve, reject) => {
    const { signal } = opening
    const wiring = new Wiring(opening, (outcome) => {
      signal?.removeEventListener('abort', abort)
      if (outcome instanceof TlsConnection) resolve(outcome)
      else reject(outcome.error)
    })
    const abort = () => wiring.drive.abort(signal?.reason)
    if (signal?.aborted) abort()
    else {
      signal?.addEventListener('abort', abort)
      wiring.start()
    }
  })
}

class Wiring implements Handler {
  readonly drive: Drive
  readonly decide: Decide | undefined
  readonly data: (bytes: Uint8Array) => boolean
  readonly #opening: Opening
  readonly #settle: (outcome: TlsConnection | { readonly error: unknown }) => void
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  readonly #closed: Promise<void>
  #close: { resolve: () => void; reject: (error: unknown) => void } = { resolve() {}, reject() {} }
  #failure: { readonly error: unknown } | undefined
  readonly #waitingForPeer = new Waiting<Peer | undefined>()
  readonly #waitingForKeys = new Waiting<ConnectionInfo | undefined>()

  constructor(
    opening: Opening,
    settle: (outcome: TlsConnection | { readonly error: unknown }) => void,
  ) {
    this.#opening = opening
    this.#settle = settle
    this.decide = opening.decide
    const incoming = new Incoming(() => this.drive.resume())
    this.#incoming = incoming
    this.data = (bytes) => incoming.push(bytes)
    this.drive = new Drive(opening.connection, opening.transport, opening.clock, this, {
      handshakeTimeout: finite(handshakeTimeout(opening)),
    })
    this.#outgoing = new Outgoing(this.drive)
    this.#closed = new Promise((resolve, reject) => {
      this.#close = { resolve, reject }
    })
    // Reads and writes reject too, so nobody has to look at this one.
    this.#closed.catch(() => {})
  }

  start(): void {
    const { earlyDataToSend, head } = this.#opening
    if (earlyDataToSend !== undefined) this.drive.connection.sendEarly(earlyDataToSend)
    this.drive.start(head)
  }

  drain(): void {
    this.#outgoing.drain()
  }

  event(event: DriveEvent): void {
    switch (event.kind) {
      case 'established':
        this.#settle(this.#established(event.info))
        break
      case 'session':
        this.#opening.onSession?.(event.session)
        break
      case 'earlyData':
        this.#opening.onEarlyData?.(event.bytes)
        break
      case 'peerAuthenticated':
        this.#waitingForPeer.settle(event.peer)
        break
      case 'renegotiated':
        this.#waitingForKeys.settle(event.info)
        break
      case 'renegotiationRefused':
        this.#waitingForKeys.settle(undefined)
        break
      case 'peerClosed':
        this.#incoming.end()
        this.#endWaiting(new Error('The peer has closed, and answers nothing more.'))
        break
      case 'closed':
        this.#end(undefined, new Error('The connection is closed.'))
        break
      case 'failed':
        this.#failure = { error: event.error }
        this.#end(event.error, event.error)
        break
      case 'destroyed':
        if (this.#failure === undefined) this.#close.resolve()
        else this.#close.reject(this.#failure.error)
        break
    }
  }

  #established(info: ConnectionInfo): TlsConnection {
    return new TlsConnection({
      drive: this.drive,
      incoming: this.#incoming,
      outgoing: this.#outgoing,
      info,
      closed: this.#closed,
      addresses: this.#opening.addresses ?? {},
      whenPeerAuthenticates: () => this.#waitingForPeer.next(),
      whenRenegotiated: () => this.#waitingForKeys.next(),
    })
  }

  #end(readError: unknown, otherError: unknown): void {
    this.#incoming.end(readError)
    this.#outgoing.fail(otherError)
    this.#endWaiting(otherError)
    this.#settle({ error: otherError })
  }

  #endWaiting(error: unknown): void {
    this.#waitingForPeer.fail(error)
    this.#waitingForKeys.fail(error)
  }
}

/** Those who wait for what comes next, in order. */
class Waiting<T> {
  #waiting: { resolve: (value: T) => void; reject: (error: unknown) => void }[] = []

  next(): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
  }

  settle(value: T): void {
    this.#waiting.shift()?.resolve(value)
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

function finite(timeout: number): number | undefined {
  return timeout === Number.POSITIVE_INFINITY ? undefined : timeout
}
