/** A TLS connection as applications use it, on any runtime. */
import type { ConnectionInfo, Peer, RenegotiateOptions } from '@sanstls/core'
import { Fault } from '@sanstls/core'
import type { Drive } from '@sanstls/core/drive'
import type { Incoming, ReadOptions } from './incoming.js'
import type { Outgoing } from './outgoing.js'

export interface Address {
  readonly address: string
  readonly port: number
}

/** Where the transport below is connected; empty where the runtime does not say. */
export interface Addresses {
  readonly local?: Address | undefined
  readonly remote?: Address | undefined
}

/** ms. */
const closeTimeout = 10_000

/** What `open` has wired together. */
export interface Parts {
  readonly drive: Drive
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  /** Made when it is first asked for. */
  readonly closed: Promise<void>
  readonly addresses: Addresses
  /** Has the next `peerAuthenticated` output reported. */
  whenPeerAuthenticates(): Promise<Peer | undefined>
  /** What the next renegotiation comes to: what was negotiated, or undefined where the peer does not want one. */
  whenRenegotiated(): Promise<ConnectionInfo | undefined>
}

/**
 * An established connection: `connect`, `upgrade` and a server's `accept` return it.
 *
 * A failure rejects what is under way and whatever is called later, with a `Fault` (or a `TransportError`, which has
 * the same fields). Data that came before it is read first. An end of the transport without close_notify is such a
 * failure, with the code `truncated`.
 */
export class TlsConnection implements AsyncIterable<Uint8Array> {
  readonly #parts: Parts
  readonly #drive: Drive
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  #info: ConnectionInfo
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined
  #writable: WritableStream<Uint8Array> | undefined

  constructor(parts: Parts, info: ConnectionInfo) {
    this.#info = info
    this.#parts = parts
    this.#drive = parts.drive
    this.#incoming = parts.incoming
    this.#outgoing = parts.outgoing
  }

  get addresses(): Addresses {
    return this.#parts.addresses
  }

  /**
   * Fulfilled once both sides have closed, or `close` was called, and the transport has been freed; rejected after a
   * failure. It need not be handled: a failure shows in reads and writes as well.
   */
  get closed(): Promise<void> {
    return this.#parts.closed
  }

  /** What was negotiated, and whom the connection has authenticated. A renegotiation changes it. */
  get info(): ConnectionInfo {
    // A connection that is over has forgotten it.
    this.#info = this.#drive.connection.info ?? this.#info
    return this.#info
  }

  /** The next chunk of data, as the peer's records cut it; undefined after the peer's close_notify. */
  read(options?: ReadOptions): Promise<Uint8Array | undefined> {
    return this.#incoming.read(options)
  }

  /**
   * Exactly `length` bytes; undefined where the peer closes before the first of them. Where it closes in their midst,
   * this rejects with an `EndOfDataError` that says how many bytes there are; where `timeout` passes, with a `Fault`
   * `timedOut`. In both cases nothing is lost: what has come is kept for the next read.
   */
  readExactly(length: number, options?: ReadOptions): Promise<Uint8Array | undefined> {
    return this.#incoming.readExactly(length, options)
  }

  /** The chunks until the peer's close_notify. Leaving the loop early leaves the connection open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.read()
      if (chunk === undefined) return
      yield chunk
    }
  }

  /**
   * Writes. Fulfilled once the connection has taken the bytes (their memory may then be reused), which waits while the
   * peer does not read. Awaiting it is what keeps memory bounded.
   */
  write(bytes: Uint8Array): Promise<void> {
    return this.#outgoing.write(bytes)
  }

  /** Sends close_notify after all that was written. Reading goes on. */
  end(): Promise<void> {
    return this.#outgoing.end()
  }

  /**
   * Closes: sends what was written and close_notify, drops what still comes, and frees the transport once the peer has
   * closed too, or after `timeout` ms (default 10,000). Rejects where bytes written could not be delivered in that time.
   */
  async close(options: { readonly timeout?: number } = {}): Promise<void> {
    if (this.#outgoing.isOver) return this.closed.catch(() => {})
    const timeout = options.timeout ?? closeTimeout
    const latest = performance.now() + timeout
    this.#incoming.discard()
    this.#incoming.end()
    const timer = setTimeout(() => {
      this.abort(new Fault('timedOut', 'the peer did not take all that was written'))
    }, timeout)
    await this.#outgoing.end().finally(() => clearTimeout(timer))
    this.#drive.finish(Math.max(latest - performance.now(), 0))
    return this.closed
  }

  /** Frees everything at once, without a word to the peer. `reason` is what reads and writes then reject with, if given. */
  abort(reason?: unknown): void {
    this.#drive.abort(reason)
  }

  /** The data as a stream. Made at the first use; then read only through it. Cancelling it drops what still comes. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readable ??= new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          const chunk = await this.read()
          if (chunk === undefined) controller.close()
          // What was decrypted is in no shared memory, and TextDecoderStream and Response take nothing else.
          else controller.enqueue(chunk as Uint8Array<ArrayBuffer>)
        },
        cancel: () => {
          this.#incoming.discard()
          // Given up in both directions.
          if (this.#outgoing.isEnded) this.#drive.finish(closeTimeout)
        },
      },
      { highWaterMark: 0 },
    )
    return this.#readable
  }

  /** The writing side as a stream. Closing it sends close_notify; aborting it aborts the connection. */
  get writable(): WritableStream<Uint8Array> {
    this.#writable ??= new WritableStream<Uint8Array>({
      write: (bytes) => this.write(bytes),
      close: () => this.end(),
      abort: (reason) => this.abort(reason),
    })
    return this.#writable
  }

  /** Keying material that both sides can derive (RFC 9846 7.5). */
  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    return this.#drive.connection.exporter(label, context, length)
  }

  /** RFC 9266, RFC 5929. Undefined where the version or the peer's certificate does not allow it. */
  channelBinding(
    type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique',
  ): Uint8Array | undefined {
    return this.#drive.connection.channelBinding(type)
  }

  /** Updates our keys (RFC 9846 4.7.3), and the peer's too where `requestPeer` is set. */
  updateKeys(requestPeer = false): void {
    this.#drive.act((connection, now) => connection.updateKeys(requestPeer, now))
  }

  /**
   * TLS 1.2: another handshake, for new keys or, at a server, to authenticate the client. Reading goes on meanwhile; what is
   * written waits. Fulfilled with what was negotiated, or undefined where the peer does not want one.
   */
  async renegotiate(options?: RenegotiateOptions): Promise<ConnectionInfo | undefined> {
    return this.#drive.act((connection, now) => {
      connection.renegotiate(options, now)
      return this.#parts.whenRenegotiated()
    })
  }

  /** TLS 1.2: the PRF (RFC 5246 section 5), under the main secret where `secret` is undefined. */
  prf(secret: Uint8Array | undefined, label: string, seed: Uint8Array, length: number): Uint8Array {
    return this.#drive.connection.prf(secret, label, seed, length)
  }

  /** Server: asks the client to authenticate itself now (RFC 9846 4.7.2). Undefined: it declined. */
  async requestClientCertificate(): Promise<Peer | undefined> {
    return this.#drive.act((connection, now) => {
      connection.requestClientCertificate(now)
      return this.#parts.whenPeerAuthenticates()
    })
  }
}
