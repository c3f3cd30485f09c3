/** Reading TLS records (RFC 9846 section 5): opening, reassembling, and refusing what may not be there. */
import { copyBytes, noBytes } from '../../bytes.js'
import type { ExportedRecords } from '../../exported.js'
import { Fault } from '../../fault.js'
import { contentType, protocolVersion } from '../../wire/registry.js'
import { InputBuffer } from '../input.js'
import type {
  ChangeCipherSpecRule,
  EarlyDataSkip,
  Incoming,
  Level,
  RecordKeys,
  RecordProtection,
} from '../layer.js'
import { Reassembly } from '../reassembly.js'
import { headerLength, maxPlaintext, maxSequence } from './limits.js'

/** RFC 9846 5.2: no protected record is longer than this, whatever the cipher. */
const maxCiphertext = maxPlaintext + 256
/** RFC 5246 6.2.3: nor one of TLS 1.2 than this. */
const maxCiphertext12 = maxPlaintext + 2048
const maxChangeCipherSpecs = 32
const maxEmptyRecords = 32

/** The header of the record under way: it is read, checked and used within one call, so that one place does for all. */
const header = /* @__PURE__ */ new Uint8Array(headerLength)

export interface ReaderOptions {
  readonly role: 'client' | 'server'
  readonly maxBuffered: number
  readonly handshakeMessage: number
}

export class StreamReader {
  readonly #role: 'client' | 'server'
  readonly #maxBuffered: number
  readonly #input = new InputBuffer()
  readonly #reassembly: Reassembly
  #ended = false
  #level: Level = 'initial'
  #protection: RecordProtection | undefined
  #sequence = 0
  #limit = maxPlaintext
  #changeCipherSpec: ChangeCipherSpecRule
  #changeCipherSpecs = 0
  #emptyRecords = 0
  #skip: EarlyDataSkip | undefined
  #skipped = 0
  /** TLS 1.2: what the next change_cipher_spec brings into use. */
  #expected: RecordKeys | undefined
  /** TLS 1.2: change_cipher_spec has come, and Finished not yet. */
  #finishedDue = false
  /** TLS 1.2: record headers say so (RFC 5246 6.2.1). */
  #exactVersion = false

  constructor({ role, maxBuffered, handshakeMessage }: ReaderOptions) {
    this.#role = role
    this.#maxBuffered = maxBuffered
    this.#reassembly = new Reassembly(handshakeMessage)
    // A client's ServerHello may have a CCS before it where a stateless server sent a HelloRetryRequest.
    this.#changeCipherSpec = role === 'client' ? 'drop' : 'refuse'
  }

  receive(bytes: Uint8Array): number {
    const room = this.#maxBuffered - this.#input.length
    const taken = Math.max(0, Math.min(room, bytes.length))
    if (taken > 0) this.#input.push(taken === bytes.length ? bytes : bytes.subarray(0, taken))
    return taken
  }

  end(): void {
    this.#ended = true
  }

  get pending(): boolean {
    return this.#input.length > 0
  }

  keepInput(): void {
    this.#input.keep()
  }

