/** A TLS server on any listener: handshakes at the door, and only established connections inside. */
import {
  type Connection,
  type Credential,
  createServer,
  type ServerConfig,
  type ServerTickets,
  type Time,
} from '@sanstls/core'
import type { Clock, Transport } from '@sanstls/core/drive'
import type { Address, Addresses, TlsConnection } from './connection.js'
import { open } from './open.js'
import { credentialFromPem, type Runtime, type ServerOptions, serverConfig } from './options.js'
import { TicketRing } from './ticket-ring.js'

export interface ListenOptions extends ServerOptions {
  /** Called with each established connection. Without it, take them with `accept` or a loop. */
  readonly onConnection?: (connection: TlsConnection) => unknown
  /** A client did not come through the handshake. The server goes on. */
  readonly onHandshakeError?: (error: unknown, addresses: Addresses) => void
  /** `onConnection` threw or rejected. Its connection has been aborted; the server goes on. */
  readonly onConnectionError?: (error: unknown, connection: TlsConnection) => void
  /** Connections that are in their handshake or wait to be accepted; more are turned away. Default 1,024. */
  readonly maxPending?: number
}

/** The names of the options that `TlsServer` itself uses. */
const ownNames = ['onConnection', 'onHandshakeError', 'onConnectionError', 'maxPending']

/** What a runtime's listener is asked to do. */
export interface Listener {
  readonly address: Address | undefined
  /** Stops listening; established connections live on. */
  stop(): Promise<void>
}

/** PEM or credentials, as in the options of `listen`. */
export type ServerCredentials =
  | { readonly cert: string; readonly key: string }
  | { readonly credentials: NonNullable<ServerConfig['credentials']> }

/** A listening server. Iterating it takes its connections; the loop ends when the server is closed. */
export class TlsServer implements AsyncIterable<TlsConnection> {
  readonly #options: ListenOptions
  readonly #runtime: Runtime
  readonly #createClock: () => Clock
  readonly #tickets: TicketRing
  readonly #closing = new AbortController()
  #config: ServerConfig
  #current:
    | {
        readonly from: ServerConfig
        readonly tickets: ServerTickets
        readonly config: ServerConfig
      }
    | undefined
  #listener: Listener | undefined
  #handshakes = 0
  #waiting: TlsConnection[] = []
  #takers: ((connection: TlsConnection | undefined) => void)[] = []

  /**
   * For transports: `admit` has to be called with each connection that comes in.
   * @param extra names the options that are the transport's own.
   * @throws {OptionError}
   */
  constructor(
    options: ListenOptions,
    runtime: Runtime,
    createClock: () => Clock,
    extra: readonly string[] = [],
  ) {
    this.#options = options
    this.#runtime = runtime
    this.#createClock = createClock
    this.#config = serverConfig(options, runtime, [...extra, ...ownNames])
    this.#tickets = new TicketRing(this.#config.random)
    this.#check(this.#config)
  }

  /** Where it listens. */
  get address(): Address | undefined {
    return this.#listener?.address
  }

  /** For transports: once it listens. */
  attach(listener: Listener): void {
    this.#listener = listener
  }

  /** For transports: a connection came in. Never throws, never rejects. */
  admit(createTransport: () => Transport, addresses: Addresses): void {
    const { maxPending = 1_024, onHandshakeError } = this.#options
    if (this.#closing.signal.aborted || this.#handshakes + this.#waiting.length >= maxPending) {
      createTransport().destroy()
      return
    }
    this.#handshakes += 1
    this.#handshake(createTransport(), addresses).then(
      (connection) => {
        this.#handshakes -= 1
        this.#enter(connection)
      },
      (error) => {
        this.#handshakes -= 1
        if (!this.#closing.signal.aborted) onHandshakeError?.(error, addresses)
      },
    )
  }

  /** The next established connection; undefined once the server is closed. */
  accept(): Promise<TlsConnection | undefined> {
    const connection = this.#waiting.shift()
    if (connection !== undefined || this.#closing.signal.aborted) return Promise.resolve(connection)
    return new Promise((resolve) => {
      this.#takers.push(resolve)
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TlsConnection, void, undefined> {
    for (;;) {
      const connection = await this.accept()
      if (connection === undefined) return
      yield connection
    }
  }

  /**
   * Authenticates with these from the next connection on. Those that have begun go on as they are.
   * @throws {OptionError} and then leaves everything as it was.
   */
  setCredentials(given: ServerCredentials): void {
    const credentials: ServerConfig['credentials'] =
      'credentials' in given ? given.credentials : [this.#fromPem(given.cert, given.key)]
    const config = { ...this.#config, credentials }
    this.#check(config)
    this.#config = config
  }

  /** Stops listening, ends handshakes, and aborts connections that nobody has accepted. Accepted ones live on. */
  async close(): Promise<void> {
    const reason = new Error('The server was closed.')
    this.#closing.abort(reason)
    for (const connection of this.#waiting.splice(0)) connection.abort(reason)
    for (const take of this.#takers.splice(0)) take(undefined)
    await this.#listener?.stop()
  }

  async #handshake(transport: Transport, addresses: Addresses): Promise<TlsConnection> {
    const clock = this.#createClock()
    const now = clock.now()
    let connection: Connection
    try {
      connection = createServer(this.#at(now, this.#config), now)
    } catch (error) {
      transport.destroy()
      throw error
    }
    const { signal } = this.#closing
    return open({ options: this.#options, signal, connection, transport, clock, addresses })
  }

  #enter(connection: TlsConnection): void {
    const { onConnection } = this.#options
    if (this.#closing.signal.aborted) {
      connection.abort(this.#closing.signal.reason)
    } else if (onConnection !== undefined) {
      this.#handle(connection, onConnection)
    } else {
      const take = this.#takers.shift()
      if (take === undefined) this.#waiting.push(connection)
      else take(connection)
    }
  }

  async #handle(connection: TlsConnection, handler: (connection: TlsConnection) => unknown) {
    try {
      await handler(connection)
    } catch (error) {
      connection.abort(error)
      this.#options.onConnectionError?.(error, connection)
    }
  }

  #fromPem(cert: string, key: string): Credential {
    return credentialFromPem(cert, key, this.#options.crypto ?? this.#runtime.crypto)
  }

  /** The configuration of one connection, the same until something changes: none sees half of a change. */
  #at(now: Time, config: ServerConfig): ServerConfig {
    if (config.tickets !== undefined || this.#options.tickets === false) return config
    const tickets = this.#tickets.at(now.monotonic)
    if (this.#current?.from !== config || this.#current.tickets !== tickets)
      this.#current = { from: config, tickets, config: { ...config, tickets } }
    return this.#current.config
  }

  /** Wrong options are refused here, not at the first client's handshake. */
  #check(config: ServerConfig): void {
    const now = this.#createClock().now()
    createServer(this.#at(now, config), now).abort()
  }
}
