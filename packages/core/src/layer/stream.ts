/** TLS records over a stream (RFC 9846 section 5). */

import type { ExportedRecords } from '../exported.js'
import { clientHello } from '../wire/message.js'
import type {
  ChangeCipherSpecRule,
  EarlyDataSkip,
  Incoming,
  Layer,
  LayerTraits,
  Level,
  RecordKeys,
  TrafficKeys,
} from './layer.js'
import { StreamReader } from './stream/reader.js'
import { StreamWriter } from './stream/writer.js'

export const streamTraits: LayerTraits = {
  labelPrefix: 'tls13 ',
  endOfEarlyData: true,
  middleboxCompatibility: true,
  refusesSessionId: false,
  keyUpdate: true,
  keysAreOutputs: false,
  closeNotify: true,
  requiresAlpn: false,
  maxEarlyData: undefined,
  forgetsAfterCookie: false,
  clientHello,
  wireVersion: (version) => version,
  namePrefix: '',
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
  readonly deadline = undefined
  readonly #reader: StreamReader
  readonly #writer: StreamWriter

  constructor(options: StreamOptions) {
    this.#reader = new StreamReader(options)
    this.#writer = new StreamWriter(options)
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
    this.#writer.shrink()
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

  setVersion(version: number): void {
    this.#reader.setVersion(version)
  }

  sendHandshake(type: number, body: Uint8Array): Uint8Array {
    return this.#writer.sendHandshake(type, body)
  }

  sendChangeCipherSpec(): void {
    this.#writer.sendChangeCipherSpec()
  }

  sendAlert(level: number, description: number): void {
    this.#writer.sendAlert(level, description)
  }

  sendData(bytes: Uint8Array): number {
    return this.#writer.sendData(bytes)
  }

  flush(): void {
    this.#writer.flush()
  }

  setSendLimit(bytes: number): void {
    this.#writer.setLimit(bytes)
  }

  transmit(): { readonly bytes: Uint8Array } | undefined {
    return this.#writer.transmit()
  }

  release(bytes: Uint8Array): void {
    this.#writer.release(bytes)
  }

  get pendingOutput(): number {
    return this.#writer.pending
  }

  installRead(level: Level, keys: TrafficKeys): void {
    this.#reader.install(level, keys)
  }

  installWrite(_level: Level, keys: TrafficKeys): void {
    this.#writer.install(keys)
  }

  expectChangeCipherSpec(keys: RecordKeys): void {
    this.#reader.expectChangeCipherSpec(keys)
  }

  changeCipherSpec(keys: RecordKeys): void {
    this.#writer.sendChangeCipherSpec()
    this.#writer.install(keys)
  }

  installRecordKeys(read: RecordKeys, write: RecordKeys): void {
    this.#reader.install('application', read)
    this.#writer.install(write)
  }

  uninstallWrite(): void {
    this.#writer.uninstall()
  }

  get writeKeyExhausted(): boolean {
    return this.#writer.exhausted
  }

  handleTimeout(): void {
    // A stream has no timers of its own.
  }

  complete(): void {
    this.#reader.complete()
  }

  exportRecords(): ExportedRecords {
    return { ...this.#reader.export(), ...this.#writer.export() }
  }

  /** After the keys of an exported connection were installed. */
  restore(records: ExportedRecords): void {
    this.#reader.restore(records)
    this.#writer.restore(records)
  }

  close(): void {
    this.#reader.close()
    this.#writer.close()
  }
}
