/** TLS records over a stream (RFC 9846 section 5). */
import { concat, noBytes } from '../bytes.js'
import { Fault } from '../fault.js'
import { clientHello, handshakeBytes } from '../wire/message.js'
import { contentType } from '../wire/registry.js'
import { InputBuffer } from './input.js'
import type {
  ChangeCipherSpecRule,
  EarlyDataSkip,
  Incoming,
  Layer,
  LayerTraits,
  Level,
  RecordProtection,
  TrafficKeys,
} from './layer.js'
import { OutputBuffer } from './output-buffer.js'
import { Reassembly } from './reassembly.js'

const headerLength = 5
const maxPlaintext = 16_384
/** RFC 9846 5.2: no protected record is longer than this, whatever the cipher. */
const maxCiphertext = maxPlaintext + 256
const maxChangeCipherSpecs = 32
const maxEmptyRecords = 32
/** RFC 9846 5.5: a sender stops here; also well within what a number holds exactly. */
const maxSequence = 2 ** 48 - 1

export const streamTraits: LayerTraits = {
  labelPrefix: 'tls13 ',
  endOfEarlyData: true,
  middleboxCompatibility: true,
  keyUpdate: true,
  keysAreOutputs: false,
  clientHello,
  wireVersion: (version) => version,
}

export interface StreamOptions {
  readonly role: 'client' | 'server'
  readonly maxBuffered: number
  readonly maxQueued: number
  readonly handshakeMessage: number
  readonly recordPadding: ((length: number) => number) | undefined
}

export class StreamLayer implements Layer {
  readonly traits = streamTraits
  readonly #options: StreamOptions

  readonly #input = new InputBuffer()
  readonly #reassembly: Reassembly
  #ended = false
  #readLevel: Level = 'initial'
  #read: RecordProtection | undefined
  #readSequence = 0
  #receiveLimit = maxPlaintext
  #changeCipherSpec: ChangeCipherSpecRule
  #changeCipherSpecs = 0
  #emptyRecords = 0
  #skip: EarlyDataSkip | undefined
  #skipped = 0

  readonly #output = new OutputBuffer()
  /** Handshake messages of the same keys share records. */
  #handshake: Uint8Array[] = []
  #handshakeLength = 0
  /** Data that does not fill a record yet. */
  #staged: Uint8Array = noBytes
  #stagedLength = 0
  #write: RecordProtection | undefined
  #writeSequence = 0
  #sendLimit = maxPlaintext
  #firstRecord = true

  constructor(options: StreamOptions) {
    this.#options = options
    this.#reassembly = new Reassembly(options.handshakeMessage)
    // A client's ServerHello may have a CCS before it where a stateless server sent a HelloRetryRequest.
    this.#changeCipherSpec = options.role === 'client' ? 'drop' : 'refuse'
  }

  receive(bytes: Uint8Array): number {
    const room = this.#options.maxBuffered - this.#input.length
    const taken = Math.max(0, Math.min(room, bytes.length))
    if (taken > 0) this.#input.push(taken === bytes.length ? bytes : bytes.subarray(0, taken))
    return taken
  }

  receiveEnd(): void {
    this.#ended = true
  }

  get pendingInput(): boolean {
    return this.#input.length > 0
  }

  keepInput(): void {
    this.#input.keep()
    this.#output.shrink()
  }

