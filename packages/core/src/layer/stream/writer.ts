/** Writing TLS records (RFC 9846 section 5): full records from the caller's memory, the rest staged. */
import { concat, noBytes } from '../../bytes.js'
import type { ExportedRecords } from '../../exported.js'
import { Fault } from '../../fault.js'
import { Pool } from '../../pool.js'
import { handshakeBytes } from '../../wire/message.js'
import { alert, contentType } from '../../wire/registry.js'
import type { RecordKeys, RecordProtection } from '../layer.js'
import { OutputBuffer } from '../output-buffer.js'
import { headerLength, maxPlaintext, maxSequence } from './limits.js'

const shortLength = 512
/** Of buffers for data that does not fill a record; all zeros. */
const shortPool = /* @__PURE__ */ new Pool(shortLength, 64)
const longPool = /* @__PURE__ */ new Pool(maxPlaintext, 4)

/** A buffer for so many bytes and more to come. */
function roomFor(length: number): Uint8Array {
  if (length <= shortLength) return shortPool.take()
  return length <= maxPlaintext / 4 ? new Uint8Array(length * 2) : longPool.take()
}

/** The header of the record under way, for the AEAD: it is used up before the call that needs it returns. */
const header = /* @__PURE__ */ new Uint8Array(headerLength)

export interface WriterOptions {
  readonly role: 'client' | 'server'
  readonly maxQueued: number
  readonly recordPadding: ((length: number) => number) | undefined
}

const noMessages: readonly Uint8Array[] = []

export class StreamWriter {
  readonly #role: 'client' | 'server'
  readonly #maxQueued: number
  readonly #recordPadding: WriterOptions['recordPadding']
  readonly #output = new OutputBuffer()
  /** Handshake messages of the same keys share records. */
  #handshake: readonly Uint8Array[] = noMessages
  #handshakeLength = 0
  /** Data that does not fill a record yet. */
  #staged: Uint8Array = noBytes
  #stagedLength = 0
  /** Plaintext of data since the last transmission. */
  #queued = 0
  #protection: RecordProtection | undefined
  #sequence = 0
  #limit = maxPlaintext
  #firstRecord = true
  /** RFC 9846 6.1: nothing follows a close_notify, whoever may still answer. */
  #ended = false

  constructor({ role, maxQueued, recordPadding }: WriterOptions) {
    this.#role = role
    this.#maxQueued = maxQueued
    this.#recordPadding = recordPadding
  }

  sendHandshake(type: number, body: Uint8Array): Uint8Array {
    const raw = handshakeBytes(type, body)
    this.#sealStaged()
    this.#handshake = [...this.#handshake, raw]
    this.#handshakeLength += raw.length
    return raw
  }

  sendChangeCipherSpec(): void {
    this.#sealHandshake()
    this.#sealStaged()
    // TLS 1.3 never protects it (RFC 9846 section 5); in a renegotiation of TLS 1.2 the old keys do.
    if (this.#protection?.concealsType === false) {
      this.#seal(contentType.changeCipherSpec, Uint8Array.of(1))
      return
    }
    const { buffer, offset } = this.#output.reserve(headerLength + 1)
    this.#header(buffer, offset, contentType.changeCipherSpec, 1)
    buffer[offset + headerLength] = 1
  }

  sendAlert(level: number, description: number): void {
    this.#sealHandshake()
    this.#sealStaged()
    this.#seal(contentType.alert, Uint8Array.of(level, description))
    this.#ended ||= description === alert.closeNotify
  }

