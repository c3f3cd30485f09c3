/** A Deno connection as a transport. */
import type { Sink, Transport } from '@sanstls/core/drive'
import type { Addresses } from '@sanstls/transport-web/base'
import type { Conn, NetAddr } from './deno.js'

/** One record of the largest size fits, which is what most reads bring. */
const bufferLength = 32_768

export class ConnTransport implements Transport {
  /** A write completes when the kernel has the bytes. */
  readonly copiesWrites = true
  readonly #conn: Conn
  readonly #buffer = new Uint8Array(bufferLength)
  #sink: Sink | undefined
  #gone = false

  constructor(conn: Conn) {
    this.#conn = conn
    // Records are gathered here; waiting for more in the kernel only adds delay.
    conn.setNoDelay?.(true)
  }

  start(sink: Sink): void {
    this.#sink = sink
    this.#read()
  }

  resume(): void {
    this.#read()
  }

  write(chunks: readonly Uint8Array[], written: (error?: unknown) => void): void {
    this.#writeAll(chunks).then(() => written(), written)
  }

  end(ended: () => void): void {
    this.#conn.closeWrite().then(ended, this.#onError)
  }

  destroy(): void {
    this.#gone = true
    this.#sink = undefined
    this.#conn.close()
  }

  #read(): void {
    this.#conn.read(this.#buffer).then(this.#onRead, this.#onError)
  }

  async #writeAll(chunks: readonly Uint8Array[]): Promise<void> {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) at += await this.#conn.write(chunk.subarray(at))
    }
  }

  readonly #onRead = (length: number | null): void => {
    if (length === null) this.#sink?.receiveEnd()
    // The buffer is ours again when more is wanted, and that is when it is next read into.
    else if (this.#sink?.receive(this.#buffer.subarray(0, length))) this.#read()
  }

  readonly #onError = (error: unknown): void => {
    // What was under way when it was closed fails.
    if (!this.#gone) this.#sink?.fail(error)
  }
}

export function addressesOf(conn: Conn): Addresses {
  return { local: addressOf(conn.localAddr), remote: addressOf(conn.remoteAddr) }
}

export const addressOf = ({ hostname, port }: NetAddr) => ({ address: hostname, port })
