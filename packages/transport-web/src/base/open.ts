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
import { type Addresses, type Parts, TlsConnection } from './connection.js'
import { type Failure, LateFailure } from './failure.js'
import { Incoming } from './incoming.js'
import { Outgoing } from './outgoing.js'

/** Options of every connection that are no business of the core's. */
export interface ConnectionOptions {
  /** ms. Default 60,000; `Infinity` for none. Includes connecting the transport. */
  readonly handshakeTimeout?: number | undefined
  /** Answers what the configuration leaves to `'decide'`, now or later. */
  readonly decide?: Decide | undefined
  /** Client: a ticket came, for a later connection's `session`. */
  readonly onSession?: ((session: Session) => void) | undefined
  /** Client: data for the first flight, where the session allows it. `info.earlyData` says whether it was taken. */
  readonly earlyDataToSend?: Uint8Array | undefined
  /** Server: data that anyone may have replayed (RFC 9846 section 8). */
  readonly onEarlyData?: ((bytes: Uint8Array) => void) | undefined
  /** Gives up connecting. It has no effect on an established connection. */
  readonly signal?: AbortSignal | undefined
}

export interface Opening {
  /** Whatever else an object holds is not looked at. */
  readonly options: ConnectionOptions
  /** Instead of the options' own. */
  readonly signal?: AbortSignal | undefined
  /** ms that are left of the options' own. */
  readonly handshakeTimeout?: number | undefined
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
    const { signal = opening.options.signal } = opening
    const wiring = new Wiring(opening, (outcome) => {
      signal?.removeEventListener('abort', abort)
      if (outcome instanceof TlsConnection) resolve(outcome)
      else reject(outcome.error)
    })
    const abort = () => wiring.drive.abort(signal?.reason)
    if (signal?.aborted) abort()
    else {
      signal?.addEventListener('abort', abort)
      wiring.start(opening)
    }
  })
}

const settled = (): void => {}

class Wiring implements Handler, Parts {
  readonly drive: Drive
  readonly decide: Decide | undefined
  readonly addresses: Addresses
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  readonly #onSession: ConnectionOptions['onSession']
  readonly #onEarlyData: ConnectionOptions['onEarlyData']
  #settle: (outcome: TlsConnection | Failure) => void
  // What few ask for is made when they do.
  #closed: Promise<void> | undefined
  #close: { resolve: () => void; reject: (error: unknown) => void } | undefined
  #failure: Failure | undefined
  #isDestroyed = false
  #waitingForPeer: Waiting<Peer | undefined> | undefined
  #waitingForKeys: Waiting<ConnectionInfo | undefined> | undefined

  constructor(
    { options, handshakeTimeout: timeLeft, connection, transport, clock, addresses = {} }: Opening,
    settle: (outcome: TlsConnection | Failure) => void,
  ) {
    // Nothing else is kept: an idle connection holds no options.
    this.addresses = addresses
    this.#onSession = options.onSession
    this.#onEarlyData = options.onEarlyData
    this.#settle = settle
    this.decide = options.decide
    this.drive = new Drive(connection, transport, clock, this, {
      handshakeTimeout: finite(timeLeft ?? handshakeTimeout(options)),
    })
    this.incoming = new Incoming(this.drive)
    this.outgoing = new Outgoing(this.drive)
  }

  get closed(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed
    this.#closed = new Promise((resolve, reject) => {
      this.#close = { resolve, reject }
    })
    // Reads and writes reject too, so nobody has to look at this one.
    this.#closed.catch(() => {})
    if (this.#isDestroyed) this.#settleClosed()
    return this.#closed
  }

  whenPeerAuthenticates(): Promise<Peer | undefined> {
    this.#waitingForPeer ??= new Waiting()
    return this.#waitingForPeer.next()
  }

  whenRenegotiated(): Promise<ConnectionInfo | undefined> {
    this.#waitingForKeys ??= new Waiting()
    return this.#waitingForKeys.next()
  }

  start({ options: { earlyDataToSend }, head }: Opening): void {
    if (earlyDataToSend !== undefined) this.drive.connection.sendEarly(earlyDataToSend)
    this.drive.start(head)
  }

  data(bytes: Uint8Array): boolean {
    return this.incoming.push(bytes)
  }

  drain(): void {
    this.outgoing.drain()
  }

  event(event: DriveEvent): void {
    switch (event.kind) {
      case 'established':
        this.#settle(new TlsConnection(this, event.info))
        this.#settle = settled
        break
      case 'session':
        this.#onSession?.(event.session)
        break
      case 'earlyData':
        this.#onEarlyData?.(event.bytes)
        break
      case 'peerAuthenticated':
        this.#waitingForPeer?.settle(event.peer)
        break
      case 'renegotiated':
        this.#waitingForKeys?.settle(event.info)
        break
      case 'renegotiationRefused':
        this.#waitingForKeys?.settle(undefined)
        break
      case 'peerClosed':
        this.incoming.end()
        this.#endWaiting(new LateFailure('The peer has closed, and answers nothing more.'))
        break
      case 'closed':
        this.#end(undefined, new LateFailure('The connection is closed.'))
        break
      case 'failed':
        this.#failure =
          event.error === undefined
            ? new LateFailure('The connection was aborted.')
            : { error: event.error }
        this.#end(this.#failure, this.#failure)
        break
      case 'destroyed':
        this.#isDestroyed = true
        this.#settleClosed()
        break
    }
  }

  #settleClosed(): void {
    if (this.#failure === undefined) this.#close?.resolve()
    else this.#close?.reject(this.#failure.error)
  }

  #end(forReads: Failure | undefined, forOthers: Failure): void {
    this.incoming.end(forReads)
    this.outgoing.fail(forOthers)
    this.#endWaiting(forOthers)
    this.#settle(forOthers)
  }

  #endWaiting(failure: Failure): void {
    this.#waitingForPeer?.fail(failure)
    this.#waitingForKeys?.fail(failure)
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

  fail({ error }: Failure): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

function finite(timeout: number): number | undefined {
  return timeout === Number.POSITIVE_INFINITY ? undefined : timeout
}
