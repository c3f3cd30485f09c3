/**
 * QUIC carries handshake bytes in CRYPTO frames, a stream for each encryption level, and protects its packets itself
 * (RFC 9001): no records, no alerts, no data.
 */
import { concat, copyBytes } from '../bytes.js'
import { Fault } from '../fault.js'
import { clientHello, handshakeBytes } from '../wire/message.js'
import type { Incoming, Layer, LayerTraits, Level } from './layer.js'
import { Reassembly } from './reassembly.js'

export const quicTraits: LayerTraits = {
  labelPrefix: 'tls13 ',
  endOfEarlyData: false,
  middleboxCompatibility: false,
  refusesSessionId: true,
  keyUpdate: false,
  keysAreOutputs: true,
  closeNotify: false,
  requiresAlpn: true,
  maxEarlyData: 0xffff_ffff,
  forgetsAfterCookie: false,
  clientHello,
  wireVersion: (version) => version,
  namePrefix: '',
}

export interface QuicOptions {
  readonly maxBuffered: number
  readonly handshakeMessage: number
  readonly transportParameters: Uint8Array
}

interface Chunk {
  readonly level: Level
  readonly bytes: Uint8Array
}

export class QuicLayer implements Layer {
  readonly traits = quicTraits
  readonly transportParameters: Uint8Array
  readonly deadline = undefined
  readonly writeKeyExhausted = false
  readonly #maxBuffered: number
  readonly #reassembly: Reassembly
  /** The level of the bytes that are given next. */
  #givenLevel: Level = 'initial'
  #input: Chunk[] = []
  #buffered = 0
  #readLevel: Level = 'initial'
  #writeLevel: Level = 'initial'
  #output: Chunk[] = []
  #ready = 0

  constructor({ maxBuffered, handshakeMessage, transportParameters }: QuicOptions) {
    this.#maxBuffered = maxBuffered
    this.#reassembly = new Reassembly(handshakeMessage)
    this.transportParameters = transportParameters
  }

  /** Says at which level the bytes of the next `receive` came. */
  setLevel(level: Level): void {
    this.#givenLevel = level
  }

  /** Copies: a QUIC stack hands over pieces of packets. */
  receive(bytes: Uint8Array): number {
    const taken = Math.max(0, Math.min(bytes.length, this.#maxBuffered - this.#buffered))
    if (taken > 0) this.#input.push({ level: this.#givenLevel, bytes: copyBytes(bytes, 0, taken) })
    this.#buffered += taken
    return taken
  }

  receiveEnd(): void {
    // CRYPTO streams have no end; QUIC tells its user itself.
  }

  next(): Incoming | undefined {
    for (;;) {
      const message = this.#reassembly.next()
      if (message !== undefined) return { kind: 'handshake', message }
      const chunk = this.#input.shift()
      if (chunk === undefined) return undefined
      this.#buffered -= chunk.bytes.length
      // RFC 9001 4.1.3: a level that has been left brings nothing new, and one that has no keys yet nothing at all.
      if (chunk.level !== this.#readLevel)
        throw new Fault('wrongLevel', `${chunk.level} where ${this.#readLevel} was due`)
      this.#reassembly.push(chunk.bytes)
    }
  }

  keepInput(): void {
    // It was copied.
  }

  get pendingInput(): boolean {
    return this.#input.length > 0
  }

  sendHandshake(type: number, body: Uint8Array): Uint8Array {
    const raw = handshakeBytes(type, body)
    this.#output.push({ level: this.#writeLevel, bytes: raw })
    return raw
  }

  flush(): void {
    this.#ready = this.#output.length
  }

  /** All bytes of a level that are ready, in one piece. */
  transmit(): { readonly bytes: Uint8Array; readonly level: Level } | undefined {
    const [first] = this.#output
    if (first === undefined || this.#ready === 0) return undefined
    const { level } = first
    let count = 1
    while (count < this.#ready && this.#output[count]?.level === level) count++
    this.#ready -= count
    return { level, bytes: concat(...this.#output.splice(0, count).map(({ bytes }) => bytes)) }
  }

  get pendingOutput(): number {
    return this.#output.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  installRead(level: Level): void {
    // 0-RTT packets carry no handshake bytes (RFC 9001 4.1.3).
    if (level === 'earlyData') return
    this.demandBoundary()
    this.#readLevel = level
  }

  /** RFC 9001 4.1.3: nothing may be left of a level when the next one begins. */
  demandBoundary(): void {
    const left = this.#input.some(({ level }) => level === this.#readLevel)
    if (left || !this.#reassembly.empty)
      throw new Fault('keyChangeStraddled', `behind a message of level ${this.#readLevel}`)
  }

  installWrite(level: Level): void {
    if (level !== 'earlyData') this.#writeLevel = level
  }

  sendData(): number {
    throw new Fault('internalError', 'QUIC carries its data itself')
  }

  close(): void {
    this.#input = []
    this.#output = []
    this.#ready = 0
  }

  complete(): void {
    // Tickets may still come and go.
  }

  // What QUIC does itself, or does not have.
  sendAlert(): void {}
  sendChangeCipherSpec(): void {}
  setChangeCipherSpec(): void {}
  skipEarlyData(): void {}
  setReceiveLimit(): void {}
  setSendLimit(): void {}
  setVersion(): void {}
  release(): void {}
  uninstallWrite(): void {}
  handleTimeout(): void {}
}
