/** What the traces of RFC 8448 need of a connection: numbers from a pool, and messages as another implementation wrote them. */
import { equal } from '#src/bytes.js'
import type { Random } from '#src/crypto/provider.js'
import type { HandshakeMessage, Incoming } from '#src/layer/layer.js'
import { StreamLayer, type StreamOptions } from '#src/layer/stream.js'
import { fromHex } from './vectors.js'

/** One connection of rfc8448.json. */
export class Trace {
  readonly name: string
  readonly #entries: Readonly<Record<string, string>>

  constructor(name: string, entries: Readonly<Record<string, string>>) {
    this.name = name
    this.#entries = entries
  }

  has(entry: string): boolean {
    return this.#entries[entry] !== undefined
  }

  bytes(entry: string): Uint8Array {
    const found = this.#entries[entry]
    if (found === undefined) throw new Error(`${this.name} has no ${entry}`)
    return fromHex(found)
  }

  /** The body of a handshake message. */
  body(entry: string): Uint8Array {
    return this.bytes(entry).subarray(4)
  }

  /** Unix ms. */
  get time(): number {
    return Number(this.#entries.CurrentTimestamp)
  }

  /** The random numbers behind one side, in the order in which they were drawn. */
  random(side: 'Client' | 'Server'): Random {
    const pool = this.bytes(`${side}_RNG_Pool`)
    let offset = 0
    return (length) => {
      // The P-256 keys of the traces are the numbers drawn; ours are derived from longer ones (FIPS 186-5 A.2.1).
      if (length === 48) {
        const scalar = pool.subarray(offset, offset + 32)
        offset += 32
        return wideScalar(scalar)
      }
      offset += length
      return pool.slice(offset - length, offset)
    }
  }
}

/** 48 bytes that reduction modulo the order minus 1, plus 1, turns into this scalar. */
function wideScalar(scalar: Uint8Array): Uint8Array {
  const wide = new Uint8Array(48)
  wide.set(scalar, 16)
  for (let i = 47; i >= 0; i--) {
    const byte = wide[i] ?? 0
    wide[i] = (byte + 255) & 0xff
    if (byte > 0) break
  }
  return wide
}

export interface Rewrites {
  /** Instead of a message's body: for what our server writes otherwise, but no less right. */
  readonly send?: (type: number, body: Uint8Array) => Uint8Array
  /** How the handshake sees a message that came; the transcript has what was on the wire. */
  readonly receive?: (type: number, body: Uint8Array) => Uint8Array
}

export class TraceLayer extends StreamLayer {
  readonly #rewrites: Rewrites

  constructor(options: StreamOptions, rewrites: Rewrites) {
    super(options)
    this.#rewrites = rewrites
  }

  override sendHandshake(type: number, body: Uint8Array): Uint8Array {
    return super.sendHandshake(type, this.#rewrites.send?.(type, body) ?? body)
  }

  override next(): Incoming | undefined {
    const incoming = super.next()
    if (incoming?.kind !== 'handshake') return incoming
    const { message } = incoming
    const body = this.#rewrites.receive?.(message.type, message.body) ?? message.body
    return equal(body, message.body)
      ? incoming
      : { kind: 'handshake', message: rewritten(message, body) }
  }
}

function rewritten({ type, raw }: HandshakeMessage, body: Uint8Array): HandshakeMessage {
  return { type, raw, body }
}
