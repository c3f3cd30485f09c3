/** DTLS 1.3 records over datagrams that get lost, come twice or out of order (RFC 9147). */
import type { Time } from '../time.js'
import { alert } from '../wire/registry.js'
import { AckSchedule } from './datagram/ack.js'
import { datagramClientHello, datagramVersion } from './datagram/hello.js'
import { DatagramReceiver, type ReceiverOptions } from './datagram/receiver.js'
import { DatagramSender, type SenderOptions } from './datagram/sender.js'
import type {
  EarlyDataSkip,
  FlightTiming,
  Incoming,
  Layer,
  LayerTraits,
  Level,
  TrafficKeys,
} from './layer.js'

export const datagramTraits: LayerTraits = {
  labelPrefix: 'dtls13',
  endOfEarlyData: false,
  middleboxCompatibility: false,
  refusesSessionId: false,
  keyUpdate: true,
  keysAreOutputs: false,
  closeNotify: true,
  requiresAlpn: false,
  maxEarlyData: undefined,
  forgetsAfterCookie: true,
  clientHello: datagramClientHello,
  wireVersion: datagramVersion,
  namePrefix: 'D',
}

export type DatagramOptions = ReceiverOptions & SenderOptions

/** After our close_notify, the peer's is waited for so many time-outs long: it may get lost (RFC 9147 5.10). */
const lingerTimeouts = 3

export class DatagramLayer implements Layer {
  readonly traits = datagramTraits
  readonly #role: 'client' | 'server'
  readonly #acks = new AckSchedule()
  readonly #sender: DatagramSender
  readonly #receiver: DatagramReceiver
  #now = 0
  #complete = false
  #closing = false
  #linger: number | undefined

  constructor(options: DatagramOptions) {
    this.#role = options.role
    this.#sender = new DatagramSender(options, this.#acks, () => this.#receiver.handled)
    this.#receiver = new DatagramReceiver(options, this.#acks, this.#sender)
  }

  /** Always takes the whole datagram. */
  receive(bytes: Uint8Array): number {
    this.#receiver.reader.receive(bytes)
    return bytes.length
  }

  receiveEnd(): void {
    this.#receiver.end()
  }

  next(time: Time): Incoming | undefined {
    this.#now = time.monotonic
    return this.#receiver.next(this.#now)
  }

  serve(time: Time): void {
    this.#now = time.monotonic
    this.#receiver.serve(this.#now)
  }

  keepInput(): void {
    this.#receiver.reader.keep()
  }

  get pendingInput(): boolean {
    return this.#receiver.reader.pending
  }

  setChangeCipherSpec(): void {
    // There is none in DTLS 1.3 (RFC 9147 section 5).
  }

  skipEarlyData(skip: EarlyDataSkip | undefined): void {
    if (skip !== undefined) this.#receiver.reader.refuseEarlyData()
  }

  setReceiveLimit(bytes: number): void {
    this.#receiver.reader.setLimit(bytes)
  }

  setVersion(): void {
    this.#acks.allowed = true
  }

  sendHandshake(type: number, body: Uint8Array): Uint8Array {
    return this.#sender.handshake(type, body)
  }

  sendChangeCipherSpec(): void {
    // There is none in DTLS 1.3 (RFC 9147 section 5).
  }

  sendAlert(level: number, description: number): void {
    this.#sender.alert(level, description, this.#now)
    if (this.#complete && description === alert.closeNotify) this.#closing = true
  }

  sendData(bytes: Uint8Array): number {
    return this.#sender.data(bytes, this.#now)
  }

  get messageLimit(): number {
    return this.#sender.writer.messageLimit
  }

  flush(time: Time, timing: FlightTiming): void {
    this.#now = time.monotonic
    if (this.#sender.flush(timing)) this.#receiver.answer()
    if (this.#closing) this.#linger ??= this.#now + lingerTimeouts * this.#sender.flights.timeout
  }

  setSendLimit(bytes: number): void {
    this.#sender.writer.setLimit(bytes)
  }

  transmit(time: Time): { readonly bytes: Uint8Array } | undefined {
    this.#now = time.monotonic
    this.#sender.emitDue(this.#now)
    const bytes = this.#sender.writer.take()
    return bytes === undefined ? undefined : { bytes }
  }

  release(): void {
    // Each datagram is memory of its own.
  }

  get pendingOutput(): number {
    return this.#sender.writer.pending
  }

  installRead(level: Level, keys: TrafficKeys): void {
    this.#receiver.install(level, keys, this.#now)
  }

  installWrite(level: Level, keys: TrafficKeys): void {
    this.#sender.writer.install(level, keys)
  }

  uninstallWrite(): void {
    this.#sender.writer.uninstallEarly()
  }

  get writeKeyExhausted(): boolean {
    return this.#sender.keyExhausted
  }

  get writeKeyPending(): boolean {
    return this.#sender.writer.keyPending
  }

  get readKeyWorn(): boolean {
    return this.#receiver.reader.worn
  }

  get deadline(): number | undefined {
    const { flights } = this.#sender
    const deadlines = [flights.deadline, this.#acks.deadline, this.#linger].filter(
      (at) => at !== undefined,
    )
    return deadlines.length === 0 ? undefined : Math.min(...deadlines)
  }

  handleTimeout(time: Time): void {
    this.#now = time.monotonic
    this.#sender.flights.handleTimeout(this.#now)
    this.#acks.handleTimeout(this.#now)
    if (this.#linger !== undefined && this.#linger <= this.#now) {
      this.#linger = undefined
      this.#closing = false
      this.#receiver.end()
    }
  }

  complete(time: Time): void {
    this.#now = time.monotonic
    this.#complete = true
    this.#receiver.complete()
    // A client's last flight stays, and its keys with it, until it is acknowledged. The server's has been answered by
    // it, and owes it the ACK (RFC 9147 7.1).
    if (this.#role === 'server') this.#sender.flights.answered(this.#now)
    this.#sender.writer.prune(this.#sender.flights.epochs)
    this.#acks.complete()
  }

  restart(): void {
    this.#sender.emitDue(this.#now)
    this.#sender.restart()
    this.#receiver.restart()
    this.#acks.clear()
    this.#acks.allowed = false
  }

  close(): void {
    this.#receiver.close()
    this.#sender.close()
    this.#acks.clear()
    this.#closing = false
    this.#linger = undefined
  }
}