  next(): Incoming | undefined {
    for (;;) {
      const message = this.#reassembly.next()
      if (message !== undefined) return { kind: 'handshake', message }
      const header = this.#input.peek(headerLength)
      if (header === undefined) break
      const length = this.#checkHeader(header)
      const record = this.#input.peek(headerLength + length)
      if (record === undefined) break
      // Consumed first: opening returns fresh memory, and a plaintext fragment is copied by reassembly.
      this.#input.consume(headerLength + length)
      const incoming = this.#record(record)
      if (incoming !== undefined) return incoming
    }
    if (!this.#ended) return undefined
    this.#ended = false
    return { kind: 'end' }
  }

  /** Returns the fragment's length. Checked before the record is buffered. */
  #checkHeader(header: Uint8Array): number {
    const [type = 0, major = 0, minor = 0, high = 0, low = 0] = header
    if (type < contentType.changeCipherSpec || type > contentType.applicationData)
      throw new Fault('unknownContentType', `content type ${type}`)
    // RFC 9846 5.1: the version is ignored, but a major version other than 3 is not TLS.
    if (major !== 3) throw new Fault('badRecordVersion', `version ${major}.${minor}`)
    const length = (high << 8) | low
    const limit = this.#lengthLimit(type)
    if (length > limit) throw new Fault('recordOverflow', `${length} bytes, the limit is ${limit}`)
    return length
  }