  sendData(bytes: Uint8Array): number {
    const accepted = this.#share(bytes.length)
    if (this.#handshakeLength > 0) this.#sealHandshake()
    let offset = 0
    if (this.#stagedLength > 0) offset = this.#stage(bytes, 0, accepted)
    // Full records are sealed from the caller's memory; only a rest is copied.
    while (accepted - offset >= this.#limit && !this.exhausted) {
      const end = offset + this.#limit
      const content = bytes.length === this.#limit ? bytes : bytes.subarray(offset, end)
      this.#seal(contentType.applicationData, content)
      offset = end
    }
    // Nothing staged may follow that would flush them.
    if (offset > 0) this.#output.flush()
    if (offset < accepted && !this.exhausted) offset += this.#stage(bytes, offset, accepted)
    this.#queued += offset
    return offset
  }

  flush(): void {
    this.#sealHandshake()
    this.#sealStaged()
    this.#output.flush()
  }

  setLimit(bytes: number): void {
    this.#sealStaged()
    this.#limit = Math.min(bytes, maxPlaintext)
  }

  transmit(): { readonly bytes: Uint8Array } | undefined {
    if (this.#stagedLength > 0) this.flush()
    const bytes = this.#output.take()
    this.#queued = 0
    return bytes === undefined ? undefined : { bytes }
  }

  release(bytes: Uint8Array): void {
    this.#output.release(bytes)
  }

  get pending(): number {
    return this.#output.length + this.#stagedLength + this.#handshakeLength
  }

  install(keys: RecordKeys): void {
    this.#sealHandshake()
    this.#sealStaged()
    this.#protection?.wipe()
    this.#protection = keys.protection()
    this.#sequence = 0
  }

  uninstall(): void {
    this.#sealStaged()
    this.#protection?.wipe()
    this.#protection = undefined
  }

  get exhausted(): boolean {
    if (this.#protection === undefined) return false
    // RFC 9846 5.5: the KeyUpdate that must come now goes under this key too.
    return this.#sequence >= Math.max(1, this.#protection.confidentialityLimit - 1)
  }

  export(): Pick<ExportedRecords, 'writeSequence' | 'sendLimit'> {
    return { writeSequence: this.#sequence, sendLimit: this.#limit }
  }

  restore({ writeSequence, sendLimit }: ExportedRecords): void {
    this.#sequence = writeSequence
    this.#limit = sendLimit
    this.#firstRecord = false
  }

  shrink(): void {
    this.#output.shrink()
  }

  close(): void {
    this.#protection?.wipe()
    this.#output.clear()
    this.#handshake = noMessages
    this.#handshakeLength = 0
    this.#dropStaged()
    this.#stagedLength = 0
  }

  /** How much of so many bytes is taken now: where that is not all, whole records, since a part would be copied. */
  #share(length: number): number {
    const room = this.#maxQueued - this.#queued
    if (length <= room) return length
    const whole = room - ((this.#stagedLength + room) % this.#limit)
    return whole > 0 || this.#queued > 0 ? Math.max(0, whole) : room
  }

  /** Copies from `start` into the record under way; seals it when it is full. Returns how many bytes it took. */
  #stage(bytes: Uint8Array, start: number, end: number): number {
    const taken = Math.min(end - start, this.#limit - this.#stagedLength)
    const needed = this.#stagedLength + taken
    if (needed > this.#staged.length) {
      const grown = roomFor(needed)
      grown.set(this.#staged.subarray(0, this.#stagedLength))
      this.#dropStaged()
      this.#staged = grown
    }
    // A view of all would cost more than copying a short write.
    const part = taken === bytes.length ? bytes : bytes.subarray(start, start + taken)
    this.#staged.set(part, this.#stagedLength)
    this.#stagedLength = needed
    if (this.#stagedLength === this.#limit) this.#sealStaged()
    return taken
  }

  #sealStaged(): void {
    if (this.#stagedLength === 0) return
    const length = this.#stagedLength
    this.#stagedLength = 0
    this.#seal(contentType.applicationData, this.#staged.subarray(0, length))
    this.#dropStaged()
  }

  /** An idle connection holds no buffer, and no plaintext. */
  #dropStaged(): void {
    this.#staged.fill(0)
    shortPool.give(this.#staged)
    longPool.give(this.#staged)
    this.#staged = noBytes
  }

  #sealHandshake(): void {
    if (this.#handshakeLength === 0) return
    const bytes = concat(...this.#handshake)
    this.#handshake = noMessages
    this.#handshakeLength = 0
    for (let offset = 0; offset < bytes.length; offset += this.#limit)
      this.#seal(contentType.handshake, bytes.subarray(offset, offset + this.#limit))
  }

  #seal(type: number, content: Uint8Array): void {
    if (this.#ended) return
    const protection = this.#protection
    if (protection === undefined) {
      const { buffer, offset } = this.#output.reserve(headerLength + content.length)
      this.#header(buffer, offset, type, content.length)
      buffer.set(content, offset + headerLength)
      return
    }
    if (this.#sequence >= maxSequence) throw new Fault('sequenceExhausted', 'sending')
    const { concealsType } = protection
    const padding = concealsType ? this.#padding(type, content.length) : 0
    const length = protection.sealedLength(content.length, padding)
    const { buffer, offset } = this.#output.reserve(headerLength + length)
    this.#header(header, 0, concealsType ? contentType.applicationData : type, length)
    for (let i = 0; i < headerLength; i++) buffer[offset + i] = header[i] ?? 0
    try {
      protection.seal(this.#sequence, type, content, padding, header, buffer, offset + headerLength)
    } catch (thrown) {
      // It may have got as far as to put the plaintext there; the alert that follows would take it along.
      this.#output.withdraw(headerLength + length)
      throw thrown
    }
    this.#sequence++
  }

  #padding(type: number, length: number): number {
    const policy = this.#recordPadding
    if (policy === undefined || type === contentType.alert) return 0
    const wanted = Math.floor(policy(length))
    // Not a number is none.
    return wanted > 0 ? Math.min(wanted, this.#limit - length) : 0
  }

  #header(buffer: Uint8Array, offset: number, type: number, length: number): void {
    buffer[offset] = type
    buffer[offset + 1] = 3
    // RFC 9846 5.1: the first ClientHello may say 3.1, which old servers need.
    buffer[offset + 2] = this.#firstRecord && this.#role === 'client' ? 1 : 3
    buffer[offset + 3] = length >> 8
    buffer[offset + 4] = length & 0xff
    this.#firstRecord = false
  }
}