  next(): Incoming | undefined {
    for (;;) {
      const message = this.#reassembly.next()
      if (message !== undefined) {
        this.#finishedDue = false
        return { kind: 'handshake', message }
      }
      if (!this.#input.copyTo(header)) break
      const length = this.#checkHeader()
      const fragment = this.#input.peek(length, headerLength)
      if (fragment === undefined) break
      // Consumed first: opening returns fresh memory, and a plaintext fragment is copied by reassembly.
      this.#input.consume(headerLength + length)
      const incoming = this.#record(fragment)
      if (incoming !== undefined) return incoming
    }
    if (!this.#ended) return undefined
    this.#ended = false
    return { kind: 'end', expected: false }
  }

  /** Returns the fragment's length. Checked before the record is buffered. */
  #checkHeader(): number {
    const type = header[0] ?? 0
    const major = header[1] ?? 0
    const minor = header[2] ?? 0
    if (type < contentType.changeCipherSpec || type > contentType.applicationData)
      throw new Fault('unknownContentType', `content type ${type}`)
    // RFC 9846 5.1: the version is ignored, but a major version other than 3 is not TLS.
    if (major !== 3 || (this.#exactVersion && minor !== 3))
      throw new Fault('badRecordVersion', `version ${major}.${minor}`)
    const length = ((header[3] ?? 0) << 8) | (header[4] ?? 0)
    const limit = this.#lengthLimit(type)
    if (length > limit) throw new Fault('recordOverflow', `${length} bytes, the limit is ${limit}`)
    return length
  }

  #lengthLimit(type: number): number {
    if (this.#protection?.concealsType === false)
      return Math.min(maxCiphertext12, this.#protection.longestSealed(this.#limit))
    if (type === contentType.changeCipherSpec) return maxPlaintext
    if (this.#protection !== undefined && type === contentType.applicationData) {
      // While unwanted early data is skipped, its records are not ours to measure.
      if (this.#skip !== undefined) return maxCiphertext
      return Math.min(maxCiphertext, this.#protection.longestSealed(this.#limit))
    }
    return type === contentType.applicationData ? maxCiphertext : maxPlaintext
  }

  /** The fragment of the record with this header. */
  #record(fragment: Uint8Array): Incoming | undefined {
    const type = header[0] ?? 0
    if (this.#protection?.concealsType === false)
      return this.#protected(this.#protection, type, fragment)
    if (type === contentType.changeCipherSpec) {
      this.#changeCipherSpecReceived(fragment)
      return undefined
    }
    if (this.#protection !== undefined) {
      if (type === contentType.alert && this.#mayLackKeys()) return this.#content(type, fragment)
      if (type !== contentType.applicationData)
        throw new Fault('plaintextRecord', describePlaintext(type, fragment))
      return this.#protected(this.#protection, type, fragment)
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

  /**
   * A client that has not read our ServerHello, or refuses what follows, protects its alert as its own state says (RFC
   * 9846 6): not at all. So until its first record under the handshake's keys, which ends the connection just as well.
   */
  #mayLackKeys(): boolean {
    if (this.#role === 'client') return false
    return this.#level === 'earlyData' || (this.#level === 'handshake' && this.#sequence === 0)
  }

  #protected(
    protection: RecordProtection,
    type: number,
    fragment: Uint8Array,
  ): Incoming | undefined {
    const opened = protection.open(this.#sequence, type, header, fragment)
    if (opened === undefined) {
      if (this.#skip?.kind === 'untilOpened') {
        this.#countSkipped(this.#skip, fragment.length)
        return undefined
      }
      throw new Fault('badRecordMac', `record ${this.#sequence} of this key`)
    }
    this.#skip = undefined
    if (this.#sequence >= maxSequence)
      throw new Fault('sequenceExhausted', 'the peer did not update its keys')
    this.#sequence++
    if (opened.type === 0) throw new Fault('missingContentType', 'it is all zeros')
    // Under CBC the length shows only now.
    if (opened.content.length > this.#limit)
      throw new Fault('recordOverflow', `${opened.content.length} bytes, not ${this.#limit}`)
    return this.#content(opened.type, opened.content)
  }

  #content(type: number, content: Uint8Array): Incoming | undefined {
    if (type !== contentType.handshake && !this.#reassembly.empty)
      throw new Fault('interleavedRecord', `content type ${type} inside a handshake message`)
    switch (type) {
      case contentType.handshake:
        if (this.#expected !== undefined)
          throw new Fault('unexpectedMessage', 'a handshake record in place of change_cipher_spec')
        // RFC 9846 5.1: no zero-length fragments of handshake or alert.
        if (content.length === 0) throw new Fault('emptyRecord', 'handshake')
        this.#emptyRecords = 0
        this.#reassembly.push(content)
        return undefined
      case contentType.alert:
        if (content.length !== 2) throw new Fault('badAlert', `${content.length} bytes`)
        return { kind: 'alert', level: content[0] ?? 0, description: content[1] ?? 0 }
      case contentType.applicationData:
        if (this.#protection === undefined) break
        if (this.#finishedDue) throw new Fault('unexpectedData', 'in place of Finished')
        if (content.length > 0) {
          this.#emptyRecords = 0
          return { kind: 'data', bytes: content, level: this.#level }
        }
        this.#emptyRecords++
        if (this.#emptyRecords > maxEmptyRecords)
          throw new Fault('tooManyEmptyRecords', `${this.#emptyRecords} in a row`)
        return undefined
      case contentType.changeCipherSpec:
        // Inside a record of TLS 1.3 there is none (RFC 9846 section 5).
        if (this.#protection?.concealsType !== false) break
        this.#changeCipherSpecReceived(content)
        return undefined
    }
    throw new Fault('unknownContentType', `inner content type ${type}`)
  }

  #changeCipherSpecReceived(fragment: Uint8Array): void {
    if (!this.#reassembly.empty)
      throw new Fault('interleavedRecord', 'change_cipher_spec inside a handshake message')
    const expected = this.#expected
    if (expected !== undefined && fragment.length === 1 && fragment[0] === 1) {
      this.#expected = undefined
      this.#finishedDue = true
      this.install('application', expected)
      return
    }
    if (this.#changeCipherSpec === 'refuse' || fragment.length !== 1 || fragment[0] !== 1)
      throw new Fault('badChangeCipherSpec', `${fragment.length} bytes`)
    this.#changeCipherSpecs++
    if (this.#changeCipherSpecs > maxChangeCipherSpecs)
      throw new Fault('tooManyChangeCipherSpecs', `${this.#changeCipherSpecs} records`)
  }

  #countSkipped(skip: EarlyDataSkip, length: number): void {
    // With the header, so that empty records count too.
    this.#skipped += headerLength + length
    if (this.#skipped > skip.limit)
      throw new Fault('badRecordMac', `${this.#skipped} bytes that are neither early data nor ours`)
  }

  setChangeCipherSpec(rule: ChangeCipherSpecRule): void {
    this.#changeCipherSpec = rule
  }

  skipEarlyData(skip: EarlyDataSkip | undefined): void {
    this.#skip = skip
  }

  setLimit(bytes: number): void {
    this.#limit = bytes
  }

  setVersion(version: number): void {
    if (version >= protocolVersion.tls13) return
    this.#exactVersion = true
    this.#changeCipherSpec = 'refuse'
    // What middleboxes are shown has no place in TLS 1.2, and came before its time.
    if (this.#changeCipherSpecs > 0)
      throw new Fault('badChangeCipherSpec', 'before the ServerHello of TLS 1.2')
  }

  expectChangeCipherSpec(keys: RecordKeys): void {
    this.demandBoundary()
    this.#expected = keys
  }

  install(level: Level, keys: RecordKeys): void {
    this.demandBoundary()
    this.#protection?.wipe()
    this.#protection = keys.protection()
    this.#level = level
    this.#sequence = 0
  }

  /** RFC 9846 5.1: handshake messages do not span key changes. */
  demandBoundary(): void {
    if (!this.#reassembly.empty)
      throw new Fault('keyChangeStraddled', `behind a message of level ${this.#level}`)
  }

  export(): Pick<ExportedRecords, 'readSequence' | 'receiveLimit' | 'input' | 'handshake'> {
    return {
      readSequence: this.#sequence,
      receiveLimit: this.#limit,
      input: copyBytes(this.#input.peek(this.#input.length) ?? noBytes),
      handshake: this.#reassembly.export(),
    }
  }

  restore({ readSequence, receiveLimit, input, handshake }: ExportedRecords): void {
    this.#sequence = readSequence
    this.#limit = receiveLimit
    this.#input.push(copyBytes(input))
    if (handshake.length > 0) this.#reassembly.push(handshake)
  }

  complete(): void {
    this.#changeCipherSpec = 'refuse'
    this.#skip = undefined
  }

  close(): void {
    this.#protection?.wipe()
    this.#input.clear()
  }
}

function describePlaintext(type: number, fragment: Uint8Array): string {
  // An unauthenticated alert ends the connection as any other plaintext does, but says what the peer thought.
  if (type === contentType.alert && fragment.length === 2)
    return `an unauthenticated alert, level ${fragment[0]}, description ${fragment[1]}`
  return `content type ${type}`
}