  #lengthLimit(type: number): number {
    if (type === contentType.changeCipherSpec) return maxPlaintext
    if (this.#read !== undefined && type === contentType.applicationData) {
      // While unwanted early data is skipped, its records are not ours to measure.
      if (this.#skip !== undefined) return maxCiphertext
      return Math.min(maxCiphertext, this.#read.sealedLength(this.#receiveLimit, 0))
    }
    return type === contentType.applicationData ? maxCiphertext : maxPlaintext
  }

  #record(record: Uint8Array): Incoming | undefined {
    const type = record[0] ?? 0
    const fragment = record.subarray(headerLength)
    if (type === contentType.changeCipherSpec) {
      this.#dropChangeCipherSpec(fragment)
      return undefined
    }
    if (this.#read !== undefined) {
      if (type !== contentType.applicationData)
        throw new Fault('plaintextRecord', describePlaintext(type, fragment))
      return this.#protected(this.#read, record, fragment)
    }
    if (type === contentType.applicationData) {
      if (this.#skip?.kind === 'untilClientHello') {
        this.#countSkipped(this.#skip, fragment.length)
        return undefined
      }
      throw new Fault('unexpectedData', 'a record of application data before any keys')
    }
    if (type === contentType.handshake && this.#skip?.kind === 'untilClientHello')
      this.#skip = undefined
    return this.#content(type, fragment)
  }

  #protected(
    protection: RecordProtection,
    record: Uint8Array,
    fragment: Uint8Array,
  ): Incoming | undefined {
    const opened = protection.open(
      this.#readSequence,
      contentType.applicationData,
      record.subarray(0, headerLength),
      fragment,
    )
    if (opened === undefined) {
      if (this.#skip?.kind === 'untilOpened') {
        this.#countSkipped(this.#skip, fragment.length)
        return undefined
      }
      throw new Fault('badRecordMac', `record ${this.#readSequence} of this key`)
    }
    this.#skip = undefined
    if (this.#readSequence >= maxSequence)
      throw new Fault('sequenceExhausted', 'the peer did not update its keys')
    this.#readSequence++
    return this.#content(opened.type, opened.content)
  }

  #content(type: number, content: Uint8Array): Incoming | undefined {
    if (type !== contentType.handshake && !this.#reassembly.empty)
      throw new Fault('interleavedRecord', `content type ${type} inside a handshake message`)
    switch (type) {
      case contentType.handshake:
        // RFC 9846 5.1: no zero-length fragments of handshake or alert.
        if (content.length === 0) throw new Fault('emptyRecord', 'handshake')
        this.#emptyRecords = 0
        this.#reassembly.push(content)
        return undefined
      case contentType.alert:
        if (content.length !== 2) throw new Fault('badAlert', `${content.length} bytes`)
        return { kind: 'alert', level: content[0] ?? 0, description: content[1] ?? 0 }
      case contentType.applicationData:
        if (this.#read === undefined) break
        if (content.length > 0) {
          this.#emptyRecords = 0
          return { kind: 'data', bytes: content, level: this.#readLevel }
        }
        this.#emptyRecords++
        if (this.#emptyRecords > maxEmptyRecords)
          throw new Fault('tooManyEmptyRecords', `${this.#emptyRecords} in a row`)
        return undefined
    }
    throw new Fault('unknownContentType', `inner content type ${type}`)
  }

  #dropChangeCipherSpec(fragment: Uint8Array): void {
    if (!this.#reassembly.empty)
      throw new Fault('interleavedRecord', 'change_cipher_spec inside a handshake message')
    if (this.#changeCipherSpec === 'refuse' || fragment.length !== 1 || fragment[0] !== 1)
      throw new Fault('badChangeCipherSpec', `${fragment.length} bytes`)
    this.#changeCipherSpecs++
    if (this.#changeCipherSpecs > maxChangeCipherSpecs)
      throw new Fault('tooManyChangeCipherSpecs', `${this.#changeCipherSpecs} records`)
  }

  #countSkipped(skip: EarlyDataSkip, length: number): void {
    this.#skipped += length
    if (this.#skipped > skip.limit)
      throw new Fault('badRecordMac', `${this.#skipped} bytes that are neither early data nor ours`)
  }

  setChangeCipherSpec(rule: ChangeCipherSpecRule): void {
    this.#changeCipherSpec = rule
  }

  skipEarlyData(skip: EarlyDataSkip | undefined): void {
    this.#skip = skip
  }

  setVersion(): void {
    // Every version from 1.0 on writes 3.3 into the header by now; see #header.
  }

  setReceiveLimit(bytes: number): void {
    this.#receiveLimit = bytes
  }

  sendHandshake(type: number, body: Uint8Array): Uint8Array {
    const raw = handshakeBytes(type, body)
    this.#sealStaged()
    this.#handshake.push(raw)
    this.#handshakeLength += raw.length
    return raw
  }

  sendChangeCipherSpec(): void {
    this.#sealHandshake()
    this.#sealStaged()
    const { buffer, offset } = this.#output.reserve(headerLength + 1)
    this.#header(buffer, offset, contentType.changeCipherSpec, 1)
    buffer[offset + headerLength] = 1
  }

  sendAlert(level: number, description: number): void {
    this.#sealHandshake()
    this.#sealStaged()
    this.#seal(contentType.alert, Uint8Array.of(level, description))
  }

  sendData(bytes: Uint8Array): number {
    const room = this.#options.maxQueued - this.pendingOutput
    const accepted = Math.max(0, Math.min(room, bytes.length))
    this.#sealHandshake()
    let offset = 0
    if (this.#stagedLength > 0) offset = this.#stage(bytes.subarray(0, accepted))
    // Full records are sealed from the caller's memory; only a rest is copied.
    while (accepted - offset >= this.#sendLimit && !this.writeKeyExhausted) {
      this.#seal(contentType.applicationData, bytes.subarray(offset, offset + this.#sendLimit))
      offset += this.#sendLimit
    }
    if (this.writeKeyExhausted) return offset
    if (offset < accepted) this.#stage(bytes.subarray(offset, accepted))
    return accepted
  }

  flush(): void {
    this.#sealHandshake()
    this.#sealStaged()
    this.#output.flush()
  }

  setSendLimit(bytes: number): void {
    this.#sealStaged()
    this.#sendLimit = Math.min(bytes, maxPlaintext)
  }

  transmit(): { readonly bytes: Uint8Array } | undefined {
    if (this.#stagedLength > 0) this.flush()
    const bytes = this.#output.take()
    return bytes === undefined ? undefined : { bytes }
  }

  release(bytes: Uint8Array): void {
    this.#output.release(bytes)
  }

  get pendingOutput(): number {
    return this.#output.length + this.#stagedLength + this.#handshakeLength
  }

  installRead(level: Level, keys: TrafficKeys): void {
    // RFC 9846 5.1: handshake messages do not span key changes.
    if (!this.#reassembly.empty)
      throw new Fault('keyChangeStraddled', `before the keys of level ${level}`)
    this.#read?.wipe()
    this.#read = keys.protection()
    this.#readLevel = level
    this.#readSequence = 0
  }

  installWrite(_level: Level, keys: TrafficKeys): void {
    this.#sealHandshake()
    this.#sealStaged()
    this.#write?.wipe()
    this.#write = keys.protection()
    this.#writeSequence = 0
  }

  uninstallWrite(): void {
    this.#sealStaged()
    this.#write?.wipe()
    this.#write = undefined
  }

  get writeKeyExhausted(): boolean {
    return this.#write !== undefined && this.#writeSequence >= this.#write.confidentialityLimit
  }

  readonly deadline = undefined

  handleTimeout(): void {
    // A stream has no timers of its own.
  }

  complete(): void {
    this.#changeCipherSpec = 'refuse'
    this.#skip = undefined
  }

  close(): void {
    this.#read?.wipe()
    this.#write?.wipe()
    this.#input.clear()
    this.#output.clear()
    this.#handshake = []
    this.#handshakeLength = 0
    this.#staged.fill(0)
    this.#staged = noBytes
    this.#stagedLength = 0
  }

  /** Copies into the record under way; seals it when it is full. Returns how many bytes it took. */
  #stage(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#sendLimit - this.#stagedLength)
    const needed = this.#stagedLength + taken
    if (needed > this.#staged.length) {
      const grown = new Uint8Array(Math.min(this.#sendLimit, Math.max(512, needed * 2)))
      grown.set(this.#staged.subarray(0, this.#stagedLength))
      this.#staged = grown
    }
    this.#staged.set(bytes.subarray(0, taken), this.#stagedLength)
    this.#stagedLength = needed
    if (this.#stagedLength === this.#sendLimit) this.#sealStaged()
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
    this.#handshake = []
    this.#handshakeLength = 0
    for (let offset = 0; offset < bytes.length; offset += this.#sendLimit)
      this.#seal(contentType.handshake, bytes.subarray(offset, offset + this.#sendLimit))
  }

  #seal(type: number, content: Uint8Array): void {
    const protection = this.#write
    if (protection === undefined) {
      const { buffer, offset } = this.#output.reserve(headerLength + content.length)
      this.#header(buffer, offset, type, content.length)
      buffer.set(content, offset + headerLength)
      return
    }
    if (this.#writeSequence >= maxSequence) throw new Fault('sequenceExhausted', 'sending')
    const padding = this.#padding(type, content.length)
    const length = protection.sealedLength(content.length, padding)
    const { buffer, offset } = this.#output.reserve(headerLength + length)
    this.#header(buffer, offset, contentType.applicationData, length)
    const header = buffer.subarray(offset, offset + headerLength)
    protection.seal(
      this.#writeSequence,
      type,
      content,
      padding,
      header,
      buffer,
      offset + headerLength,
    )
    this.#writeSequence++
  }

  #padding(type: number, length: number): number {
    const policy = this.#options.recordPadding
    if (policy === undefined || type === contentType.alert) return 0
    return Math.max(0, Math.min(Math.floor(policy(length)), this.#sendLimit - length))
  }

  #header(buffer: Uint8Array, offset: number, type: number, length: number): void {
    buffer[offset] = type
    buffer[offset + 1] = 3
    // RFC 9846 5.1: the first ClientHello may say 3.1, which old servers need.
    buffer[offset + 2] = this.#firstRecord && this.#options.role === 'client' ? 1 : 3
    buffer[offset + 3] = length >> 8
    buffer[offset + 4] = length & 0xff
    this.#firstRecord = false
  }
}

function describePlaintext(type: number, fragment: Uint8Array): string {
  // An unauthenticated alert ends the connection as any other plaintext does, but says what the peer thought.
  if (type === contentType.alert && fragment.length === 2)
    return `an unauthenticated alert, level ${fragment[0]}, description ${fragment[1]}`
  return `content type ${type}`
}
