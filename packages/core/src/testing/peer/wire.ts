/** The sending half of a scripted peer: records of any kind, at any level, cut anywhere, right or wrong. */
import { concat, noBytes } from '../../bytes.js'
import type { HandshakeMessage, Level, RecordKeys, RecordProtection } from '../../layer/layer.js'
import { handshakeBytes } from '../../wire/message.js'
import { contentType } from '../../wire/registry.js'

const maxPlaintext = 16_384

export interface RecordOptions {
  /**
   * Whose keys; `initial` is plaintext, `previous` are the keys that the last ones took the place of at their level, as in
   * a renegotiation. Default: those installed last.
   */
  readonly level?: Level | 'previous'
  /** Zeros behind the inner content type, which TLS 1.2 does not have. */
  readonly padding?: number
  /** Version in the header. Default 0x0303. */
  readonly version?: number
  /** Changes the whole record, header included, after sealing. */
  readonly damage?: (record: Uint8Array) => Uint8Array
}

export interface HandshakeOptions extends RecordOptions {
  /** Lengths of the first fragments, in records of their own; the rest follows. */
  readonly split?: readonly number[]
}

interface Keyed {
  readonly protection: RecordProtection
  sequence: number
}

export class Wire {
  /** The level of the keys installed last. */
  level: Level = 'initial'
  readonly #keys = new Map<Level | 'previous', Keyed>()
  readonly #out: Uint8Array[] = []
  #limit = maxPlaintext

  /** A handshake message as the peer would send it. Returns what belongs into the transcript. */
  send(message: HandshakeMessage): Uint8Array {
    this.handshake(message.raw)
    return message.raw
  }

  /** A handshake message. Returns what belongs into the transcript. */
  message(type: number, body: Uint8Array, options: HandshakeOptions = {}): Uint8Array {
    const raw = handshakeBytes(type, body)
    this.handshake(raw, options)
    return raw
  }

  /** Bytes of handshake messages: whole ones, parts, or several. */
  handshake(bytes: Uint8Array, options: HandshakeOptions = {}): void {
    let offset = 0
    for (const length of options.split ?? []) {
      this.record(contentType.handshake, bytes.subarray(offset, offset + length), options)
      offset += length
    }
    for (; offset < bytes.length; offset += this.#limit)
      this.record(contentType.handshake, bytes.subarray(offset, offset + this.#limit), options)
  }

  alert(level: number, description: number, options: RecordOptions = {}): void {
    this.record(contentType.alert, Uint8Array.of(level, description), options)
  }

  data(bytes: Uint8Array, options: RecordOptions = {}): void {
    this.record(contentType.applicationData, bytes, options)
  }

  /** In plaintext, as TLS 1.3 has it; under the keys of TLS 1.2, where there are any. */
  changeCipherSpec(content: Uint8Array = Uint8Array.of(1)): void {
    const conceals = this.#keys.get(this.level)?.protection.concealsType ?? true
    const level = conceals ? 'initial' : this.level
    this.record(contentType.changeCipherSpec, content, { level })
  }

  plaintext(type: number, content: Uint8Array, options: RecordOptions = {}): void {
    this.record(type, content, { ...options, level: 'initial' })
  }

  /** One record. A content type of 0 without padding makes an inner plaintext that is empty but for zeros. */
  record(type: number, content: Uint8Array, options: RecordOptions = {}): void {
    const { level = this.level, padding = 0, version = 0x0303, damage } = options
    const keyed = this.#keys.get(level)
    const record =
      keyed === undefined
        ? concat(header(type, version, content.length), content)
        : seal(keyed, type, content, padding, version)
    this.#out.push(damage === undefined ? record : damage(record))
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#out.push(bytes)
  }

  install(level: Level, keys: RecordKeys): void {
    const previous = this.#keys.get(level)
    if (previous !== undefined) this.#keys.set('previous', previous)
    this.#keys.set(level, { protection: keys.protection(), sequence: 0 })
    this.level = level
  }

  uninstall(): void {
    this.level = 'initial'
  }

  /** Most bytes of content in a record, but for `record` itself. */
  set limit(bytes: number) {
    this.#limit = Math.min(bytes, maxPlaintext)
  }

  get limit(): number {
    return this.#limit
  }

  get pending(): number {
    return this.#out.reduce((sum, { length }) => sum + length, 0)
  }

  take(): Uint8Array {
    return this.#out.length === 0 ? noBytes : concat(...this.#out.splice(0))
  }
}

function seal(
  keyed: Keyed,
  type: number,
  content: Uint8Array,
  padding: number,
  version: number,
): Uint8Array {
  const { protection } = keyed
  const length = protection.sealedLength(content.length, padding)
  const outer = protection.concealsType ? contentType.applicationData : type
  const start = header(outer, version, length)
  const record = concat(start, new Uint8Array(length))
  protection.seal(keyed.sequence++, type, content, padding, start, record, start.length)
  return record
}

function header(type: number, version: number, length: number): Uint8Array {
  return Uint8Array.of(type, version >> 8, version & 0xff, (length >> 8) & 0xff, length & 0xff)
}
