/** The layer of a scripted peer: reads as a stream does, and lets a script decide about everything that is sent. */
import type {
  ChangeCipherSpecRule,
  EarlyDataSkip,
  HandshakeMessage,
  Incoming,
  Layer,
  Level,
  RecordKeys,
  TrafficKeys,
} from '../../layer/layer.js'
import { StreamReader } from '../../layer/stream/reader.js'
import { type StreamOptions, streamTraits } from '../../layer/stream.js'
import { handshakeBytes } from '../../wire/message.js'
import type { Script } from './script.js'
import { Wire } from './wire.js'

export class ScriptedLayer implements Layer {
  readonly traits = streamTraits
  readonly wire = new Wire()
  readonly deadline = undefined
  readonly writeKeyExhausted = false
  readonly #script: Script
  readonly #reader: StreamReader
  readonly #sent: HandshakeMessage[] = []

  constructor(options: StreamOptions, script: Script) {
    this.#script = script
    this.#reader = new StreamReader(options)
  }

  receive(bytes: Uint8Array): number {
    return this.#reader.receive(bytes)
  }

  receiveEnd(): void {
    this.#reader.end()
  }

  next(): Incoming | undefined {
    return this.#reader.next()
  }

  keepInput(): void {
    this.#reader.keepInput()
  }

  get pendingInput(): boolean {
    return this.#reader.pending
  }

  demandBoundary(): void {
    this.#reader.demandBoundary()
  }

  setChangeCipherSpec(rule: ChangeCipherSpecRule): void {
    this.#reader.setChangeCipherSpec(rule)
  }

  skipEarlyData(skip: EarlyDataSkip | undefined): void {
    this.#reader.skipEarlyData(skip)
  }

  setReceiveLimit(bytes: number): void {
    this.#reader.setLimit(bytes)
  }

  /** For what is read; the headers of a script say what it wants. */
  setVersion(version: number): void {
    this.#reader.setVersion(version)
  }

  sendHandshake(type: number, body: Uint8Array): Uint8Array {
    const message = { type, body, raw: handshakeBytes(type, body) }
    this.#sent.push(message)
    const nth = this.#sent.filter((other) => other.type === type).length
    const progress = { nth, sent: this.#sent }
    return this.#script.handshake?.(message, this.wire, progress) ?? this.wire.send(message)
  }

  sendChangeCipherSpec(): void {
    const { changeCipherSpec } = this.#script
    if (changeCipherSpec === undefined) this.wire.changeCipherSpec()
    else changeCipherSpec(this.wire)
  }

  sendAlert(level: number, description: number): void {
    const { alert } = this.#script
    if (alert === undefined) this.wire.alert(level, description)
    else alert(level, description, this.wire)
  }

  sendData(bytes: Uint8Array): number {
    const { data } = this.#script
    if (data !== undefined) data(bytes, this.wire)
    else
      for (let offset = 0; offset < bytes.length; offset += this.wire.limit)
        this.wire.data(bytes.subarray(offset, offset + this.wire.limit))
    return bytes.length
  }

  flush(): void {
    // What is written may go at once.
  }

  setSendLimit(bytes: number): void {
    this.wire.limit = bytes
  }

  transmit(): { readonly bytes: Uint8Array } | undefined {
    const bytes = this.wire.take()
    return bytes.length === 0 ? undefined : { bytes }
  }

  release(): void {
    // Every transmission is fresh memory.
  }

  get pendingOutput(): number {
    return this.wire.pending
  }

  installRead(level: Level, keys: TrafficKeys): void {
    this.#reader.install(level, keys)
  }

  installWrite(level: Level, keys: TrafficKeys): void {
    this.wire.install(level, keys)
    this.#script.keys?.(level, this.wire)
  }

  expectChangeCipherSpec(keys: RecordKeys): void {
    this.#reader.expectChangeCipherSpec(keys)
  }

  changeCipherSpec(keys: RecordKeys): void {
    this.sendChangeCipherSpec()
    this.wire.install('application', keys)
    this.#script.keys?.('application', this.wire)
  }

  uninstallWrite(): void {
    this.wire.uninstall()
  }

  handleTimeout(): void {
    // A stream has no timers.
  }

  complete(): void {
    this.#reader.complete()
  }

  close(): void {
    this.#reader.close()
  }
}
