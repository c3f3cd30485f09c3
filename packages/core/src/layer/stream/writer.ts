/** Writing TLS records (RFC 9846 section 5): full records from the caller's memory, the rest staged. */
import { concat, noBytes } from '../../bytes.js'
import type { ExportedRecords } from '../../exported.js'
import { Fault } from '../../fault.js'
import { handshakeBytes } from '../../wire/message.js'
import { alert, contentType } from '../../wire/registry.js'
import type { RecordKeys, RecordProtection } from '../layer.js'
import { OutputBuffer } from '../output-buffer.js'
import { headerLength, maxPlaintext, maxSequence } from './limits.js'

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
    this.#sealHandshake()
    let offset = 0
    if (this.#stagedLength > 0) offset = this.#stage(bytes.subarray(0, accepted))
    // Full records are sealed from the caller's memory; only a rest is copied.
    while (accepted - offset >= this.#limit && !this.exhausted) {
      this.#seal(contentType.applicationData, bytes.subarray(offset, offset + this.#limit))
      offset += this.#limit
    }
    // Nothing staged may follow that would flush them.
    if (offset > 0) this.#output.flush()
    if (offset < accepted && !this.exhausted)
      offset += this.#stage(bytes.subarray(offset, accepted))
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
    this.#staged.fill(0)
    this.#staged = noBytes
    this.#stagedLength = 0
  }

  /** How much of so many bytes is taken now: where that is not all, whole records, since a part would be copied. */
  #share(length: number): number {
    const room = this.#maxQueued - this.#queued
    if (length <= room) return length
    const whole = room - ((this.#stagedLength + room) % this.#limit)
    return whole > 0 || this.#queued > 0 ? Math.max(0, whole) : room
  }

  /** Copies into the record under way; seals it when it is full. Returns how many bytes it took. */
  #stage(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#limit - this.#stagedLength)
    const needed = this.#stagedLength + taken
    if (needed > this.#staged.length) {
      const grown = new Uint8Array(Math.min(this.#limit, Math.max(512, needed * 2)))
      grown.set(this.#staged.subarray(0, this.#stagedLength))
      this.#staged = grown
    }
    this.#staged.set(bytes.subarray(0, taken), this.#stagedLength)
    this.#stagedLength = needed
    if (this.#stagedLength === this.#limit) this.#sealStaged()
    return taken
  }

  #sealStaged(): void {
    if (this.#stagedLength === 0) return
    const content = this.#staged.subarray(0, this.#stagedLength)
    this.#stagedLength = 0
    this.#seal(contentType.applicationData, content)
    // An idle connection holds no buffer, and no plaintext.
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
    this.#header(buffer, offset, concealsType ? contentType.applicationData : type, length)
    const header = buffer.subarray(offset, offset + headerLength)
    protection.seal(this.#sequence, type, content, padding, header, buffer, offset + headerLength)
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
